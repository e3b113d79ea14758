"""A resolved grant of GPUs."""

import attrs

from tenancy.diagnostics import Origin

__all__ = ["Grant"]


@attrs.frozen(kw_only=True, slots=True)
class Grant:
    """
    GPUs of one pool that a namespace may use.

    Attributes:
        resource: The extended resource that it counts: a GPU, a shared one, or a MIG profile.
        gpus: The number of devices of that resource.
        max_per_pod: The most devices of one pod. None if the limit is a node of the pool.
        max_per_claim: The same for one claim. None if `max_per_pod` is the limit.
        is_requested: Whether pods request the resource; otherwise they name claims.
        borrowing_limit: How many more the namespace may borrow from its cohort of queues.
        lending_limit: How many of `gpus` others may borrow. None if all of them.
    """

    pool: str
    resource: str
    gpus: int
    max_per_pod: int | None
    origin: Origin
    max_per_claim: int | None = None
    is_requested: bool = True
    borrowing_limit: int = 0
    lending_limit: int | None = None

    @property
    def limit(self) -> int:
        """The most devices that the namespace may use: the granted and the borrowed ones."""
        return self.gpus + self.borrowing_limit

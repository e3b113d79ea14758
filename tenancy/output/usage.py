"""The use of quotas as text: one block per namespace, one bar per key, full ones marked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

import attrs

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import DEVICE_CLASS_SUFFIX
from tenancy.model import POOL_QUOTA_PREFIX, WaitingJobs, WaitingPods
from tenancy.planning import Place, waiting_jobs_text, waiting_text

__all__ = ["QuotaUsage", "usage_lines"]

_BAR: Final = 10
"""The length of a bar, in characters."""
_KEY: Final = 36
"""The longest key on the line of its bar, in characters; a longer one has its own line."""


@attrs.frozen(kw_only=True, slots=True)
class QuotaUsage:
    """
    One key of one quota.

    Attributes:
        quota: The name of the ResourceQuota.
        used: None if it could not be read.
    """

    organization: str
    place: Place
    quota: str
    key: str
    limit: Quantity
    used: Quantity | None

    @property
    def share(self) -> float | None:
        """The used fraction of the limit, 1 if it is full; None if it is not known."""
        if self.used is None:
            return None
        if not self.limit:
            return 1.0 if self.used else 0.0
        return self.used.nanos / self.limit.nanos

    @property
    def is_full(self) -> bool:
        """Whether the limit is reached; an unused limit of 0 is not full."""
        share = self.share
        return share is not None and share >= 1


def usage_lines(
    rows: Iterable[QuotaUsage],
    waiting: Mapping[Place, Sequence[WaitingPods]] = {},
    jobs: Mapping[Place, Sequence[WaitingJobs]] = {},
) -> Iterator[tuple[str, str | None]]:
    """
    Yield lines and their styles: a heading for each namespace, a line for each key.

    Args:
        rows: The keys, those of one namespace together.
        waiting: The pods of namespaces that have no node. Default: none is known.
        jobs: The jobs that Kueue does not admit. Default: none is known.
    """
    rows = tuple(rows)
    keys = max((len(_key(row)) for row in rows if len(_key(row)) <= _KEY), default=0)
    amounts = max((len(_amounts(row)) for row in rows), default=0)
    for place, group in groupby(rows, key=lambda row: row.place):
        yield str(place), "bold"
        for row in group:
            key = _key(row)
            if len(key) > _KEY:
                yield f"  {key}", _style(row)
                key = ""
            line = f"  {key:<{keys}}  {_bar(row)}  {_amounts(row):>{amounts}}{_mark(row)}"
            yield line, _style(row)
        for pods in waiting.get(place, ()):
            yield f"  {waiting_text(pods)}", "yellow"
        for queued in jobs.get(place, ()):
            yield f"  {waiting_jobs_text(queued)}", "yellow"


def _key(row: QuotaUsage) -> str:
    """Return the key, with the quota of a GPU node pool that counts a part of it."""
    is_of_pool = row.quota.startswith(POOL_QUOTA_PREFIX)
    return f"{row.key} by {row.quota}" if is_of_pool else row.key


def _amounts(row: QuotaUsage) -> str:
    used = "not checked" if row.used is None else str(row.used)
    return f"{used} of {row.limit}"


def _bar(row: QuotaUsage) -> str:
    share = row.share
    if share is None:
        return "?" * _BAR
    filled = min(_BAR, int(share * _BAR))
    if share and not filled:
        filled = 1
    return "#" * filled + "." * (_BAR - filled)


def _mark(row: QuotaUsage) -> str:
    if not row.is_full:
        return ""
    # A pod that names a template is accepted, and its claim is not.
    is_of_claims = row.key.endswith(f"{DEVICE_CLASS_SUFFIX}/devices")
    return "  FULL: pods of claim templates wait" if is_of_claims else "  FULL"


def _style(row: QuotaUsage) -> str | None:
    share = row.share
    if share is None:
        return "dim"
    if share >= 1:
        return "bold red"
    return "yellow" if share >= 0.8 else None

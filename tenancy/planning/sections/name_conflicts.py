"""Names: what exists already and is not ours is never taken over by an update."""

from collections.abc import Collection, Iterator

from tenancy.diagnostics.finding import Finding
from tenancy.diagnostics.origin import Origin
from tenancy.kubernetes import labels
from tenancy.model.live import Live, LiveNamespace

__all__ = ["clashes", "taken"]

Wanted = tuple[str, Origin, str | None]
"""A namespace's name, where it is written, and whose it is."""


def clashes(
    wanted: Collection[Wanted], stack: str, known: Collection[str], live: Live
) -> Iterator[tuple[Wanted, LiveNamespace]]:
    """
    Yield each namespace that exists although this stack never made it.

    Args:
        wanted: Those that the stack is to have.
        stack: Ours are marked with it.
        known: Names that the last update had.
        live: What is there.
    """
    for one in wanted:
        there = (live.namespaces or {}).get(one[0])
        if there is not None and one[0] not in known and not _is_ours(there, stack):
            yield one, there


def taken(
    wanted: Collection[Wanted], stack: str, known: Collection[str], live: Live
) -> Iterator[Finding]:
    """
    Refuse each namespace that exists and is not ours; the provider might take it over.

    Args:
        wanted: Those that the stack is to have.
        stack: Ours are marked with it.
        known: Names that the last update had, or that are in the stack's state.
        live: What is there.
    """
    for (name, origin, organization), there in clashes(wanted, stack, known, live):
        other = there.labels.get(labels.STACK)
        if there.is_going:
            found = f"the namespace {name}, and one of that name is still being deleted"
            remedy = "wait until it is gone"
        elif there.labels.get(labels.MANAGED) == "true" and other:
            found = f"the namespace {name}, which the stack {other} made on this cluster"
            remedy = "give it another name, or take it out of the other stack first"
        else:
            found = f"the namespace {name}, which exists on the cluster and was not made here"
            remedy = "give it another id or prefix, or adopt it on purpose"
        yield Finding(
            code="name-taken",
            origin=origin,
            found=found,
            allowed="names that are free on the cluster, or that this stack made",
            remedy=remedy,
            organization=organization,
        )


def _is_ours(there: LiveNamespace, stack: str) -> bool:
    """Whether an update of this stack made it; one that was cut off may have kept no record."""
    return (
        not there.is_going
        and there.labels.get(labels.MANAGED) == "true"
        and there.labels.get(labels.STACK) == stack
    )

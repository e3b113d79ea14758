"""Namespaces without room for a pod that has no requests and limits."""

from collections.abc import Iterable, Iterator

from tenancy.diagnostics import Finding, Severity, joined
from tenancy.model import Fit, Namespace, Organization, fit

__all__ = ["fits"]


def fits(organizations: Iterable[Organization]) -> Iterator[Finding]:
    """
    Refuse namespaces without room for a default pod.

    A quota of 0 is intended and only a warning.
    """
    looked_at: dict[tuple[int, ...], Fit] = {}
    for organization in organizations:
        for namespace in organization.namespaces:
            ranges = namespace.limit_ranges
            together = (*map(id, ranges), 0, *map(id, namespace.quotas))
            if together not in looked_at:
                looked_at[together] = found = fit(namespace.quotas, ranges)
                if found.count == 0:
                    yield _none_fits(namespace, found)


def _none_fits(namespace: Namespace, found: Fit) -> Finding:
    full = [room for room in found.rooms if room.count == 0]
    is_closed = any(not room.limit.quantity for room in full)
    return Finding(
        code="no-default-pod-fits",
        origin=full[0].limit.origin,
        found=f"no room in {namespace.name} for a pod without requests and limits, because of "
        f"{joined(found.by)}",
        allowed="room for at least one such pod",
        remedy="raise the quota when pods may run there"
        if is_closed
        else "raise the quota, or lower the defaults of the limit range",
        severity=Severity.WARNING if is_closed else Severity.ERROR,
        organization=namespace.organization,
        details=tuple(str(room) for room in full),
    )

"""Fit: how many pods that state nothing a namespace has room for, and what runs out first."""

from collections.abc import Iterable, Iterator

import attrs

from tenancy.checks.limit_ranges import Injected, injected
from tenancy.checks.quotas import keys
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.wording import counted, joined
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import QuotaKey
from tenancy.model import Limit, LimitRange, Namespace, Organization, Quota

__all__ = ["Fit", "Room", "fit", "fits"]


@attrs.frozen(kw_only=True, slots=True)
class Room:
    """
    The room under one key.

    Attributes:
        key: As it is written in the quota.
        limit: What the quota allows.
        each: What one pod takes.
        count: How many pods that is room for.
    """

    key: str
    limit: Limit
    each: Quantity
    count: int

    def __str__(self) -> str:
        return f"{self.key}: {self.limit} / {self.each} = {self.count}"


@attrs.frozen(kw_only=True, slots=True)
class Fit:
    """
    How many default pods fit: of one container each, that states neither requests nor limits.

    Attributes:
        count: How many; None where no key of a quota counts them.
        by: The keys that run out first, in the order in which they were written.
        rooms: The room under each key that counts such pods.
    """

    count: int | None
    by: tuple[str, ...]
    rooms: tuple[Room, ...]

    def __str__(self) -> str:
        if self.count is None:
            return "no quota counts default pods"
        verb = "fits" if self.count == 1 else "fit"
        return f"{counted(self.count, 'default pod')} {verb}, by {joined(self.by)}"


def fit(quotas: Iterable[Quota], limit_range: LimitRange | None) -> Fit:
    """
    Return how many default pods fit under *quotas*, where *limit_range* fills in the figures.

    Quotas with scopes are left out, for they count only some pods.
    """
    bare = injected(limit_range)
    rooms: dict[str, Room] = {}
    for quota in quotas:
        if quota.is_scoped:
            continue
        for key in keys(quota.hard):
            each = _each(key, bare)
            if each is None or each.nanos <= 0:
                continue
            limit = quota.hard[key.text]
            count = each.times_in(limit.quantity)
            found = rooms.get(key.text)
            if found is None or count < found.count:
                rooms[key.text] = Room(key=key.text, limit=limit, each=each, count=count)
    if not rooms:
        return Fit(count=None, by=(), rooms=())
    least = min(room.count for room in rooms.values())
    return Fit(
        count=least,
        by=tuple(key for key, room in rooms.items() if room.count == least),
        rooms=tuple(rooms.values()),
    )


def _each(key: QuotaKey, bare: Injected) -> Quantity | None:
    """Return what one default pod takes of *key*; None where it takes nothing."""
    if key.text in ("pods", "count/pods"):
        return Quantity.parse(1)
    if key.limits_resource is not None:
        limit = bare.limits.get(key.limits_resource)
    elif key.container_resource is not None:
        limit = bare.requests.get(key.container_resource)
    else:
        limit = None
    return None if limit is None else limit.quantity


def fits(organizations: Iterable[Organization]) -> Iterator[Finding]:
    """
    Refuse namespaces in which no default pod fits.

    One whose quota says 0 is closed on purpose, and only warned of.
    """
    looked_at: dict[tuple[int, ...], Fit] = {}
    for organization in organizations:
        for namespace in organization.namespaces:
            together = (id(namespace.limit_range), *map(id, namespace.quotas))
            if together not in looked_at:
                looked_at[together] = found = fit(namespace.quotas, namespace.limit_range)
                if found.count == 0:
                    yield _none_fits(namespace, found)


def _none_fits(namespace: Namespace, found: Fit) -> Finding:
    full = [room for room in found.rooms if room.count == 0]
    is_closed = any(not room.limit.quantity for room in full)
    return Finding(
        code="no-default-pod-fits",
        origin=full[0].limit.origin,
        found=f"no pod that states nothing fits into {namespace.name}, by {joined(found.by)}",
        allowed="room for at least one",
        remedy="raise the quota once pods may run there"
        if is_closed
        else "raise the quota, or lower the defaults of the limit range",
        severity=Severity.WARNING if is_closed else Severity.ERROR,
        organization=namespace.organization,
        details=tuple(str(room) for room in full),
    )

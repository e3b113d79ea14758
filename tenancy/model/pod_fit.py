"""How many pods without requests and limits fit into a namespace, and by which limit."""

from collections.abc import Iterable

import attrs

from tenancy.diagnostics import counted, joined
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import QuotaKey
from tenancy.model.container_defaults import ContainerDefaults, container_defaults
from tenancy.model.hard_keys import quota_keys
from tenancy.model.quota import Limit, LimitRange, Quota

__all__ = ["Fit", "Room", "fit"]


@attrs.frozen(kw_only=True, slots=True)
class Room:
    """
    The room under one key.

    Attributes:
        key: As it is written in the quota.
        limit: The quota's limit.
        each: What one pod uses.
        count: How many pods fit.
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
    How many default pods fit: each has one container without requests and limits.

    Attributes:
        count: How many; None if no key of a quota counts them.
        by: The keys whose limit is reached first, in the written order.
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


def fit(quotas: Iterable[Quota], limit_ranges: Iterable[LimitRange]) -> Fit:
    """
    Return how many default pods fit under *quotas*, with the defaults of *limit_ranges*.

    Quotas with scopes are left out, because they count only some pods.
    """
    defaults = container_defaults(limit_ranges)
    rooms: dict[str, Room] = {}
    for quota in quotas:
        if quota.is_scoped:
            continue
        for key in quota_keys(quota.hard):
            each = _each(key, defaults)
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


def _each(key: QuotaKey, defaults: ContainerDefaults) -> Quantity | None:
    """Return how much of *key* one default pod uses; None if it uses nothing."""
    if key.text in ("pods", "count/pods"):
        return Quantity.parse(1)
    if key.limits_resource is not None:
        limit = defaults.limits.get(key.limits_resource)
    elif key.container_resource is not None:
        limit = defaults.requests.get(key.container_resource)
    else:
        limit = None
    return None if limit is None else limit.quantity

"""Quotas and limit ranges that people wrote, with canonical quantities and their origins."""

from collections.abc import Mapping

import attrs

from tenancy.diagnostics import Origin
from tenancy.kubernetes.quantity import Quantity

__all__ = ["Limit", "LimitRange", "LimitRangeItem", "Limits", "Quota", "ScopeExpression"]


@attrs.frozen(slots=True)
class Limit:
    """One quantity and where it was written."""

    quantity: Quantity
    origin: Origin

    def __str__(self) -> str:
        return str(self.quantity)


Limits = Mapping[str, Limit]
"""Limits by resource name, in the order in which they were written."""


@attrs.frozen(kw_only=True, slots=True)
class ScopeExpression:
    """One requirement of a quota's scope selector."""

    scope_name: str
    operator: str
    values: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=True)
class Quota:
    """
    One ResourceQuota that people wrote.

    Attributes:
        name: Its name in the cluster; `quota` is the namespace's main one.
        hard: Its limits by quota key, spelled as written.
        scopes: Only objects in all of them count.
        scope_selector: Only objects that match all of them count.
    """

    name: str
    hard: Limits
    origin: Origin
    scopes: tuple[str, ...] = ()
    scope_selector: tuple[ScopeExpression, ...] = ()

    @property
    def is_scoped(self) -> bool:
        """Whether only some objects count, so that it does not limit the whole namespace."""
        return bool(self.scopes or self.scope_selector)


@attrs.frozen(kw_only=True, slots=True)
class LimitRangeItem:
    """The part of a LimitRange for one type: Container, Pod or PersistentVolumeClaim."""

    type: str
    origin: Origin
    default: Limits = attrs.field(factory=dict)
    default_request: Limits = attrs.field(factory=dict)
    max: Limits = attrs.field(factory=dict)
    min: Limits = attrs.field(factory=dict)
    max_limit_request_ratio: Limits = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, slots=True)
class LimitRange:
    """The LimitRange that people wrote; its name in the cluster is `limits`, unless adopted."""

    name: str
    items: tuple[LimitRangeItem, ...]
    origin: Origin

    def item(self, type_name: str) -> LimitRangeItem | None:
        """Return the part for *type_name*, if there is one."""
        return next((item for item in self.items if item.type == type_name), None)

"""Totals over all environments of an organization, compared with its ceiling."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import requests_key
from tenancy.model import Sum, sums
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, amount, step
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED, amount_data

__all__ = ["PartData", "TotalChange", "Totals", "part_data"]

_SHOWN: Final = 8
"""How many namespaces of a sum are listed."""


@attrs.frozen(kw_only=True, slots=True)
class TotalChange:
    """One quota key over all environments of an organization."""

    organization: str
    before: Sum
    after: Sum

    @property
    def key(self) -> str:
        """The quota key that is summed."""
        return self.after.key

    @property
    def headroom(self) -> Quantity | None:
        """What is left under the ceiling; None without one, or if a namespace is unlimited."""
        if self.after.ceiling is None or self.after.total is None:
            return None
        return self.after.ceiling.quantity - self.after.total


@with_config(CLOSED)
class PartData(TypedDict):
    """What one namespace adds to a total; null means unlimited."""

    namespace: str
    environment: str
    stack: str
    cluster: str | None
    amount: str | None


@with_config(CLOSED)
class TotalData(TypedDict):
    """One quota key over all environments of an organization; null means unlimited."""

    organization: str
    key: str
    before: str | None
    after: str | None
    ceiling: str | None
    headroom: str | None
    namespaces: list[PartData]


@attrs.frozen
class Totals(Section):
    """
    Every changed total; other stacks count as their files describe them.

    Attributes:
        rows: The totals, those under a ceiling first.
        namespaces: What each namespace adds, as plain data, for each of the rows.
    """

    name = "totals"
    shape = list[TotalData]

    rows: Sequence[TotalChange]
    namespaces: Sequence[list[PartData]]

    @classmethod
    def compute(cls, comparison: Comparison) -> "Totals":
        """Return the totals of the stack's organizations that differ."""
        rows = tuple(
            row for name in comparison.organizations for row in _changes(name, comparison)
        )
        return cls(rows, [part_data(row.after, comparison.cluster_of) for row in rows])

    @property
    def changes(self) -> Sequence[TotalChange]:
        """No changes: each row follows from a change in another section."""
        return ()

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each total."""
        for row in self.rows:
            yield self.fact(_text(row), Importance.NOTE, row.organization)

    def data(self) -> list[TotalData]:
        """Return the totals in order."""
        return [
            {
                "organization": row.organization,
                "key": row.key,
                "before": amount_data(row.before.total),
                "after": amount_data(row.after.total),
                "ceiling": None if row.after.ceiling is None else str(row.after.ceiling),
                "headroom": amount_data(row.headroom),
                "namespaces": namespaces,
            }
            for row, namespaces in zip(self.rows, self.namespaces, strict=True)
        ]


def part_data(total: Sum, cluster_of: Callable[[str], str | None]) -> list[PartData]:
    """Return what each namespace adds to *total*; *cluster_of* maps a stack to its cluster."""
    return [
        {
            "namespace": part.namespace,
            "environment": part.environment,
            "stack": part.stack,
            "cluster": cluster_of(part.stack),
            "amount": amount_data(part.amount),
        }
        for part in total.parts
    ]


def _changes(organization: str, comparison: Comparison) -> Iterator[TotalChange]:
    """
    Yield each total of *organization* that differs.

    Totals under the ceiling come first; others only where both sides are limited.
    """
    before, after = comparison.everywhere(organization)
    under_ceiling = {t.key: t for t in sums(after, comparison.counted)} if after else {}
    written = dict.fromkeys(
        key
        for one in (*before, *after)
        for namespace in one.namespaces
        for key in (
            *(key for quota in namespace.quotas if not quota.is_scoped for key in quota.hard),
            *(requests_key(grant.resource) for grant in namespace.grants),
        )
    )
    for key in dict.fromkeys((*under_ceiling, *written)):
        ceiling = under_ceiling[key].ceiling if key in under_ceiling else None
        old = Sum.of(key, before, comparison.counted, ceiling)
        new = Sum.of(key, after, comparison.counted, ceiling)
        has_changed = (old.limited, old.total) != (new.limited, new.total)
        is_known = ceiling is not None or None not in (old.total, new.total)
        if has_changed and is_known and (ceiling is not None or len(new.parts) > 1):
            yield TotalChange(organization=organization, before=old, after=new)


def _text(change: TotalChange) -> str:
    after = change.after
    text = f"{change.key} total {step(amount(change.before.total), amount(after.total))}"
    if after.ceiling is not None:
        text += f", ceiling {after.ceiling}"
        over = after.limited - after.ceiling.quantity
        if over.nanos > 0:
            text += f": OVER LIMIT by {over}"
        elif change.headroom is not None:
            text += f": {change.headroom} left"
    parts = [
        f"{label} {amount(part.amount)}"
        for label, part in zip(after.labels, after.parts, strict=True)
        if part.amount is None or part.amount
    ]
    if len(parts) > 1:
        more = len(parts) - _SHOWN
        rest = f" + {more} more" if more > 0 else ""
        text += f" ({' + '.join(parts[:_SHOWN])}{rest})"
    return text

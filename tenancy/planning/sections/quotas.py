"""Quotas of each namespace, before and after, with the present use."""

from collections.abc import Iterator, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import Finding
from tenancy.kubernetes.quantity import Quantity
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, amount, step
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED, amount_data
from tenancy.planning.usage import below_usage, used_of

__all__ = ["QuotaChange", "Quotas"]


@attrs.frozen(kw_only=True, slots=True)
class QuotaChange:
    """
    One key of one namespace; the smallest of its unscoped quotas counts.

    Attributes:
        before: None if it was not limited.
        after: None if it is no longer limited.
        used: The present use on the cluster; None if it is not known.
    """

    organization: str
    namespace: str
    key: str
    before: Quantity | None
    after: Quantity | None
    used: Quantity | None = None

    @property
    def is_below_usage(self) -> bool:
        """Whether the present use exceeds the new limit."""
        return self.after is not None and self.used is not None and self.after < self.used

    @property
    def importance(self) -> Importance:
        """Whether the namespace may use more or less."""
        is_raised = self.before is not None and (self.after is None or self.after > self.before)
        return Importance.MORE if is_raised else Importance.LESS


@with_config(CLOSED)
class QuotaData(TypedDict):
    """One quota key of one namespace; null means unlimited, or an unknown use."""

    organization: str
    namespace: str
    key: str
    before: str | None
    after: str | None
    used: str | None
    belowUsage: bool


@attrs.frozen
class Quotas(Section):
    """
    Every changed key of an existing namespace.

    Attributes:
        problems: New limits below the present use, and uses that could not be read.
    """

    name = "quotas"
    shape = list[QuotaData]

    changes: Sequence[QuotaChange]
    problems: Sequence[Finding] = ()

    @classmethod
    def compute(cls, comparison: Comparison) -> "Quotas":
        """Return the keys that differ."""
        environment, live = comparison.environment, comparison.live
        problems: tuple[Finding, ...] = ()
        if environment is not None and live is not None:
            problems = tuple(below_usage(environment, comparison.platform, live))
        return cls(tuple(_changes(comparison)), problems)

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each namespace and direction."""
        rows: dict[tuple[str, str, Importance], list[QuotaChange]] = {}
        for change in self.changes:
            key = change.organization, change.namespace, change.importance
            rows.setdefault(key, []).append(change)
        for (organization, namespace, importance), row in rows.items():
            text = f"{namespace}: {', '.join(map(_text, row))}"
            yield self.fact(text, importance, organization)

    def data(self) -> list[QuotaData]:
        """Return the keys in order."""
        return [
            {
                "organization": change.organization,
                "namespace": change.namespace,
                "key": change.key,
                "before": amount_data(change.before),
                "after": amount_data(change.after),
                "used": amount_data(change.used),
                "belowUsage": change.is_below_usage,
            }
            for change in self.changes
        ]

    def findings(self) -> Sequence[Finding]:
        """Return the refused limits, and what could not be checked."""
        return self.problems


def _changes(comparison: Comparison) -> Iterator[QuotaChange]:
    known = {namespace.name: namespace for namespace in comparison.namespaces_before}
    for namespace in comparison.namespaces_after:
        old = known.get(namespace.name)
        if old is None:
            continue
        was, now = comparison.counted(old), comparison.counted(namespace)
        for key in dict.fromkeys((*was, *now)):
            if was.get(key) != now.get(key):
                yield QuotaChange(
                    organization=namespace.organization,
                    namespace=namespace.name,
                    key=key,
                    before=was.get(key),
                    after=now.get(key),
                    used=used_of(comparison.live, namespace.name, key),
                )


def _text(change: QuotaChange) -> str:
    text = f"{change.key} {step(amount(change.before), amount(change.after))}"
    if change.used:
        text += f" ({change.used} used)"
    return text + (" BELOW USAGE" if change.is_below_usage else "")

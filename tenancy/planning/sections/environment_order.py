"""Changed limits of an organization in each environment, in the environment order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import requests_key
from tenancy.model import (
    GPU_DEVICES,
    Amounts,
    EnvironmentOrderException,
    Namespace,
    Organization,
    by_environment,
    in_devices,
    is_named,
)
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, amount, step
from tenancy.planning.section import Section
from tenancy.planning.sections.totals import Totals
from tenancy.planning.shapes import CLOSED, amount_data

__all__ = ["EnvironmentAmount", "EnvironmentOrder", "OrderedAmounts"]


@attrs.frozen(kw_only=True, slots=True)
class EnvironmentAmount:
    """The limit of one environment; None is unlimited."""

    environment: str
    before: Quantity | None
    after: Quantity | None


@attrs.frozen(kw_only=True, slots=True)
class OrderedAmounts:
    """
    One quota key over the environments, in the platform's order.

    Attributes:
        workload: The workload that is compared; None for the whole organization.
        exception: The reason of an exception in the config. None without one.
    """

    organization: str
    workload: str | None
    key: str
    environments: tuple[EnvironmentAmount, ...]
    exception: str | None = None

    @property
    def is_kept(self) -> bool:
        """
        Whether each environment has at most as much as the next; unlimited is the most.

        GPUs are compared only between environments that have some.
        """
        amounts = [one.after for one in self.environments]
        if self.key == GPU_DEVICES:
            amounts = [amount for amount in amounts if amount]
        return all(
            upper is None or (lower is not None and lower <= upper)
            for lower, upper in pairwise(amounts)
        )


@with_config(CLOSED)
class EnvironmentAmountData(TypedDict):
    """The limit of one environment; null is unlimited."""

    environment: str
    before: str | None
    after: str | None


@with_config(CLOSED)
class OrderedAmountsData(TypedDict):
    """One quota key over the environments, in the platform's order."""

    organization: str
    workload: str | None
    key: str
    environments: list[EnvironmentAmountData]
    kept: bool
    exception: str | None


@attrs.frozen
class EnvironmentOrder(Section):
    """Every quota key whose total changes, compared over the environments."""

    name = "environmentOrder"
    shape = list[OrderedAmountsData]

    rows: Sequence[OrderedAmounts]

    @classmethod
    def compute(cls, comparison: Comparison) -> "EnvironmentOrder":
        """Return the rows of the organizations that the last update had and that are kept."""
        exceptions = [
            exception
            for environment in comparison.tenancy.environments.values()
            for exception in environment.environment_order_exceptions
        ]
        keys: dict[str, list[str]] = {}
        for row in Totals.compute(comparison).rows:
            keys.setdefault(row.organization, []).append(row.key)
        rows: list[OrderedAmounts] = []
        for name in comparison.organizations_before:
            before, after = comparison.everywhere(name)
            if after:
                rows += _ordered(
                    before,
                    after,
                    comparison.platform.environment_order,
                    in_devices(comparison.counted, comparison.platform_of),
                    keys=[*keys.get(name, ()), GPU_DEVICES],
                    exceptions=exceptions,
                )
        return cls(tuple(rows))

    @property
    def changes(self) -> Sequence[OrderedAmounts]:
        """No changes: each row follows from a change in another section."""
        return ()

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each key, workload by workload."""
        for row in self.rows:
            steps = " ≤ ".join(
                f"{one.environment} {step(amount(one.before), amount(one.after))}"
                for one in row.environments
            )
            of_workload = "" if row.workload is None else f" of the workload {row.workload}"
            text = f"{row.key}{of_workload}: {steps}"
            importance = Importance.NOTE
            if not row.is_kept:
                text += "; ORDER VIOLATED"
                if row.exception:
                    text += f", allowed by an exception: {row.exception}"
                else:
                    importance = Importance.DANGER
            yield self.fact(text, importance, row.organization)

    def data(self) -> list[OrderedAmountsData]:
        """Return the rows in order."""
        return [
            {
                "organization": row.organization,
                "workload": row.workload,
                "key": row.key,
                "environments": [
                    {
                        "environment": one.environment,
                        "before": amount_data(one.before),
                        "after": amount_data(one.after),
                    }
                    for one in row.environments
                ],
                "kept": row.is_kept,
                "exception": row.exception,
            }
            for row in self.rows
        ]


def _ordered(
    before: Sequence[Organization],
    after: Sequence[Organization],
    order: Sequence[str],
    counted: Amounts,
    *,
    keys: Iterable[str],
    exceptions: Iterable[EnvironmentOrderException],
) -> Iterator[OrderedAmounts]:
    """
    Yield the environment order of each of *keys* that changes in an environment.

    Args:
        before: The organization in each of its environments.
        after: The same, afterwards.
        order: The environments, the smallest first.
        counted: The resources that a namespace counts.
        keys: The quota keys to compare.
        exceptions: The exceptions in the config.
    """
    steps = by_environment(after, order)
    if len(steps) < 2:
        return
    was = _namespaces_of(before)
    now = _namespaces_of(after)
    environments = [step[0].environment for step in steps]
    excused = tuple(exceptions)
    name = after[0].name
    for workload in _workloads(now, environments):
        olds = {e: _figures(was.get(e, ()), workload, counted) for e in environments}
        news = {e: _figures(now.get(e, ()), workload, counted) for e in environments}
        present = [e for e in environments if news[e] is not None]
        if len(present) < 2:
            continue
        for key in keys:
            amounts = tuple(
                EnvironmentAmount(
                    environment=e, before=_of(olds[e], key), after=_of(news[e], key)
                )
                for e in present
            )
            if any(one.before != one.after for one in amounts):
                yield OrderedAmounts(
                    organization=name,
                    workload=workload,
                    key=key,
                    environments=amounts,
                    exception=_excuse(excused, name, workload, key, after),
                )


Figures = Mapping[str, Quantity]


def _namespaces_of(
    organizations: Iterable[Organization],
) -> dict[str, tuple[Namespace, ...]]:
    found: dict[str, tuple[Namespace, ...]] = {}
    for organization in organizations:
        known = found.get(organization.environment, ())
        found[organization.environment] = (*known, *organization.namespaces)
    return found


def _workloads(
    now: Mapping[str, Sequence[Namespace]], environments: Iterable[str]
) -> list[str | None]:
    """Return the workloads that two environments share; without one, None for everything."""
    present: dict[str, int] = {}
    for environment in environments:
        for workload in {n.workload for n in now.get(environment, ()) if n.workload}:
            present[workload] = present.get(workload, 0) + 1
    return [*sorted(name for name, count in present.items() if count > 1)] or [None]


def _figures(
    namespaces: Iterable[Namespace], workload: str | None, counted: Amounts
) -> Figures | None:
    """Return the sums over the namespaces of *workload*; None if the environment has none."""
    found = [counted(n) for n in namespaces if workload in (None, n.workload)]
    if not found:
        return None
    return {
        key: sum((amounts[key] for amounts in found), Quantity.zero)
        for key in found[0]
        if all(key in amounts for amounts in found)
    }


def _of(figures: Figures | None, key: str) -> Quantity | None:
    return None if figures is None else figures.get(key)


def _excuse(
    exceptions: Iterable[EnvironmentOrderException],
    organization: str,
    workload: str | None,
    key: str,
    organizations: Iterable[Organization],
) -> str | None:
    """Return the reason of the exception that names *key*, or a pool where that is GPUs."""
    grants = [g for o in organizations for n in o.namespaces for g in n.grants]
    return next(
        (
            e.reason
            for e in exceptions
            if e.organization == organization
            and e.workload == workload
            and (
                any(is_named(e.resource, grant) for grant in grants)
                if key == GPU_DEVICES
                else key in (e.resource, requests_key(e.resource))
            )
        ),
        None,
    )

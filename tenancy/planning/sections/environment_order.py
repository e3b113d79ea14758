"""The ladder where it changes: what an organization may use from dev to prod, side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import attrs

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import requests_key
from tenancy.model import EnvironmentOrderException, Namespace, Organization
from tenancy.model.environment_order import by_environment
from tenancy.model.totals import Amounts

__all__ = ["EnvironmentOrder", "Rung", "environment_orders"]


@attrs.frozen(kw_only=True, slots=True)
class Rung:
    """What one environment has of a resource; None is unlimited."""

    environment: str
    before: Quantity | None
    after: Quantity | None


@attrs.frozen(kw_only=True, slots=True)
class EnvironmentOrder:
    """
    One resource over the environments, the smallest first.

    Attributes:
        workload: The workload that is compared; None for everything.
        exception: Why an environment may be larger than the next; None where none may.
    """

    organization: str
    workload: str | None
    key: str
    rungs: tuple[Rung, ...]
    exception: str | None = None

    @property
    def is_kept(self) -> bool:
        """Whether no environment is larger than the next; what is unlimited is the largest."""
        amounts = [rung.after for rung in self.rungs]
        return all(
            upper is None or (lower is not None and lower <= upper)
            for lower, upper in pairwise(amounts)
        )


def environment_orders(
    before: Sequence[Organization],
    after: Sequence[Organization],
    order: Sequence[str],
    counted: Amounts,
    *,
    keys: Iterable[str],
    exceptions: Iterable[EnvironmentOrderException],
) -> Iterator[EnvironmentOrder]:
    """
    Yield the environment order of each of *keys* that differs somewhere, one organization's.

    Args:
        before: The organization in each of its environments.
        after: The same, afterwards.
        order: The environments, the smallest first.
        counted: What a namespace counts.
        keys: The quota keys to look at.
        exceptions: Those that config names.
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
            found = tuple(
                Rung(environment=e, before=_of(olds[e], key), after=_of(news[e], key))
                for e in present
            )
            if any(rung.before != rung.after for rung in found):
                yield EnvironmentOrder(
                    organization=name,
                    workload=workload,
                    key=key,
                    rungs=found,
                    exception=_excuse(excused, name, workload, key),
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
    """Return the workloads that two environments have; None, for everything, without one."""
    present: dict[str, int] = {}
    for environment in environments:
        for workload in {n.workload for n in now.get(environment, ()) if n.workload}:
            present[workload] = present.get(workload, 0) + 1
    return [*sorted(name for name, count in present.items() if count > 1)] or [None]


def _figures(
    namespaces: Iterable[Namespace], workload: str | None, counted: Amounts
) -> Figures | None:
    """Return the sums of those of *workload*; None where the environment has none of them."""
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
) -> str | None:
    return next(
        (
            e.reason
            for e in exceptions
            if e.organization == organization
            and e.workload == workload
            and key in (e.resource, requests_key(e.resource))
        ),
        None,
    )

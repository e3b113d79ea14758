"""The environment order: what an organization may use grows from dev to staging to prod."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

from tenancy.diagnostics import Finding, Origin, Severity, reason_blank
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import requests_key
from tenancy.model import (
    GPU_DEVICES,
    Amounts,
    Environment,
    EnvironmentOrderException,
    Namespace,
    Organization,
    Platform,
    by_environment,
    granted_devices,
    in_devices,
    is_named,
)

__all__ = ["larger_than_next", "unused_exceptions"]

Figures: TypeAlias = Mapping[str, Quantity]


@attrs.frozen(kw_only=True, slots=True)
class _Level:
    """The compared namespaces of one environment: those of a workload, or all others."""

    environment: str
    namespaces: tuple[Namespace, ...]
    figures: Figures


def larger_than_next(
    organizations: Sequence[Organization],
    order: Sequence[str],
    exceptions: Mapping[str, Sequence[EnvironmentOrderException]],
    amounts: Amounts,
    platform_of: Callable[[Namespace], Platform],
) -> Iterator[Finding]:
    """
    Yield a finding for each environment that is larger than the next in the order.

    Namespaces of one workload are compared with each other; the others are compared by their
    sum. GPUs are compared as devices, and only between environments that have some: a workload
    may use them in dev alone, or shares of them in dev and whole ones in prod.

    Args:
        organizations: One organization in each of its environments.
        order: The environments of the environment order, the smallest first.
        exceptions: The exceptions in the config, by environment.
        amounts: The resources that a namespace counts.
        platform_of: Returns the platform of a namespace.
    """
    used: set[EnvironmentOrderException] = set()
    steps = by_environment(organizations, order)
    name = organizations[0].name
    for workload, levels in _comparisons(steps, in_devices(amounts, platform_of)):
        for found in _inversions(levels, workload, name):
            named = tuple(
                exception
                for exception in exceptions.get(found.lower.environment, ())
                if (exception.organization, exception.workload) == (name, workload)
                and _names(exception.resource, found)
            )
            used.update(named)
            if not _is_excused(found, named, platform_of):
                yield found.finding
    for listed in exceptions.values():
        for exception in listed:
            if exception.organization == name:
                yield from reason_blank(exception.reason, exception.origin / "reason", name)
                if exception not in used:
                    yield _unused(exception, "this environment is not larger than the next")


def unused_exceptions(environment: Environment) -> Iterator[Finding]:
    """Warn of exceptions for organizations that are not in *environment*."""
    held = {organization.name for organization in environment.organizations}
    for exception in environment.environment_order_exceptions:
        if exception.organization not in held:
            yield _unused(exception, f"{exception.organization} is not in {environment.name}")


def _unused(exception: EnvironmentOrderException, why: str) -> Finding:
    about = "" if exception.workload is None else f" of the workload {exception.workload}"
    return Finding(
        code="environment-order-exception-unused",
        origin=exception.origin,
        found=f"an exception for {exception.resource}{about} of {exception.organization} that"
        f" is not needed: {why}",
        allowed="only exceptions that are needed",
        remedy="remove it",
        severity=Severity.WARNING,
        organization=exception.organization,
    )


def _comparisons(
    steps: Sequence[Sequence[Organization]], amounts: Amounts
) -> Iterator[tuple[str | None, Sequence[_Level]]]:
    """Yield the compared groups: each workload that two environments share, then all others."""
    if len(steps) < 2:
        return
    present: dict[str, int] = {}
    for step in steps:
        for name in {n.workload for o in step for n in o.namespaces if n.workload}:
            present[name] = present.get(name, 0) + 1
    paired = frozenset(name for name, count in present.items() if count > 1)
    workloads: tuple[str | None, ...] = (*sorted(paired), None)
    for workload in workloads:
        levels = []
        for step in steps:
            namespaces = tuple(
                n
                for o in step
                for n in o.namespaces
                if (n.workload == workload if workload else n.workload not in paired)
            )
            if namespaces:
                figures = _together([amounts(n) for n in namespaces])
                levels.append(
                    _Level(
                        environment=step[0].environment, namespaces=namespaces, figures=figures
                    )
                )
        if len(levels) > 1:
            yield workload, levels


def _together(figures: Sequence[Figures]) -> Figures:
    """Return the sums; a key that one namespace lacks is unlimited and left out."""
    if len(figures) == 1:
        return figures[0]
    shared = [key for key in figures[0] if all(key in other for other in figures[1:])]
    return {key: sum((f[key] for f in figures), Quantity.zero) for key in shared}


@attrs.frozen(kw_only=True, slots=True)
class _Inversion:
    """One resource that is larger in an earlier environment."""

    key: str
    lower: _Level
    upper: _Level
    finding: Finding


def _inversions(
    levels: Sequence[_Level], workload: str | None, organization: str
) -> Iterator[_Inversion]:
    whose = organization if workload is None else f"the workload {workload} of {organization}"
    for key in dict.fromkeys(key for level in levels for key in level.figures):
        last: _Level | None = None
        unlimited: _Level | None = None
        for level in levels:
            amount = level.figures.get(key)
            if key == GPU_DEVICES and not amount:
                continue
            if amount is None:
                unlimited = unlimited or level
                continue
            below = last.figures[key] if last is not None else None
            if last is not None and below is not None and below > amount:
                upper_amount = f"{below} in {last.environment}"
                yield _inversion(key, last, level, upper_amount, whose)
            elif unlimited is not None:
                upper_amount = f"unlimited in {unlimited.environment}"
                yield _inversion(key, unlimited, level, upper_amount, whose)
            last, unlimited = level, None


def _inversion(
    key: str, lower: _Level, upper: _Level, upper_amount: str, whose: str
) -> _Inversion:
    is_unlimited = key not in lower.figures
    exception = (
        "an entry with a reason under environmentOrderExceptions of"
        f" {lower.namespaces[0].stack}"
    )
    if key == GPU_DEVICES:
        found = (
            f"GPUs of {whose}: {_devices(lower)} in {lower.environment}, and {_devices(upper)}"
            f" in {upper.environment}"
        )
        remedy = (
            f"grant fewer GPUs in {lower.environment} or more in {upper.environment}, or write"
            f" {exception}, whose resource is the pool"
        )
    else:
        found = (
            f"{key} of {whose}: {upper_amount}, and {upper.figures[key]} in {upper.environment}"
        )
        remedy = (
            f"limit {key} in {lower.environment}"
            if is_unlimited
            else f"lower it in {lower.environment} or raise it in {upper.environment}"
        ) + f", or write {exception}"
    return _Inversion(
        key=key,
        lower=lower,
        upper=upper,
        finding=Finding(
            code="environment-order",
            origin=_place(lower, key),
            found=found,
            allowed=f"{lower.environment} ≤ {upper.environment}",
            remedy=remedy,
            # Unlimited and limited values are only compared with a warning; dev is often
            # unlimited.
            severity=Severity.WARNING if is_unlimited else Severity.ERROR,
            organization=lower.namespaces[0].organization,
            details=_grants(lower, upper) if key == GPU_DEVICES else (),
        ),
    )


def _devices(level: _Level) -> str:
    """Return the devices of *level*, such as `1 device` or `0.25 devices`."""
    amount = level.figures[GPU_DEVICES]
    number = f"{amount.nanos / 10**9:g}"
    return f"{number} device" if number == "1" else f"{number} devices"


def _grants(*levels: _Level) -> tuple[str, ...]:
    """Return a line for each grant: its devices, its pool and its namespace."""
    return tuple(
        f"{level.environment}: {grant.gpus} {grant.resource} of {grant.pool},"
        f" namespace {namespace.name}"
        for level in levels
        for namespace in level.namespaces
        for grant in namespace.grants
        if grant.gpus
    )


def _place(level: _Level, key: str) -> Origin:
    """Return the first place of *key*: in a grant or a quota; None if it is not written."""
    for namespace in level.namespaces:
        for grant in namespace.grants:
            if key == GPU_DEVICES and grant.gpus:
                return grant.origin
        for quota in namespace.quotas:
            if not quota.is_scoped and key != GPU_DEVICES:
                return quota.hard[key].origin if key in quota.hard else quota.origin
    return level.namespaces[0].origin


def _names(written: str, found: _Inversion) -> bool:
    """Whether *written* in an exception is the key of *found*, or a pool that is granted."""
    if found.key == GPU_DEVICES:
        grants = (grant for n in found.lower.namespaces for grant in n.grants)
        return any(is_named(written, grant) for grant in grants)
    return found.key in (written, requests_key(written))


def _is_excused(
    found: _Inversion,
    exceptions: Sequence[EnvironmentOrderException],
    platform_of: Callable[[Namespace], Platform],
) -> bool:
    """Whether *exceptions*, all of which name what is larger, leave nothing that is larger."""
    if found.key != GPU_DEVICES:
        return bool(exceptions)
    named = [exception.resource for exception in exceptions]
    rest = granted_devices(found.lower.namespaces, platform_of, without=named)
    return rest <= found.upper.figures[GPU_DEVICES]

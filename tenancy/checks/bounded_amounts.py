"""Amounts within the platform's bounds: ceilings, quotas, counts of objects, and GPUs."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from tenancy.checks.exceeding import exceeds
from tenancy.diagnostics import Finding, Origin
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import InvalidResourceError, parse_quota_key
from tenancy.manifests import EPHEMERAL_STORAGE, default_counts, storage_class_limits
from tenancy.model import (
    NODE_PORTS_PER_LOAD_BALANCER,
    Bounds,
    Grant,
    Limits,
    Namespace,
    Organization,
    Platform,
    quota_keys,
)

__all__ = ["bounded_gpus", "ceiling_and_weight", "counted_by_default", "namespace_amounts"]

_LOAD_BALANCERS: Final = "services.loadbalancers"
_NODE_PORTS: Final = "services.nodeports"


def bounded_gpus(
    platform: Platform, organizations: Iterable[Organization]
) -> Iterator[Finding]:
    """
    Refuse more GPUs of a pool, granted or borrowed, than *platform* allows an organization.

    Args:
        platform: The platform of the cluster.
        organizations: Each in all of its environments on that cluster.
    """
    if platform.organization_bounds is None:
        return
    of, every = platform.organization_bounds.of, tuple(organizations)
    for (name, pool), (total, first) in _by_pool(every, lambda one: one.gpus).items():
        bounds = of(name)
        most = bounds.gpus.get(pool, 0)
        if total > most:
            yield exceeds(
                first.origin,
                f"grants of {total} GPUs of the pool {pool} to the namespaces of {name}",
                f"at most {most}",
                bounds.origin / "gpus",
                name,
            )
    borrowed = _by_pool(every, lambda one: one.borrowing_limit or 0)
    for (name, pool), (total, first) in borrowed.items():
        bounds = of(name)
        most = bounds.borrowed_gpus.get(pool, 0)
        if total > most:
            yield exceeds(
                first.origin / "borrowingLimit",
                f"{total} GPUs of the pool {pool} that the namespaces of {name} may borrow",
                f"at most {most}",
                bounds.origin / "borrowedGpus",
                name,
            )


def _by_pool(
    organizations: Iterable[Organization], amount: Callable[[Grant], int]
) -> Mapping[tuple[str, str], tuple[int, Grant]]:
    """Return the sum of *amount* by organization and pool, and the first grant with some."""
    found: dict[tuple[str, str], tuple[int, Grant]] = {}
    for organization in organizations:
        for namespace in organization.namespaces:
            for grant in namespace.grants:
                if count := amount(grant):
                    key = (organization.name, grant.pool)
                    total, first = found.get(key, (0, grant))
                    found[key] = total + count, first
    return found


def ceiling_and_weight(organization: Organization, bounds: Bounds) -> Iterator[Finding]:
    """Refuse a ceiling and a queue weight that are above *bounds*."""
    own = _by_name(organization.ceiling or {})
    place = organization.origin
    for key, most in _by_name(bounds.ceiling).items():
        limit = own.get(key)
        if limit is None:
            yield exceeds(
                place if organization.ceiling is None else place / "ceiling",
                f"no ceiling of {key} for {organization.name}, which is unlimited",
                f"a ceiling of at most {most}",
                most.origin,
                organization.name,
                remedy=f"write {key} under ceiling",
            )
        elif limit.quantity > most.quantity:
            yield exceeds(
                limit.origin,
                f"a ceiling of {key} of {limit} for {organization.name}",
                f"at most {most}",
                most.origin,
                organization.name,
            )
    if organization.queue_weight > bounds.queue_weight:
        yield exceeds(
            organization.origin / "queueWeight",
            f"queueWeight {organization.queue_weight} of {organization.name}",
            f"at most {bounds.queue_weight}",
            bounds.origin / "queueWeight",
            organization.name,
        )


def counted_by_default(platform: Platform) -> Mapping[str, Quantity]:
    """Return the limits that Tenancy itself sets in a namespace of *platform*, by key."""
    texts = {**default_counts(platform), **EPHEMERAL_STORAGE}
    return {**_named(texts), **_named(platform.object_counts)}


def namespace_amounts(
    namespace: Namespace,
    bounds: Bounds,
    platform: Platform,
    by_default: Mapping[str, Quantity],
    amounts: Mapping[str, Quantity],
) -> Iterator[Finding]:
    """
    Refuse limits of *namespace* above *bounds*.

    A limit that its organization itself writes replaces the one that Tenancy would set. It may
    only be lower, unless `namespaceQuota` has its key.

    Args:
        namespace: The namespace, in one environment.
        bounds: The bounds of its organization.
        platform: The platform of its cluster.
        by_default: As `counted_by_default` returns it.
        amounts: What people wrote for the namespace, by key.
    """
    closed = storage_class_limits(namespace, platform)
    every = {
        **by_default,
        **_named(closed),
        **amounts,
    }
    if "pods" not in amounts and (every_pod := amounts.get("count/pods")) is not None:
        # `count/pods` replaces the default for pods; it also counts pods that have ended.
        every["pods"] = every_pod
    bounded = _by_name(bounds.namespace_quota)
    for key, most in bounded.items():
        amount = every.get(key)
        if amount is None or amount > most.quantity:
            yield _above(namespace, key, amount, f"at most {most}", most.origin)
    if (granted := bounded.get(_LOAD_BALANCERS)) is not None and _NODE_PORTS not in bounded:
        # Granted load balancers come with node ports.
        ports = sum([granted.quantity] * NODE_PORTS_PER_LOAD_BALANCER, Quantity.zero)
        by_default = {**by_default, _NODE_PORTS: ports}
    for key, least in by_default.items():
        amount = every[key]
        if key not in bounded and amount > least and _is_own(namespace, key):
            allowed = f"at most {least}, the default where namespaceQuota has no {key}"
            place = bounds.origin / "namespaceQuota"
            yield _above(namespace, key, amount, allowed, place)


def _above(
    namespace: Namespace, key: str, amount: Quantity | None, allowed: str, bound: Origin
) -> Finding:
    origin = _written(namespace, key)
    if origin is None and key in (_LOAD_BALANCERS, _NODE_PORTS) and namespace.load_balancers:
        origin = namespace.origin / "loadBalancers"
    whose = namespace.organization if origin is not None else namespace.name
    return exceeds(
        origin or namespace.origin,
        f"{key} {'unlimited' if amount is None else amount} in "
        + (f"a namespace of {whose}" if origin is not None else f"the namespace {whose}"),
        allowed,
        bound,
        namespace.organization,
        remedy=f"write {key} under quota, {allowed}" if origin is None else None,
    )


def _is_own(namespace: Namespace, key: str) -> bool:
    """Whether the limit *key* is written by the organization of *namespace* itself."""
    origin = _written(namespace, key)
    if origin is None:
        return key in (_LOAD_BALANCERS, _NODE_PORTS) and bool(namespace.load_balancers)
    # The origin of a namespace is inside of its organization's.
    whole = namespace.origin.path[:-2]
    return origin.source == namespace.origin.source and origin.path[: len(whole)] == whole


def _named(amounts: Mapping[str, object]) -> dict[str, Quantity]:
    """Return amounts by the name under which the API server counts them."""
    found: dict[str, Quantity] = {}
    for key, amount in amounts.items():
        # A key that is not valid has a finding of its own.
        with contextlib.suppress(InvalidResourceError):
            found[parse_quota_key(key).name] = (
                amount if isinstance(amount, Quantity) else Quantity.parse(amount)
            )
    return found


def _by_name(limits: Limits) -> Limits:
    return {key.name: limits[key.text] for key in quota_keys(limits)}


def _written(namespace: Namespace, name: str) -> Origin | None:
    """Return the place of the key *name* in a quota of *namespace*; None if no quota has it."""
    names = (name, "count/pods") if name == "pods" else (name,)
    for quota in namespace.quotas:
        if not quota.is_scoped:
            for key in quota_keys(quota.hard):
                if key.name in names:
                    return quota.hard[key.text].origin
    return None

"""New quota limits compared with the present use on the cluster."""

from collections.abc import Iterator, Mapping

import attrs

from tenancy import manifests
from tenancy.diagnostics import Finding, Origin, Severity, stack_key
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.kubernetes.resources import InvalidResourceError, parse_quota_key
from tenancy.model import (
    Environment,
    Live,
    LiveQuota,
    Namespace,
    Platform,
    grant_keys,
    pool_class,
)

__all__ = ["below_usage", "grant_limits", "used_of"]


def used_of(live: Live | None, namespace: str, key: str) -> Quantity | None:
    """Return the use of *key* in *namespace*; None if it is not known."""
    if live is None or live.quotas is None:
        return None
    return _used_in(live.quotas.get(namespace, {}), key)


def grant_limits(
    namespace: Namespace, platform: Platform
) -> Iterator[tuple[str, str, Quantity]]:
    """Yield quota, key and limit of each key that counts granted devices of *namespace*."""
    if not namespace.grants:
        return
    written = {quota.name for quota in namespace.quotas}
    for quota in _rendered(namespace, platform):
        for key, text in quota.hard.items():
            limit = _quantity(text)
            if quota.name not in written and key in quota.grants and limit:
                yield quota.name, key, limit


def below_usage(environment: Environment, platform: Platform, live: Live) -> Iterator[Finding]:
    """
    Refuse each new limit below the present use, unless `allowBelowUsage` lists it.

    Kubernetes accepts such a limit silently; then no new pod starts, and an ended pod is not
    replaced. A limit that is already on the cluster is not a new one.
    """
    if live.quotas is None or live.namespaces is None:
        return
    allowed = frozenset(environment.allow_below_usage)
    for namespace in environment.namespaces:
        if namespace.name not in live.namespaces:
            continue
        there = live.quotas.get(namespace.name, {})
        counted = live.workloads.used.get(namespace.name, {}) if live.workloads else {}
        for quota in _rendered(namespace, platform):
            yield from _of_quota(namespace, quota, there, counted, allowed)


def _of_quota(
    namespace: Namespace,
    quota: "_Rendered",
    there: Mapping[str, LiveQuota],
    counted: Mapping[str, Quantity],
    allowed: frozenset[str],
) -> Iterator[Finding]:
    own = there.get(quota.name, LiveQuota())
    for key, text in quota.hard.items():
        limit = _quantity(text)
        known = _quantity(own.hard.get(key))
        if limit is None or (known is not None and known == limit):
            continue
        used = _quantity(own.used.get(key))
        if used is None and not quota.is_scoped:
            used = _used_in(there, key)
            used = counted.get(key) if used is None else used
        if used is None:
            if known is not None and limit < known:
                yield _not_counted(namespace, key)
        elif used > limit and f"{namespace.name}/{key}" not in allowed:
            yield Finding(
                code="quota-below-usage",
                origin=_place(namespace, quota, key),
                found=f"{key} of {namespace.name} would become {limit}, below the"
                f" {used} used now",
                allowed=f"at least {used}; with less, new objects are refused, and a pod that "
                "ends is not replaced",
                remedy=f"set at least {used}, reduce the usage, or list"
                f" `{namespace.name}/{key}` under"
                f" {stack_key(namespace.origin, 'allowBelowUsage')}",
                organization=namespace.organization,
            )


def _not_counted(namespace: Namespace, key: str) -> Finding:
    return Finding(
        code="usage-not-checked",
        origin=namespace.origin,
        found=f"the use of {key} in {namespace.name}, which the cluster has not counted yet",
        allowed="a limit above the present use",
        remedy="wait until the quota has a status, and run this again",
        severity=Severity.NOT_CHECKED,
        organization=namespace.organization,
    )


@attrs.frozen
class _Rendered:
    """One ResourceQuota as it will be on the cluster."""

    name: str
    hard: Mapping[str, str]
    is_scoped: bool
    grants: Mapping[str, Origin]
    """Where the grant is written that each key limits, if it is one of GPUs."""


def _rendered(namespace: Namespace, platform: Platform) -> Iterator[_Rendered]:
    """Yield each quota that will be on the cluster, including those that Tenancy adds."""
    for manifest in manifests.namespace(namespace, platform).guardrails:
        metadata, spec = manifest["metadata"], manifest.get("spec")
        if manifest["kind"] != "ResourceQuota" or not isinstance(spec, dict):
            continue
        assert isinstance(metadata, dict)
        yield _Rendered(
            str(metadata["name"]),
            spec.get("hard") or {},
            bool(spec.get("scopes") or spec.get("scopeSelector")),
            _grants(namespace, platform, str(metadata["name"])),
        )


def _grants(namespace: Namespace, platform: Platform, quota: str) -> Mapping[str, Origin]:
    """Return the grant of each key; the quota of one pool has only the grants of that pool."""
    of_pool = [grant for grant in namespace.grants if pool_class(grant.pool) == quota]
    return {
        key: grant.origin
        for grant in reversed(of_pool or namespace.grants)
        for key in grant_keys(grant, platform)
    }


def _place(namespace: Namespace, rendered: "_Rendered", key: str) -> Origin:
    for quota in namespace.quotas:
        if quota.name == rendered.name:
            return quota.hard[key].origin if key in quota.hard else quota.origin
    return rendered.grants.get(key, namespace.origin)


def _used_in(quotas: Mapping[str, LiveQuota], key: str) -> Quantity | None:
    """Return the largest use of *key* in any quota: a quota with a scope counts less."""
    name = _name(key)
    found = [
        _quantity(amount)
        for quota in quotas.values()
        for other, amount in quota.used.items()
        if other == key or _name(other) == name
    ]
    return max((amount for amount in found if amount is not None), default=None)


def _name(key: str) -> str:
    """Return the name under which *key* is summed: `count/configmaps` is `configmaps`."""
    try:
        return parse_quota_key(key).name
    except InvalidResourceError:
        return key


def _quantity(text: str | None) -> Quantity | None:
    if text is None:
        return None
    try:
        return Quantity.parse_stored(str(text))
    except InvalidQuantityError:
        return None

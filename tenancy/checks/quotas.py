"""Quotas: keys that Kubernetes enforces, amounts that it counts, and what the walls need."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.wording import counted, misnamed, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_subdomain
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import (
    InvalidResourceError,
    KeyKind,
    Operator,
    QuotaKey,
    Scope,
    check_quantity,
    conflicting_scopes,
    expression_reason,
    parse_quota_key,
    scope_reason,
)
from tenancy.model import Limits, Namespace, Organization, Platform, Quota
from tenancy.model.entitlements import QUOTA_NAME

__all__ = ["WALL_QUOTAS", "granted", "hard", "keys", "quotas"]

WALL_QUOTAS: Final = (
    "cross-namespace-affinity",
    "ephemeral-storage",
    "gpus",
    "object-counts",
    "priority-classes",
    "storage-classes",
)
"""Names kept for the quotas that the walls add beside those that people write."""

_OF_POOLS: Final = "gpu-"
"""Before a pool's name: the quota that counts it apart where pools have the same resource."""

_KUBERNETES_OWN: Final = {"configmaps": "kube-root-ca.crt", "count/serviceaccounts": "default"}
"""What Kubernetes itself puts into each namespace, by the key that counts it."""


def quotas(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """
    Yield what is wrong with the quotas of *organizations*.

    A quota that many namespaces share, as a profile's, is looked at once.
    """
    looked_at: dict[int, tuple[QuotaKey, ...]] = {}
    for organization in organizations:
        for namespace in organization.namespaces:
            special: list[tuple[QuotaKey, Quota]] = []
            for quota in namespace.quotas:
                if id(quota) not in looked_at:
                    yield from _quota(quota)
                    looked_at[id(quota)] = tuple(k for k in keys(quota.hard) if _is_special(k))
                special += [(key, quota) for key in looked_at[id(quota)]]
            for key, quota in special:
                yield from _by_hand(key, quota, namespace, platform)
                yield from _room_for_walls(key, quota, namespace)
            if namespace.quotas and all(quota.is_scoped for quota in namespace.quotas):
                yield _only_scoped(namespace)


def keys(limits: Limits) -> Iterator[QuotaKey]:
    """Yield those keys of *limits* that are keys of a quota."""
    for text in limits:
        try:
            yield parse_quota_key(text)
        except InvalidResourceError:
            continue


def hard(limits: Limits) -> Iterator[Finding]:
    """
    Yield what is wrong with *limits*, of a quota or a ceiling: key by key.

    Keys that Kubernetes takes and never enforces are refused, and so are amounts that it
    rounds, and two keys for one thing.
    """
    by_name: dict[str, str] = {}
    for text, limit in limits.items():
        try:
            key = parse_quota_key(text)
        except InvalidResourceError as error:
            yield Finding(
                code="quota-key",
                origin=limit.origin,
                found=f"the quota key {quoted(text)}",
                allowed=f"keys that are enforced; {error.reason}",
                remedy=error.remedy,
            )
            continue
        if (reason := check_quantity(key, limit.quantity)) is not None:
            yield Finding(
                code="quota-quantity",
                origin=limit.origin,
                found=f"{text}: {reason}",
                allowed=_UNITS[key.unit.value],
                remedy="write such an amount",
            )
        first = by_name.setdefault(key.name, text)
        if first != text:
            yield Finding(
                code="quota-key-twice",
                origin=limit.origin,
                found=f"{text} beside {first}",
                allowed=f"one of the two, for both limit {key.name}",
                remedy=f"keep {key.name}",
            )
    for resource in ("cpu", "memory", "ephemeral-storage"):
        yield from _requests_over_limits(limits, resource)


_UNITS: Final = {
    "count": "a whole number",
    "cpu": "cores, in thousandths at the finest, such as 500m",
    "bytes": "whole bytes, such as 2Gi",
}


def _requests_over_limits(limits: Limits, resource: str) -> Iterator[Finding]:
    requested = limits.get(f"requests.{resource}") or limits.get(resource)
    limited = limits.get(f"limits.{resource}")
    if requested is None or limited is None or requested.quantity <= limited.quantity:
        return
    yield Finding(
        code="quota-requests-over-limits",
        origin=requested.origin,
        found=f"{requested} requested and {limited} limited of {resource}",
        allowed="requests up to the limits, for no container requests more than its limit",
        remedy=f"lower requests.{resource} to {limited}, or raise limits.{resource}",
        severity=Severity.WARNING,
    )


def _quota(quota: Quota) -> Iterator[Finding]:
    yield from _name(quota)
    yield from hard(quota.hard)
    if not quota.hard:
        yield Finding(
            code="quota-empty",
            origin=quota.origin,
            found=f"the quota {quota.name!r} without a key",
            allowed="at least one key under hard",
            remedy="write what it limits, or remove it",
        )
    yield from _scopes(quota)


def _name(quota: Quota) -> Iterator[Finding]:
    if quota.name == QUOTA_NAME:
        if quota.origin.path[-2:] == ("quotas", QUOTA_NAME):
            yield Finding(
                code="quota-name-reserved",
                origin=quota.origin,
                found=f"a further quota called {QUOTA_NAME!r}",
                allowed=f"another name, for {QUOTA_NAME!r} is the one written under quota",
                remedy="move its keys under quota, or rename it",
            )
        return
    if quota.name in WALL_QUOTAS:
        yield Finding(
            code="quota-name-reserved",
            origin=quota.origin,
            found=f"a quota called {quota.name!r}",
            allowed=f"another name than {', '.join(WALL_QUOTAS)}, which every namespace has",
            remedy="rename it",
        )
    elif quota.name.startswith(_OF_POOLS):
        yield Finding(
            code="quota-name-reserved",
            origin=quota.origin,
            found=f"a quota called {quota.name!r}",
            allowed=f"names that do not begin with {_OF_POOLS}: a pool's GPUs are counted so",
            remedy="rename it",
        )
    try:
        parse_subdomain(quota.name, what="a quota's name")
    except InvalidNameError as error:
        yield misnamed(error, code="quota-name", origin=quota.origin, what="the quota")


def _scopes(quota: Quota) -> Iterator[Finding]:
    scopes = dict.fromkeys(Scope(name) for name in quota.scopes)
    for index, expression in enumerate(quota.scope_selector):
        scope = Scope(expression.scope_name)
        scopes[scope] = None
        reason = expression_reason(scope, Operator(expression.operator), expression.values)
        if reason is not None:
            yield Finding(
                code="quota-scope-selector",
                origin=quota.origin / "scopeSelector" / index,
                found=f"{scope} {expression.operator} [{', '.join(expression.values)}]",
                allowed=f"what Kubernetes takes; {reason}",
                remedy="correct the operator or the values",
            )
    if (pair := conflicting_scopes(scopes)) is not None:
        yield Finding(
            code="quota-scopes-conflict",
            origin=quota.origin,
            found=f"the scopes {pair[0]} and {pair[1]} in one quota",
            allowed="scopes that one object can be in; nothing is in both",
            remedy="make two quotas of it",
        )
    for scope in scopes:
        for key in keys(quota.hard):
            if (reason := scope_reason(scope, key)) is not None:
                yield Finding(
                    code="quota-scope-key",
                    origin=quota.hard[key.text].origin,
                    found=f"{key.text} in a quota with the scope {scope}",
                    allowed=f"keys that the scope counts; {reason}",
                    remedy="move the key to a quota without this scope",
                )


def _is_special(key: QuotaKey) -> bool:
    """Whether *key* has to agree with what the namespace is given beside its quotas."""
    return (
        key.is_gpu
        or key.kind in (KeyKind.EXTENDED, KeyKind.DEVICES)
        or (key.name in _KUBERNETES_OWN or key.name in _OURS)
    )


def granted(namespace: Namespace, platform: Platform) -> Mapping[str, int]:
    """
    Return how much of each GPU key *namespace* is granted, by quota key; 0 without a grant.

    In devices of the key's resource. Every resource and device class of the platform is
    there; a grant of a pool with a device class counts under both.
    """
    amounts = Counter({f"requests.{resource}": 0 for resource in platform.gpu_resources})
    amounts.update({_DEVICES.format(name): 0 for name in platform.device_classes})
    for grant in namespace.grants:
        amounts[f"requests.{grant.resource}"] += grant.gpus
        pool = platform.pool(grant.pool)
        if pool is not None and pool.device_class is not None:
            amounts[_DEVICES.format(pool.device_class)] += grant.gpus
    return amounts


_DEVICES: Final = "{}.deviceclass.resource.k8s.io/devices"
"""The quota key that counts the claimed devices of a class."""


def _by_hand(
    key: QuotaKey, quota: Quota, namespace: Namespace, platform: Platform
) -> Iterator[Finding]:
    """Refuse a GPU key that says something else than the grants."""
    amounts = granted(namespace, platform)
    if quota.is_scoped or not (key.is_gpu or key.name in amounts):
        return
    limit, amount = quota.hard[key.text], amounts.get(key.name, 0)
    if limit.quantity == Quantity.parse(amount):
        return
    yield Finding(
        code="quota-gpus-by-hand",
        origin=limit.origin,
        found=f"{key.text} {limit} in {namespace.name}, which is granted {amount}",
        allowed="what the grants under gpus add up to, or no such key",
        remedy="remove the key and grant GPUs of a pool under gpus",
        organization=namespace.organization,
    )


_OURS: Final = {
    "resourcequotas": "quotas",
    "count/limitranges": "limit ranges",
    "count/rolebindings.rbac.authorization.k8s.io": "role bindings",
}
"""What this tool puts into each namespace, by the key that counts it."""


def _room_for_walls(key: QuotaKey, quota: Quota, namespace: Namespace) -> Iterator[Finding]:
    """Refuse a count that leaves no room for what must be in every namespace."""
    needed, what = _needed(key, namespace)
    limit = quota.hard[key.text]
    if limit.quantity >= Quantity.parse(needed):
        return
    yield Finding(
        code="quota-no-room-for-walls",
        origin=limit.origin,
        found=f"{key.text} {limit} in {namespace.name}",
        allowed=f"at least {needed}: {what}",
        remedy=f"raise it to {needed} and what people need beside that",
        organization=namespace.organization,
    )


def _needed(key: QuotaKey, namespace: Namespace) -> tuple[int, str]:
    match key.name:
        case "resourcequotas":
            count = len(namespace.quotas) + len(WALL_QUOTAS)
            return count, f"{counted(count, 'quota')} are put there"
        case "count/limitranges":
            return int(namespace.limit_range is not None), "the limit range is one"
        case "count/rolebindings.rbac.authorization.k8s.io":
            count = len(namespace.bindings)
            return count, f"{counted(count, 'role binding')} of members"
        case name if name in _KUBERNETES_OWN:
            return 1, f"Kubernetes puts {_KUBERNETES_OWN[name]} there"
    return 0, ""


def _only_scoped(namespace: Namespace) -> Finding:
    origin: Origin = namespace.quotas[0].origin
    return Finding(
        code="quota-only-scoped",
        origin=origin,
        found=f"{namespace.name} has only quotas with scopes",
        allowed="at least one quota that counts every object",
        remedy="write what the whole namespace may use under quota",
        organization=namespace.organization,
    )

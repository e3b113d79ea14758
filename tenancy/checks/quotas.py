"""Quotas: enforced keys, valid amounts, and room for the objects that always exist."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.diagnostics import (
    Finding,
    Origin,
    Severity,
    counted,
    joined,
    misnamed,
    quoted,
)
from tenancy.kubernetes.names import InvalidNameError, parse_subdomain
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import (
    IMPLICIT_PREFIX,
    InvalidResourceError,
    KeyKind,
    Operator,
    QuotaKey,
    Scope,
    check_quantity,
    conflicting_scopes,
    expression_reason,
    parse_quota_key,
    requests_key,
    scope_reason,
)
from tenancy.manifests import KUBERNETES_CREATES, QUOTA_KEYS, created
from tenancy.model import (
    MANAGED_QUOTAS,
    POOL_QUOTA_PREFIX,
    QUOTA_NAME,
    Limits,
    Namespace,
    Organization,
    Platform,
    Quota,
    device_limits,
    quota_keys,
    roles,
)

__all__ = ["hard", "quotas"]


def quotas(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """
    Yield findings about the quotas of *organizations*.

    A quota that many namespaces share, such as a profile's, is checked once.
    """
    looked_at: dict[int, tuple[QuotaKey, ...]] = {}
    for organization in organizations:
        for namespace in organization.namespaces:
            special: list[tuple[QuotaKey, Quota]] = []
            for quota in namespace.quotas:
                if id(quota) not in looked_at:
                    yield from _quota(quota)
                    looked_at[id(quota)] = tuple(
                        k for k in quota_keys(quota.hard) if _is_special(k, namespace)
                    )
                special += [(key, quota) for key in looked_at[id(quota)]]
            if special:
                yield from _agreeing(special, namespace, platform)
            if namespace.quotas and all(quota.is_scoped for quota in namespace.quotas):
                yield _only_scoped(namespace)


def hard(limits: Limits) -> Iterator[Finding]:
    """
    Yield findings about each key of *limits* of a quota or a ceiling.

    Refused are keys that Kubernetes accepts and never enforces, amounts that it rounds, and two
    keys for the same resource.
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
                allowed=f"keys that Kubernetes enforces; {error.reason}",
                remedy=error.remedy,
            )
            continue
        if (reason := check_quantity(key, limit.quantity)) is not None:
            yield Finding(
                code="quota-quantity",
                origin=limit.origin,
                found=f"{text}: {reason}",
                allowed=_UNITS[key.unit.value],
                remedy="correct the amount",
            )
        first = by_name.setdefault(key.name, text)
        if first != text:
            yield Finding(
                code="quota-key-twice",
                origin=limit.origin,
                found=f"{text} together with {first}",
                allowed=f"one of the two: both limit {key.name}",
                remedy=f"keep only {key.name}",
            )
    for resource in ("cpu", "memory", "ephemeral-storage"):
        yield from _requests_over_limits(limits, resource)


_UNITS: Final = {
    "count": "a whole number",
    "cpu": "cores, with at most three decimals, such as 500m",
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
        allowed="requests up to the limits, because a container cannot request more than its "
        "limit",
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
            remedy="write what the quota limits, or remove it",
        )
    yield from _scopes(quota)


def _name(quota: Quota) -> Iterator[Finding]:
    if quota.name == QUOTA_NAME:
        if quota.origin.path[-2:] == ("quotas", QUOTA_NAME):
            yield Finding(
                code="quota-name-reserved",
                origin=quota.origin,
                found=f"a further quota called {QUOTA_NAME!r}",
                allowed=f"another name: {QUOTA_NAME!r} is the quota under the key quota",
                remedy="move its keys under quota, or rename it",
            )
        return
    if quota.name in MANAGED_QUOTAS:
        yield Finding(
            code="quota-name-reserved",
            origin=quota.origin,
            found=f"a quota called {quota.name!r}",
            allowed=f"a name other than {', '.join(MANAGED_QUOTAS)}, which Tenancy creates",
            remedy="rename it",
        )
    elif quota.name.startswith(POOL_QUOTA_PREFIX):
        yield Finding(
            code="quota-name-reserved",
            origin=quota.origin,
            found=f"a quota called {quota.name!r}",
            allowed=f"names that do not begin with {POOL_QUOTA_PREFIX}: such a quota of "
            "Tenancy counts the GPUs of one pool",
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
                allowed=f"what Kubernetes accepts; {reason}",
                remedy="correct the operator or the values",
            )
    if (pair := conflicting_scopes(scopes)) is not None:
        yield Finding(
            code="quota-scopes-conflict",
            origin=quota.origin,
            found=f"the scopes {pair[0]} and {pair[1]} in one quota",
            allowed="scopes that one object can be in; these exclude each other",
            remedy="write two quotas",
        )
    for scope in scopes:
        for key in quota_keys(quota.hard):
            if (reason := scope_reason(scope, key)) is not None:
                yield Finding(
                    code="quota-scope-key",
                    origin=quota.hard[key.text].origin,
                    found=f"{key.text} in a quota with the scope {scope}",
                    allowed=f"keys that the scope counts; {reason}",
                    remedy="move the key to a quota without this scope",
                )


def _is_special(key: QuotaKey, namespace: Namespace) -> bool:
    """Whether *key* must be consistent with the grants or with objects that always exist."""
    return (
        key.is_gpu
        or key.kind in (KeyKind.EXTENDED, KeyKind.DEVICES)
        or _counts_existing(key, namespace)
    )


def _counts_existing(key: QuotaKey, namespace: Namespace) -> bool:
    """Whether *key* counts objects that *namespace* has from the start."""
    return key.name in QUOTA_KEYS.values() or any(
        key.name == found.quota_key for found in namespace.objects
    )


def _agreeing(
    special: Iterable[tuple[QuotaKey, Quota]], namespace: Namespace, platform: Platform
) -> Iterator[Finding]:
    """Yield keys in *special* that contradict the grants, or objects that always exist."""
    devices = device_limits(namespace.grants, platform)
    existing: Mapping[str, int] | None = None
    for key, quota in special:
        if not _counts_existing(key, namespace):
            yield from _by_hand(key, quota, namespace, devices)
            continue
        if existing is None:
            existing = created(_with_known_roles(namespace, platform), platform)
        yield from _too_low(key, quota, namespace, existing.get(key.name, 0))


def _with_known_roles(namespace: Namespace, platform: Platform) -> Namespace:
    """Return *namespace* without bindings to unknown roles, which have a finding already."""
    known = roles.names(platform)
    return attrs.evolve(
        namespace, bindings=tuple(b for b in namespace.bindings if b.role in known)
    )


def _by_hand(
    key: QuotaKey, quota: Quota, namespace: Namespace, devices: Mapping[str, int]
) -> Iterator[Finding]:
    """Refuse a GPU key that differs from the grants, and resources that are never granted."""
    is_implicit = key.name.startswith(requests_key(IMPLICIT_PREFIX))
    is_granted = key.is_gpu or key.name in devices
    if quota.is_scoped and not is_implicit:
        yield from _limited_for_some(key, quota, namespace, devices)
        return
    if not is_implicit and not is_granted:
        return
    limit, amount = quota.hard[key.text], devices.get(key.name, 0)
    if limit.quantity == Quantity.parse(amount):
        return
    yield Finding(
        code="quota-gpus-by-hand",
        origin=limit.origin,
        found=f"{key.text} {limit} in {namespace.name}, whose grants are {amount}",
        allowed="the sum of the grants under gpus, or no such key",
        remedy="remove the key and grant GPUs of a pool under gpus",
        organization=namespace.organization,
    )


def _limited_for_some(
    key: QuotaKey, quota: Quota, namespace: Namespace, devices: Mapping[str, int]
) -> Iterator[Finding]:
    """Refuse an extended resource that is limited for some pods only, and free for others."""
    limit = quota.hard[key.text]
    is_limited = key.name in devices or any(
        own.name == key.name
        for other in namespace.quotas
        if not other.is_scoped
        for own in quota_keys(other.hard)
    )
    if key.kind is not KeyKind.EXTENDED or is_limited or limit.quantity <= Quantity.zero:
        return
    yield Finding(
        code="quota-scoped-resource",
        origin=limit.origin,
        found=f"{key.text} {limit} in the quota {quota.name} of {namespace.name}, which has"
        " scopes, and in no quota without scopes: other pods could use any number",
        allowed="a limit for all pods, in a quota without scopes",
        remedy=f"write {key.text} under quota too"
        + (", or grant GPUs of a pool under gpus" if key.is_gpu else ""),
        organization=namespace.organization,
    )


def _too_low(
    key: QuotaKey, quota: Quota, namespace: Namespace, existing: int
) -> Iterator[Finding]:
    """Refuse a count below the number of objects in a new namespace."""
    limit = quota.hard[key.text]
    if limit.quantity >= Quantity.parse(existing):
        return
    carried = [str(found) for found in namespace.objects if found.quota_key == key.name]
    kinds = {name: kind for kind, name in QUOTA_KEYS.items()}
    own = KUBERNETES_CREATES.get(kinds.get(key.name, ""))
    if own is not None:
        what = f"Kubernetes creates the {kinds[key.name]} {own} in every namespace"
        what += f", and the platform puts {joined(carried)} there" if carried else ""
    elif carried:
        what = f"the platform puts {joined(carried)} there"
    else:
        objects = counted(existing, f"{kinds[key.name]} object")
        what = f"Tenancy creates {objects} in this namespace"
    yield Finding(
        code="quota-count-too-low",
        origin=limit.origin,
        found=f"{key.text} {limit} in {namespace.name}",
        allowed=f"at least {existing}: {what}",
        remedy=f"raise it to {existing} plus what members need",
        organization=namespace.organization,
    )


def _only_scoped(namespace: Namespace) -> Finding:
    origin: Origin = namespace.quotas[0].origin
    return Finding(
        code="quota-only-scoped",
        origin=origin,
        found=f"{namespace.name} with only scoped quotas",
        allowed="at least one quota without scopes",
        remedy="write the limits of the whole namespace under quota",
        organization=namespace.organization,
    )

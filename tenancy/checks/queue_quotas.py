"""
Quotas of a namespace with a queue: none refuses pods of a job that the queue has admitted.

Kueue counts requests of the whole namespace. It does not know quotas that count limits, or
only some of the pods.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.diagnostics import Finding, Severity
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import QuotaKey
from tenancy.model import Namespace, Platform, Quota, amounts, queued_grants, quota_keys

__all__ = ["refusing_quotas"]

_LIMITS: Final = "limits."
_REQUESTS: Final = "requests."
_OTHER_OBJECTS: Final = ("VolumeAttributesClass", "CrossNamespacePodAffinity")
"""Scopes of quotas that count no pods, or only those that reach into other namespaces."""


def refusing_quotas(namespace: Namespace, platform: Platform) -> Iterator[Finding]:
    """Yield the limits of *namespace* that refuse pods which its queue admits."""
    queued = {f"{_REQUESTS}{grant.resource}" for grant in queued_grants(namespace, platform)}
    if not queued:
        return
    least = amounts(lambda _: platform)(namespace)
    for quota in namespace.quotas:
        for key in quota_keys(quota.hard):
            if quota.is_scoped:
                yield from _of_some_pods(key, quota, namespace, least, queued)
            elif key.name.startswith(_LIMITS):
                yield from _of_limits(key, quota, namespace, least)


def _of_some_pods(
    key: QuotaKey,
    quota: Quota,
    namespace: Namespace,
    least: Mapping[str, Quantity],
    queued: set[str],
) -> Iterator[Finding]:
    limit = quota.hard[key.text]
    scopes = (*quota.scopes, *(one.scope_name for one in quota.scope_selector))
    whole = least.get(key.name)
    if any(scope in _OTHER_OBJECTS for scope in scopes):
        return
    is_gpu = key.name in queued
    if not is_gpu and whole is not None and limit.quantity >= whole:
        return
    yield Finding(
        code="queue-quota-scoped",
        origin=limit.origin,
        found=f"{key.text} {limit} in the quota {quota.name} of {namespace.name}, which has"
        " scopes",
        allowed=f"{'queued GPUs' if is_gpu else key.text} in no quota with scopes: it would"
        " refuse pods of jobs that the queue has admitted",
        remedy="remove the key; the grant and its borrowingLimit are the quota"
        if is_gpu
        else "remove the key, or move these pods to a namespace without a queue",
        organization=namespace.organization,
    )


def _of_limits(
    key: QuotaKey, quota: Quota, namespace: Namespace, least: Mapping[str, Quantity]
) -> Iterator[Finding]:
    """Yield a limit that is reached before the requests, which are all that Kueue counts."""
    limit = quota.hard[key.text]
    resource = key.name.removeprefix(_LIMITS)
    requests, ratio = least.get(f"{_REQUESTS}{resource}"), _ratio(resource, namespace)
    needed = None if ratio is None or requests is None else ratio.nanos * requests.nanos
    # Every amount is in billionths, so the product has a factor of 10**9 more.
    if needed is not None and limit.quantity.nanos * 10**9 >= needed:
        return
    yield Finding(
        code="queue-quota-limits",
        origin=limit.origin,
        found=f"{key.text} {limit} in {namespace.name}, which has a queue: Kueue counts"
        " requests only, so pods of jobs that it has admitted can be refused",
        allowed=f"no {key.text}, or a maxLimitRequestRatio of {resource} with which"
        f" {_REQUESTS}{resource} is reached first",
        remedy=f"remove {key.text}, or write maxLimitRequestRatio in the limit range",
        severity=Severity.WARNING,
        organization=namespace.organization,
    )


def _ratio(resource: str, namespace: Namespace) -> Quantity | None:
    """Return the smallest ratio of limit to request that the limit ranges allow."""
    ranges = (namespace.limit_range, *namespace.further_limit_ranges)
    found = [
        item.max_limit_request_ratio[resource].quantity
        for limits in ranges
        if limits is not None
        for item in limits.items
        if item.type in ("Container", "Pod") and resource in item.max_limit_request_ratio
    ]
    return min(found, default=None)

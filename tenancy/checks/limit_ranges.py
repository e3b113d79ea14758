"""Limit ranges: ordered bounds, and the defaults that quotas and pod limits need."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tenancy.diagnostics import Finding, Origin, quoted
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import (
    InvalidResourceError,
    LimitField,
    LimitType,
    check_limit_quantity,
    is_gpu_resource,
    limit_fields,
    parse_limit_resource,
)
from tenancy.model import (
    ContainerDefaults,
    Limit,
    LimitRange,
    LimitRangeItem,
    Limits,
    Namespace,
    Organization,
    Quota,
    container_defaults,
    quota_keys,
)

__all__ = ["limit_ranges"]


def limit_ranges(organizations: Iterable[Organization]) -> Iterator[Finding]:
    """
    Yield findings about the limit ranges of *organizations*.

    A limit range that many namespaces share is checked once, and once with each set of quotas
    that it is used with.
    """
    looked_at: set[int] = set()
    together: set[tuple[int, ...]] = set()
    for organization in organizations:
        for namespace in organization.namespaces:
            for limit_range in namespace.limit_ranges:
                if id(limit_range) not in looked_at:
                    looked_at.add(id(limit_range))
                    yield from _limit_range(limit_range)
            pair = (*map(id, namespace.limit_ranges), 0, *map(id, namespace.quotas))
            if pair not in together:
                together.add(pair)
                yield from _beside_quotas(namespace)


def _limit_range(limit_range: LimitRange) -> Iterator[Finding]:
    for item in limit_range.items:
        yield from _figures(item)
        for resource in _resources(item):
            yield from _order(item, resource)
        yield from _ratios(item, container_defaults((limit_range,)))
    yield from _claims(limit_range.item(LimitType.PERSISTENT_VOLUME_CLAIM))
    yield from _bare_pod(limit_range)


_WRITTEN: Final[dict[LimitField, str]] = {
    LimitField.DEFAULT: "default",
    LimitField.DEFAULT_REQUEST: "default_request",
    LimitField.MAX: "max",
    LimitField.MIN: "min",
    LimitField.MAX_LIMIT_REQUEST_RATIO: "max_limit_request_ratio",
}


def _limits(item: LimitRangeItem, field: LimitField) -> Limits:
    limits: Limits = getattr(item, _WRITTEN[field])
    return limits


def _resources(item: LimitRangeItem) -> Iterator[str]:
    yield from dict.fromkeys(r for field in LimitField for r in _limits(item, field))


def _figures(item: LimitRangeItem) -> Iterator[Finding]:
    """Refuse resources that this type of limit does not support, and invalid amounts."""
    limit_type = LimitType(item.type)
    for field in LimitField:
        for text, limit in _limits(item, field).items():
            if field not in limit_fields(limit_type):
                yield Finding(
                    code="limit-range-field",
                    origin=limit.origin,
                    found=f"{field} for the type {limit_type}",
                    allowed=", ".join(limit_fields(limit_type)),
                    remedy="remove it: it has no effect or is refused",
                )
                continue
            try:
                resource = parse_limit_resource(limit_type, text)
            except InvalidResourceError as error:
                is_gpu = is_gpu_resource(text.removeprefix("requests.").removeprefix("limits."))
                yield Finding(
                    code="limit-range-gpu" if is_gpu else "limit-range-resource",
                    origin=limit.origin,
                    found=f"{quoted(text)} in {field} of the type {limit_type}",
                    allowed=f"resources that this type can limit; {error.reason}",
                    remedy="grant GPUs under gpus, and remove the value here"
                    if is_gpu
                    else error.remedy,
                )
                continue
            if (reason := check_limit_quantity(resource, field, limit.quantity)) is not None:
                is_ratio = field is LimitField.MAX_LIMIT_REQUEST_RATIO
                yield Finding(
                    code="limit-range-ratio" if is_ratio else "limit-range-quantity",
                    origin=limit.origin,
                    found=f"{text}: {reason}",
                    allowed="a ratio of 1 or more"
                    if is_ratio
                    else "an amount that Kubernetes counts",
                    remedy="write 1 or more" if is_ratio else "correct the amount",
                )


_ORDER: Final = (
    LimitField.MIN,
    LimitField.DEFAULT_REQUEST,
    LimitField.DEFAULT,
    LimitField.MAX,
)


def _order(item: LimitRangeItem, resource: str) -> Iterator[Finding]:
    """Refuse values that violate min ≤ defaultRequest ≤ default ≤ max."""
    written = [
        (field, limit)
        for field in _ORDER
        if (limit := _limits(item, field).get(resource)) is not None
    ]
    for (low_field, low), (high_field, high) in itertools.pairwise(written):
        if low.quantity > high.quantity:
            yield Finding(
                code="limit-range-order",
                origin=low.origin,
                found=f"{low_field} {low} of {resource}, and {high_field} {high}",
                allowed="min ≤ defaultRequest ≤ default ≤ max",
                remedy=f"lower {low_field} to {high}, or raise {high_field}",
            )


def _ratios(item: LimitRangeItem, bare: ContainerDefaults) -> Iterator[Finding]:
    """Refuse a ratio that cannot be reached, or that every pod without own values violates."""
    for resource, ratio in item.max_limit_request_ratio.items():
        if ratio.quantity < Quantity.parse(1):
            continue
        most, least = item.max.get(resource), item.min.get(resource)
        if (
            most is not None
            and least is not None
            and least.quantity
            and _exceeds(ratio.quantity, most.quantity, least.quantity)
        ):
            yield Finding(
                code="limit-range-ratio",
                origin=ratio.origin,
                found=f"a ratio of {ratio} of {resource}",
                allowed=f"at most max/min, {most} / {least}",
                remedy="lower the ratio, or widen min and max",
            )
        if item.type == LimitType.PERSISTENT_VOLUME_CLAIM:
            continue
        limit, request = bare.limits.get(resource), bare.requests.get(resource)
        if limit is None or request is None or not request.quantity or not limit.quantity:
            yield _refused(
                ratio.origin,
                f"a ratio of {ratio} of {resource}, and no default for both request and limit",
                f"write default and defaultRequest of {resource} for containers",
            )
        elif limit.quantity.nanos * 10**9 > ratio.quantity.nanos * request.quantity.nanos:
            yield _refused(
                ratio.origin,
                f"a default of {limit} over a default request of {request} of {resource},"
                f" more than the ratio {ratio}",
                "raise defaultRequest, lower default, or raise the ratio",
            )


def _exceeds(ratio: Quantity, most: Quantity, least: Quantity) -> bool:
    return ratio.nanos * least.nanos > most.nanos * 10**9


def _refused(origin: Origin, found: str, remedy: str) -> Finding:
    return Finding(
        code="bare-pod-refused",
        origin=origin,
        found=found,
        allowed="values with which a pod without requests and limits is admitted",
        remedy=remedy,
    )


def _claims(item: LimitRangeItem | None) -> Iterator[Finding]:
    if item is not None and not ({"storage"} & (item.max.keys() | item.min.keys())):
        yield Finding(
            code="limit-range-claim",
            origin=item.origin,
            found="a limit range for claims without min and max of storage",
            allowed="min or max of storage, or both",
            remedy="write min or max, or remove persistentVolumeClaim",
        )


def _bare_pod(limit_range: LimitRange) -> Iterator[Finding]:
    """Refuse bounds of pods that one container with the defaults violates."""
    item = limit_range.item(LimitType.POD)
    if item is None:
        return
    bare = container_defaults((limit_range,))
    for resource, most in item.max.items():
        limit = bare.limits.get(resource)
        if limit is None:
            yield _refused(
                most.origin,
                f"a max of {most} of {resource} for pods, and no default for containers",
                f"write default of {resource} for containers",
            )
        elif limit.quantity > most.quantity:
            yield _refused(
                most.origin,
                f"a max of {most} of {resource} for pods, and a container's default of {limit}",
                f"lower the default to {most}, or raise the max of pods",
            )
    for resource, least in item.min.items():
        request = bare.requests.get(resource)
        if request is None:
            yield _refused(
                least.origin,
                f"a min of {least} of {resource} for pods, and no default for containers",
                f"write defaultRequest of {resource} for containers",
            )
        elif request.quantity < least.quantity:
            yield _refused(
                least.origin,
                f"a min of {least} of {resource} for pods, and a container's default request"
                f" of {request}",
                f"raise defaultRequest to {least}, or lower the min of pods",
            )


def _beside_quotas(namespace: Namespace) -> Iterator[Finding]:
    bare = container_defaults(namespace.limit_ranges)
    unscoped = [quota for quota in namespace.quotas if not quota.is_scoped]
    for quota in unscoped:
        yield from _missing_defaults(quota, bare)
    for limit_range in namespace.limit_ranges:
        yield from _over_quota(limit_range, _least(unscoped))


def _missing_defaults(quota: Quota, bare: ContainerDefaults) -> Iterator[Finding]:
    """Refuse a quota on CPU or memory under which every pod without own values is refused."""
    for key in quota_keys(quota.hard):
        if not key.is_compute:
            continue
        if key.limits_resource is not None:
            resource, defaults, field = key.limits_resource, bare.limits, "default"
        else:
            resource = key.requests_resource or key.text
            defaults, field = bare.requests, "defaultRequest"
        if resource not in defaults:
            yield Finding(
                code="quota-needs-default",
                origin=quota.hard[key.text].origin,
                found=f"{key.text}, and no {field} of {resource} for containers",
                allowed="a quota on CPU or memory together with defaults, because every "
                "container must then specify it",
                remedy=f"write limitRange.container.{field}.{resource}",
            )


def _least(quotas: Iterable[Quota]) -> Mapping[str, Limit]:
    least: dict[str, Limit] = {}
    for quota in quotas:
        for key in quota_keys(quota.hard):
            limit = quota.hard[key.text]
            found = least.get(key.name)
            if found is None or limit.quantity < found.quantity:
                least[key.name] = limit
    return least


def _over_quota(limit_range: LimitRange, quota: Mapping[str, Limit]) -> Iterator[Finding]:
    """Refuse bounds of one object that exceed the namespace's quota."""
    for item in limit_range.items:
        is_claim = item.type == LimitType.PERSISTENT_VOLUME_CLAIM
        for field, prefix in (
            (LimitField.MAX, "requests" if is_claim else "limits"),
            (LimitField.MIN, "requests"),
        ):
            for resource, limit in _limits(item, field).items():
                whole = quota.get(f"{prefix}.{resource}")
                if whole is not None and limit.quantity > whole.quantity:
                    yield Finding(
                        code="limit-range-over-quota",
                        origin=limit.origin,
                        found=f"{field} {limit} of {resource} for each {item.type}, and"
                        f" {prefix}.{resource} {whole} for the whole namespace",
                        allowed="bounds of one object up to the quota of the namespace",
                        remedy=f"lower {field} to {whole}, or raise the quota",
                    )

"""Compares pods with limit ranges, and with the keys that a quota requires of every pod."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.kubernetes.pods import Amounts, Fields, container_amounts, items, pod_amounts
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import LimitType
from tenancy.model import LimitRange, LimitRangeItem, Limits, Quota, container_defaults

__all__ = ["limit_range_violations", "quota_violations"]

_STATED: Final[Mapping[str, tuple[int, str]]] = {
    "cpu": (0, "cpu"),
    "memory": (0, "memory"),
    "requests.cpu": (0, "cpu"),
    "requests.memory": (0, "memory"),
    "limits.cpu": (1, "cpu"),
    "limits.memory": (1, "memory"),
}
"""The keys that every container must have: request or limit, and the resource."""


@attrs.frozen
class _Asked:
    """The requests and limits of a container or a pod, with the defaults of limit ranges."""

    what: str
    requests: Amounts
    limits: Amounts


def limit_range_violations(spec: Fields, limit_ranges: Iterable[LimitRange]) -> tuple[str, ...]:
    """
    Return why *limit_ranges* refuse a pod, each reason once; empty if it is admitted.

    Source: k8s.io/kubernetes plugin/pkg/admission/limitranger.
    """
    ranges = tuple(limit_ranges)
    containers = tuple(_filled(spec, ranges))
    reasons: list[str] = []
    for limit_range in ranges:
        for item in limit_range.items:
            if item.type == LimitType.CONTAINER:
                for asked in containers:
                    reasons += _outside(asked, item)
            elif item.type == LimitType.POD:
                reasons += _outside(_whole(spec, ranges), item)
    return tuple(dict.fromkeys(reasons))


def quota_violations(
    spec: Fields, quotas: Iterable[Quota], limit_ranges: Iterable[LimitRange]
) -> tuple[str, ...]:
    """
    Return which required keys of *quotas* a pod lacks, so that it would be refused.

    Source: k8s.io/kubernetes pkg/quota/v1/evaluator/core/pods.go, Constraints.
    """
    reasons: list[str] = []
    containers = tuple(_filled(spec, tuple(limit_ranges)))
    for quota in quotas:
        if quota.is_scoped:
            continue
        for key in quota.hard:
            if key not in _STATED:
                continue
            index, resource = _STATED[key]
            reasons += [
                f"quota {quota.name} needs {key} of {asked.what}"
                for asked in containers
                if resource not in (asked.requests, asked.limits)[index]
            ]
    return tuple(dict.fromkeys(reasons))


def _filled(spec: Fields, ranges: tuple[LimitRange, ...]) -> Iterator[_Asked]:
    """Yield the requests and limits of each container, with the defaults of *ranges*."""
    defaults = container_defaults(ranges)
    for kind in ("initContainers", "containers"):
        for container in items(spec.get(kind)):
            requests, limits = container_amounts(container)
            yield _Asked(
                f'container "{container.get("name")}"',
                {**_amounts(defaults.requests), **requests},
                {**_amounts(defaults.limits), **limits},
            )


def _whole(spec: Fields, ranges: tuple[LimitRange, ...]) -> _Asked:
    """Return the requests and limits of the pod, with its containers' defaults."""
    defaults = container_defaults(ranges)
    filled: dict[str, object] = dict(spec)
    for kind in ("initContainers", "containers"):
        filled[kind] = [
            {
                **container,
                "resources": {
                    "requests": _texts(
                        {**_amounts(defaults.requests), **container_amounts(container)[0]}
                    ),
                    "limits": _texts(
                        {**_amounts(defaults.limits), **container_amounts(container)[1]}
                    ),
                },
            }
            for container in items(spec.get(kind))
        ]
    found = pod_amounts(filled)
    requests, limits = (
        {k.removeprefix(start): v for k, v in found.items() if k.startswith(start)}
        for start in ("requests.", "limits.")
    )
    return _Asked("the pod", requests, limits)


def _outside(asked: _Asked, item: LimitRangeItem) -> Iterator[str]:
    for resource, least in item.min.items():
        request, limit = asked.requests.get(resource), asked.limits.get(resource)
        if request is None or request < least.quantity:
            stated = "no request" if request is None else f"a request of {request}"
            yield f"{asked.what} has {stated} of {resource}, below the minimum {least}"
        elif limit is not None and limit < least.quantity:
            yield f"{asked.what} has a limit of {limit} of {resource}, below {least}"
    for resource, most in item.max.items():
        request, limit = asked.requests.get(resource), asked.limits.get(resource)
        if limit is None or limit > most.quantity:
            stated = "no limit" if limit is None else f"a limit of {limit}"
            yield f"{asked.what} has {stated} of {resource}, above the maximum {most}"
        elif request is not None and request > most.quantity:
            yield f"{asked.what} has a request of {request} of {resource}, above {most}"
    for resource, ratio in item.max_limit_request_ratio.items():
        request, limit = asked.requests.get(resource), asked.limits.get(resource)
        if not request or not limit:
            yield f"{asked.what} has no request and limit of {resource}, which have a ratio"
        elif limit.nanos * 10**9 > ratio.quantity.nanos * request.nanos:
            yield f"{asked.what} has a limit of {resource} over {ratio} times its request"


def _amounts(limits: Limits) -> dict[str, Quantity]:
    return {key: limit.quantity for key, limit in limits.items()}


def _texts(amounts: Amounts) -> dict[str, str]:
    return {key: str(amount) for key, amount in amounts.items()}

"""What the API server fills in for a container that states neither requests nor limits."""

from collections.abc import Iterable

import attrs

from tenancy.kubernetes.resources import LimitType
from tenancy.model.values import Limit, LimitRange, Limits

__all__ = ["ContainerDefaults", "container_defaults"]


@attrs.frozen(slots=True)
class ContainerDefaults:
    """
    What a container gets that states nothing, by resource.

    Attributes:
        requests: What it requests.
        limits: What it is limited to.
    """

    requests: Limits
    limits: Limits


def container_defaults(limit_ranges: Iterable[LimitRange]) -> ContainerDefaults:
    """
    Return what *limit_ranges* of one namespace give to a container that states nothing.

    The first that gives a figure wins, in the order given here; the API server's own order
    among several is not defined.

    A `max` is the default where none is written, a default is the default request, and a `min`
    is the default request where there is no default.

    Source: k8s.io/kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem.
    """
    all_requests: dict[str, Limit] = {}
    all_limits: dict[str, Limit] = {}
    for limit_range in limit_ranges:
        item = limit_range.item(LimitType.CONTAINER)
        if item is not None:
            limits = {**item.max, **item.default}
            requests = {**item.min, **limits, **item.default_request}
            all_limits = {**limits, **all_limits}
            all_requests = {**requests, **all_requests}
    return ContainerDefaults(all_requests, all_limits)

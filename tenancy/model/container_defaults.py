"""The API server's defaults for a container without requests and limits."""

from collections.abc import Iterable

import attrs

from tenancy.kubernetes.resources import LimitType
from tenancy.model.quota import Limit, LimitRange, Limits

__all__ = ["ContainerDefaults", "container_defaults"]


@attrs.frozen(slots=True)
class ContainerDefaults:
    """
    Defaults of a container without requests and limits, by resource.

    Attributes:
        requests: Its default requests.
        limits: Its default limits.
    """

    requests: Limits
    limits: Limits


def container_defaults(limit_ranges: Iterable[LimitRange]) -> ContainerDefaults:
    """
    Return the defaults of *limit_ranges*, those of one namespace, for a container.

    The first value for a resource wins, in the order given here; the API server's own order
    among several is not defined.

    A `max` is the default if there is none, a default is the default request, and a `min`
    is the default request if there is no default.

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

"""What the API server fills in for a container that states neither requests nor limits."""

import attrs

from tenancy.kubernetes.resources import LimitType
from tenancy.model.values import LimitRange, Limits

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


def container_defaults(limit_range: LimitRange | None) -> ContainerDefaults:
    """
    Return what *limit_range* gives to a container that states nothing.

    A `max` is the default where none is written, a default is the default request, and a `min`
    is the default request where there is no default.

    Source: k8s.io/kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem.
    """
    item = limit_range.item(LimitType.CONTAINER) if limit_range is not None else None
    if item is None:
        return ContainerDefaults({}, {})
    limits = {**item.max, **item.default}
    requests = {**item.min, **limits, **item.default_request}
    return ContainerDefaults(requests, limits)

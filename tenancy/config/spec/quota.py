"""Quotas, limit ranges, and profiles: a quota and a limit range under one name."""

from typing import Literal

from pydantic import Field

from tenancy.config.spec.model import Listed, Quantities, Spec

__all__ = [
    "ClaimLimitsSpec",
    "ContainerLimitsSpec",
    "LimitRangeSpec",
    "PodLimitsSpec",
    "ProfileSpec",
    "QuotaSpec",
    "ScopeExpressionSpec",
    "ScopeName",
]

ScopeName = Literal[
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
]


class ScopeExpressionSpec(Spec):
    """One requirement of a scope selector."""

    scope_name: ScopeName
    """The name of the scope."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """The operator, as in Kubernetes."""
    values: Listed[str] = ()
    """The values of `In` and `NotIn`; empty for other operators."""


class QuotaSpec(Spec):
    """A further ResourceQuota of a namespace, usually one with scopes."""

    hard: Quantities
    """Limits by quota key, spelled as Kubernetes spells them."""
    scopes: Listed[ScopeName] = ()
    """Only objects in all of these scopes count. Default: every object."""
    scope_selector: Listed[ScopeExpressionSpec] = ()
    """Only objects that match all of these count. Default: every object."""


class ContainerLimitsSpec(Spec):
    """Defaults and bounds for each container, by resource."""

    default: Quantities = {}
    """The default limit of a container."""
    default_request: Quantities = {}
    """The default request of a container."""
    max: Quantities = {}
    """The largest limit."""
    min: Quantities = {}
    """The smallest request."""
    max_limit_request_ratio: Quantities = {}
    """The largest ratio of limit to request; 1 or more."""


class PodLimitsSpec(Spec):
    """Bounds for the sum over the containers of a pod, by resource."""

    max: Quantities = {}
    """The largest sum of limits."""
    min: Quantities = {}
    """The smallest sum of requests."""
    max_limit_request_ratio: Quantities = {}
    """The largest ratio of limit to request; 1 or more."""


class ClaimLimitsSpec(Spec):
    """Bounds for each PersistentVolumeClaim; `storage` is the only resource."""

    max: Quantities = {}
    """The largest claim."""
    min: Quantities = {}
    """The smallest claim."""
    max_limit_request_ratio: Quantities = {}
    """The largest ratio of limit to request; 1 or more."""


class LimitRangeSpec(Spec):
    """The LimitRange of a namespace; a type that is not set is not limited."""

    container: ContainerLimitsSpec | None = None
    """Defaults and bounds for each container."""
    pod: PodLimitsSpec | None = None
    """Bounds for each pod."""
    persistent_volume_claim: ClaimLimitsSpec | None = None
    """Bounds for each claim."""


class ProfileSpec(Spec):
    """A named quota and limit range that namespaces refer to."""

    quota: Quantities = {}
    """The hard limits of the namespace's quota, by quota key. `{}`: no quota."""
    quotas: dict[str, QuotaSpec] = Field(default={})
    """Further quotas by name, usually with scopes. Default: none."""
    limit_range: LimitRangeSpec | None = None
    """The limit range. Default: none."""
    limit_ranges: dict[str, LimitRangeSpec] = Field(default={})
    """Further limit ranges by name. Default: none."""

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
    """The scope that the requirement is about."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """How the values are compared."""
    values: Listed[str] = ()
    """The values of `In` and `NotIn`; empty otherwise."""


class QuotaSpec(Spec):
    """A further ResourceQuota of a namespace, usually one with scopes."""

    hard: Quantities
    """Limits by quota key, spelled as Kubernetes spells them."""
    scopes: Listed[ScopeName] = ()
    """Only objects in all of these scopes count. Default: every object."""
    scope_selector: Listed[ScopeExpressionSpec] = ()
    """Only objects that fulfil all of these count. Default: every object."""


class ContainerLimitsSpec(Spec):
    """Defaults and bounds for each container, by resource."""

    default: Quantities = {}
    """The limit of a container that states none."""
    default_request: Quantities = {}
    """The request of a container that states none."""
    max: Quantities = {}
    """The largest limit."""
    min: Quantities = {}
    """The smallest request."""
    max_limit_request_ratio: Quantities = {}
    """The largest limit divided by request; 1 or more."""


class PodLimitsSpec(Spec):
    """Bounds for the sum over the containers of a pod, by resource."""

    max: Quantities = {}
    """The largest sum of limits."""
    min: Quantities = {}
    """The smallest sum of requests."""
    max_limit_request_ratio: Quantities = {}
    """The largest limit divided by request; 1 or more."""


class ClaimLimitsSpec(Spec):
    """Bounds for each PersistentVolumeClaim; `storage` is the only resource."""

    max: Quantities = {}
    """The largest claim."""
    min: Quantities = {}
    """The smallest claim."""
    max_limit_request_ratio: Quantities = {}
    """The largest limit divided by request; 1 or more."""


class LimitRangeSpec(Spec):
    """The LimitRange of a namespace; a type that is left out is not limited."""

    container: ContainerLimitsSpec | None = None
    """For each container."""
    pod: PodLimitsSpec | None = None
    """For each pod."""
    persistent_volume_claim: ClaimLimitsSpec | None = None
    """For each claim."""


class ProfileSpec(Spec):
    """What a namespace may use, under a name that namespaces refer to."""

    quota: Quantities = {}
    """The hard limits of the namespace's quota, by quota key. `{}`: no quota."""
    quotas: dict[str, QuotaSpec] = Field(default={})
    """Further quotas by name, usually with scopes. Default: none."""
    limit_range: LimitRangeSpec | None = None
    """The limit range. Default: none."""
    limit_ranges: dict[str, LimitRangeSpec] = Field(default={})
    """Further limit ranges by name. Default: none."""

"""Arguments of the organization, as dicts with the keys of YAML; this file is generated."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypedDict

import pulumi

__all__ = [
    "AdoptedArgs",
    "BillingArgs",
    "ClaimLimitsArgs",
    "ContainerLimitsArgs",
    "EgressArgs",
    "EnforcementArgs",
    "GrantArgs",
    "IngressArgs",
    "LimitRangeArgs",
    "MemberArgs",
    "NamespaceArgs",
    "NetworkArgs",
    "OrganizationArgs",
    "OrganizationNamespaceArgs",
    "PodLimitsArgs",
    "PodSecurityArgs",
    "PortArgs",
    "ProfileArgs",
    "QuotaArgs",
    "ScopeExpressionArgs",
]


class BillingArgs(TypedDict, total=False):
    """A `BillingSpec` as a dict."""

    subscriptionGroup: Required[str]
    costCenter: str | None


class MemberArgs(TypedDict, total=False):
    """A `MemberSpec` as a dict."""

    user: str | None
    group: str | None
    serviceAccount: str | None
    role: Required[str]
    namespaces: Sequence[str] | None
    environments: Sequence[str] | None


class ScopeExpressionArgs(TypedDict, total=False):
    """A `ScopeExpressionSpec` as a dict."""

    scopeName: Required[
        Literal[
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass",
        ]
    ]
    operator: Required[Literal["In", "NotIn", "Exists", "DoesNotExist"]]
    values: Sequence[str]


class QuotaArgs(TypedDict, total=False):
    """A `QuotaSpec` as a dict."""

    hard: Required[Mapping[str, str | int]]
    scopes: Sequence[
        Literal[
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass",
        ]
    ]
    scopeSelector: Sequence[ScopeExpressionArgs]


class ContainerLimitsArgs(TypedDict, total=False):
    """A `ContainerLimitsSpec` as a dict."""

    default: Mapping[str, str | int]
    defaultRequest: Mapping[str, str | int]
    max: Mapping[str, str | int]
    min: Mapping[str, str | int]
    maxLimitRequestRatio: Mapping[str, str | int]


class PodLimitsArgs(TypedDict, total=False):
    """A `PodLimitsSpec` as a dict."""

    max: Mapping[str, str | int]
    min: Mapping[str, str | int]
    maxLimitRequestRatio: Mapping[str, str | int]


class ClaimLimitsArgs(TypedDict, total=False):
    """A `ClaimLimitsSpec` as a dict."""

    max: Mapping[str, str | int]
    min: Mapping[str, str | int]
    maxLimitRequestRatio: Mapping[str, str | int]


class LimitRangeArgs(TypedDict, total=False):
    """A `LimitRangeSpec` as a dict."""

    container: ContainerLimitsArgs | None
    pod: PodLimitsArgs | None
    persistentVolumeClaim: ClaimLimitsArgs | None


class GrantArgs(TypedDict, total=False):
    """A `GrantSpec` as a dict."""

    pool: Required[str]
    gpus: Required[int]
    migProfile: str | None
    maxPerPod: int | None
    maxPerClaim: int | None
    borrowingLimit: int
    lendingLimit: int | None


class PortArgs(TypedDict, total=False):
    """A `PortSpec` as a dict."""

    port: Required[int]
    endPort: int | None
    protocol: Literal["TCP", "UDP", "SCTP"]


class IngressArgs(TypedDict, total=False):
    """A `IngressSpec` as a dict."""

    controller: str | None
    organization: str | None
    namespaces: Sequence[str]
    cidrs: Sequence[str]
    ports: Required[Sequence[int | PortArgs]]
    podLabels: Mapping[str, str]


class EgressArgs(TypedDict, total=False):
    """A `EgressSpec` as a dict."""

    cidrs: Sequence[str]
    internet: bool
    organization: str | None
    namespaces: Sequence[str]
    ports: Required[Sequence[int | PortArgs]]
    podLabels: Mapping[str, str]


class NetworkArgs(TypedDict, total=False):
    """A `NetworkSpec` as a dict."""

    sameOrganization: bool
    observability: bool
    metricsPorts: Sequence[int]
    sharedServices: Sequence[str]
    egressCidrs: Sequence[str]
    ingress: Sequence[IngressArgs]
    egress: Sequence[EgressArgs]


class PodSecurityArgs(TypedDict, total=False):
    """A `PodSecuritySpec` as a dict."""

    enforce: Required[Literal["restricted", "baseline"]]
    reason: Required[str]


class AdoptedArgs(TypedDict, total=False):
    """A `AdoptedSpec` as a dict."""

    name: str | None
    origin: Required[Literal["adopt", "move"]]
    reason: Required[str]
    limitRange: str | None
    roleBindings: Mapping[str, str]


class EnforcementArgs(TypedDict, total=False):
    """A `EnforcementSpec` as a dict."""

    mode: Required[Literal["audit", "enforce"]]
    reason: str | None
    until: str | datetime.date | None
    podSecurity: Literal["privileged", "baseline", "restricted"] | None
    mayStop: Sequence[str]


class OrganizationNamespaceArgs(TypedDict, total=False):
    """A `NamespaceSpec` as a dict."""

    profile: str | None
    quota: Mapping[str, str | int] | None
    quotas: Mapping[str, QuotaArgs] | None
    limitRange: LimitRangeArgs | None
    limitRanges: Mapping[str, LimitRangeArgs] | None
    gpus: Sequence[GrantArgs] | None
    members: Sequence[MemberArgs] | None
    network: NetworkArgs | None
    loadBalancers: int | None
    podSecurity: PodSecurityArgs | None
    storageClasses: Sequence[str] | None
    priorityClasses: Sequence[str] | None
    id: Required[str]
    environments: Sequence[str] | None
    inheritFrom: str | None
    workload: str | None
    subscription: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str | pulumi.Output[str]]
    adopted: AdoptedArgs | None
    enforcement: EnforcementArgs | None
    ignore: Sequence[str]


class ProfileArgs(TypedDict, total=False):
    """A `ProfileSpec` as a dict."""

    quota: Mapping[str, str | int]
    quotas: Mapping[str, QuotaArgs]
    limitRange: LimitRangeArgs | None
    limitRanges: Mapping[str, LimitRangeArgs]


class OrganizationArgs(TypedDict, total=False):
    """A `OrganizationSpec` as a dict."""

    prefix: Required[str]
    displayName: str | None
    owner: str | None
    billing: BillingArgs | None
    ceiling: Mapping[str, str | int] | None
    members: Sequence[MemberArgs]
    defaultNamespace: str | None
    namespaces: Required[Sequence[OrganizationNamespaceArgs]]
    hosts: Sequence[str]
    profiles: Mapping[str, ProfileArgs]
    network: NetworkArgs | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str | pulumi.Output[str]]
    queueWeight: int


class NamespaceArgs(TypedDict, total=False):
    """A `StandaloneNamespaceSpec` as a dict."""

    profile: str | None
    quota: Mapping[str, str | int] | None
    quotas: Mapping[str, QuotaArgs] | None
    limitRange: LimitRangeArgs | None
    limitRanges: Mapping[str, LimitRangeArgs] | None
    gpus: Sequence[GrantArgs] | None
    members: Sequence[MemberArgs] | None
    network: NetworkArgs | None
    loadBalancers: int | None
    podSecurity: PodSecurityArgs | None
    storageClasses: Sequence[str] | None
    priorityClasses: Sequence[str] | None
    name: Required[str]
    subscription: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str | pulumi.Output[str]]
    allowDeletion: bool

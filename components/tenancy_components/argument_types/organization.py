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
    """Billing. All namespaces of an organization are billed together."""

    subscriptionGroup: Required[str]
    costCenter: str | None


class MemberArgs(TypedDict, total=False):
    """A member of an organization and the role that they have there."""

    user: str | None
    group: str | None
    serviceAccount: str | None
    role: Required[str]
    namespaces: Sequence[str] | None
    environments: Sequence[str] | None


class ScopeExpressionArgs(TypedDict, total=False):
    """One requirement of a scope selector."""

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
    """A further ResourceQuota of a namespace, usually one with scopes."""

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
    """Defaults and bounds for each container, by resource."""

    default: Mapping[str, str | int]
    defaultRequest: Mapping[str, str | int]
    max: Mapping[str, str | int]
    min: Mapping[str, str | int]
    maxLimitRequestRatio: Mapping[str, str | int]


class PodLimitsArgs(TypedDict, total=False):
    """Bounds for the sum over the containers of a pod, by resource."""

    max: Mapping[str, str | int]
    min: Mapping[str, str | int]
    maxLimitRequestRatio: Mapping[str, str | int]


class ClaimLimitsArgs(TypedDict, total=False):
    """Bounds for each PersistentVolumeClaim; `storage` is the only resource."""

    max: Mapping[str, str | int]
    min: Mapping[str, str | int]
    maxLimitRequestRatio: Mapping[str, str | int]


class LimitRangeArgs(TypedDict, total=False):
    """The LimitRange of a namespace; a type that is not set is not limited."""

    container: ContainerLimitsArgs | None
    pod: PodLimitsArgs | None
    persistentVolumeClaim: ClaimLimitsArgs | None


class GrantArgs(TypedDict, total=False):
    """GPUs of one pool that a namespace may use."""

    pool: Required[str]
    gpus: Required[int]
    migProfile: str | None
    maxPerPod: int | None
    maxPerClaim: int | None
    borrowingLimit: int
    lendingLimit: int | None


class PortArgs(TypedDict, total=False):
    """A port, or a range of ports, of pods."""

    port: Required[int]
    endPort: int | None
    protocol: Literal["TCP", "UDP", "SCTP"]


class IngressArgs(TypedDict, total=False):
    """Traffic into a namespace from one source."""

    controller: str | None
    organization: str | None
    namespaces: Sequence[str]
    cidrs: Sequence[str]
    ports: Required[Sequence[int | PortArgs]]
    podLabels: Mapping[str, str]


class EgressArgs(TypedDict, total=False):
    """Traffic out of a namespace to one target."""

    cidrs: Sequence[str]
    internet: bool
    organization: str | None
    namespaces: Sequence[str]
    ports: Required[Sequence[int | PortArgs]]
    podLabels: Mapping[str, str]


class NetworkArgs(TypedDict, total=False):
    """The traffic that is allowed; all other traffic is denied."""

    sameOrganization: bool
    observability: bool
    metricsPorts: Sequence[int]
    sharedServices: Sequence[str]
    egressCidrs: Sequence[str]
    ingress: Sequence[IngressArgs]
    egress: Sequence[EgressArgs]


class PodSecurityArgs(TypedDict, total=False):
    """The Pod Security level that is enforced."""

    enforce: Required[Literal["restricted", "baseline"]]
    reason: Required[str]
    exceptions: Mapping[str, str]


class AdoptedArgs(TypedDict, total=False):
    """Names that do not follow the rules."""

    name: str | None
    origin: Required[Literal["adopt", "move"]]
    reason: Required[str]
    limitRange: str | None
    roleBindings: Mapping[str, str]


class EnforcementArgs(TypedDict, total=False):
    """Whether Tenancy's rules in a namespace are enforced or only give warnings."""

    mode: Required[Literal["audit", "enforce"]]
    reason: str | None
    until: str | datetime.date | None
    podSecurity: Literal["privileged", "baseline", "restricted"] | None
    mayStop: Sequence[str]
    mayWeaken: Sequence[str]


class OrganizationNamespaceArgs(TypedDict, total=False):
    """One namespace of an organization. Its name in the cluster is `<prefix>-<id>`."""

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
    imagePullSecrets: Sequence[str]


class ProfileArgs(TypedDict, total=False):
    """A named quota and limit range that namespaces refer to."""

    quota: Mapping[str, str | int]
    quotas: Mapping[str, QuotaArgs]
    limitRange: LimitRangeArgs | None
    limitRanges: Mapping[str, LimitRangeArgs]


class OrganizationArgs(TypedDict, total=False):
    """An organization, described once for all its environments."""

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
    """A namespace without an organization; it counts as an organization of one namespace."""

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
    allowBelowUsage: Sequence[str]

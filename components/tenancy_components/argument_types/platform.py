"""Arguments of the platform, as dicts with the keys of YAML; this file is generated."""

from collections.abc import Mapping, Sequence
from typing import Literal, Required, TypedDict

from tenancy_components.argument_types.organization import (
    EnforcementArgs,
    ProfileArgs,
)

__all__ = [
    "AllowedArgs",
    "BoundsArgs",
    "CapacityArgs",
    "CustomKindsArgs",
    "DnsArgs",
    "GpuNodePoolArgs",
    "IngressControllerArgs",
    "InstanceTypeCatalogueArgs",
    "InternetArgs",
    "LimitsArgs",
    "MigArgs",
    "NamespaceObjectArgs",
    "NodeRangeArgs",
    "OidcArgs",
    "OrganizationBoundsArgs",
    "PlatformArgs",
    "PodSecurityExceptionArgs",
    "PriorityClassArgs",
    "PublicNamespaceArgs",
    "QueuesArgs",
    "RoleArgs",
    "RuleArgs",
    "ServiceArgs",
    "SharedNamespaceArgs",
    "SharedPodSecurityArgs",
    "SharingArgs",
    "SubjectArgs",
    "TaintArgs",
]


class SubjectArgs(TypedDict, total=False):
    """Exactly one of a user, a group or a service account."""

    user: str | None
    group: str | None
    serviceAccount: str | None


class OidcArgs(TypedDict, total=False):
    """The prefixes that the API server puts before names from the identity provider."""

    usernamePrefix: str
    groupsPrefix: str


class LimitsArgs(TypedDict, total=False):
    """Limits of every organization."""

    namespaces: int
    idLength: int
    tokenSeconds: int
    auditDays: int | None


class BoundsArgs(TypedDict, total=False):
    """The most that an organization may be given."""

    ceiling: Mapping[str, str | int] | None
    namespaceQuota: Mapping[str, str | int] | None
    gpus: Mapping[str, int] | None
    borrowedGpus: Mapping[str, int] | None
    queueWeight: int | None
    podSecurity: Literal["restricted", "baseline"] | None
    podSecurityExceptions: Sequence[str] | None
    egressCidrs: Sequence[str] | None
    internet: bool | None
    ingressCidrs: Sequence[str] | None
    priorityClasses: Sequence[str] | None
    storageClasses: Sequence[str] | None
    prefixes: Sequence[str] | None
    billing: Sequence[str] | None
    roles: Sequence[str] | None
    hosts: Sequence[str] | None
    exceptions: (
        Sequence[
            Literal[
                "allowDeletion",
                "allowBelowUsage",
                "environmentOrderExceptions",
                "adopted",
                "enforcement",
                "ignore",
            ]
        ]
        | None
    )


class OrganizationBoundsArgs(TypedDict, total=False):
    """Bounds of every organization."""

    default: BoundsArgs
    organizations: Mapping[str, BoundsArgs]


class PublicNamespaceArgs(TypedDict, total=False):
    """The public namespace."""

    name: Required[str]
    readers: Required[Sequence[SubjectArgs]]
    reads: Sequence[str]


class ServiceArgs(TypedDict, total=False):
    """A service of a shared namespace."""

    name: Required[str]
    ports: Required[Sequence[int]]
    podLabels: Mapping[str, str]


class SharedPodSecurityArgs(TypedDict, total=False):
    """The Pod Security level that is enforced in a shared namespace."""

    enforce: Required[Literal["restricted", "baseline", "privileged"]]
    reason: Required[str]


class SharedNamespaceArgs(TypedDict, total=False):
    """A namespace whose services can be reached by all organizations."""

    name: Required[str]
    managed: bool
    purpose: Literal["observability", "services"]
    services: Required[Sequence[ServiceArgs]]
    metricsPorts: Sequence[int]
    podSecurity: SharedPodSecurityArgs | None
    enforcement: EnforcementArgs | None


class DnsArgs(TypedDict, total=False):
    """The cluster's DNS."""

    distribution: Literal["kubeadm", "openshift", "gke"]
    namespace: str | None
    podLabels: Mapping[str, str] | None
    ports: Sequence[int] | None
    nodeLocalAddresses: Sequence[str] | None


class IngressControllerArgs(TypedDict, total=False):
    """An ingress controller."""

    namespace: Required[str]
    podLabels: Mapping[str, str]


class InternetArgs(TypedDict, total=False):
    """Addresses that do not count as the internet."""

    excluded: Sequence[str]


class NodeRangeArgs(TypedDict, total=False):
    """The size of a pool, in nodes."""

    min: Required[int]
    max: Required[int]


class CapacityArgs(TypedDict, total=False):
    """How the nodes are purchased."""

    type: Literal["on-demand", "spot", "reserved", "capacity-block"]
    reservationId: str | None


class MigArgs(TypedDict, total=False):
    """One MIG profile of a layout."""

    profile: Required[str]
    perGpu: Required[int]
    deviceClass: str | None


class SharingArgs(TypedDict, total=False):
    """How several pods share one GPU."""

    type: Literal["none", "time-slicing", "mps", "mig"]
    replicas: int | None
    rename: bool
    layout: Sequence[MigArgs]


class TaintArgs(TypedDict, total=False):
    """A taint, spelled as Kubernetes spells it."""

    key: Required[str]
    value: str
    effect: Required[Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]]


class GpuNodePoolArgs(TypedDict, total=False):
    """Nodes with GPUs of one model."""

    name: Required[str]
    model: Required[str]
    backend: str
    gpusPerNode: int | None
    instanceTypes: Sequence[str]
    resource: str
    nodes: Required[NodeRangeArgs]
    nodeNames: Sequence[str]
    cpuPerNode: str | int | None
    memoryPerNode: str | int | None
    capacity: CapacityArgs
    sharing: SharingArgs
    dedicatedTo: str | None
    allocation: Literal["devicePlugin", "dra", "both"]
    deviceClass: str | None
    priorityClasses: Sequence[str]
    labels: Mapping[str, str]
    taints: Sequence[TaintArgs]
    writeTaints: bool
    overcommit: float | None
    overcommitReason: str | None
    options: Mapping[str, object]


class QueuesArgs(TypedDict, total=False):
    """Queues of GPU jobs."""

    cohort: str
    fairSharing: bool
    controller: str


class InstanceTypeCatalogueArgs(TypedDict, total=False):
    """The source of facts about instance types, used before the bundled snapshot."""

    source: Required[Literal["ec2"]]
    region: Required[str]
    profile: str | None


class RuleArgs(TypedDict, total=False):
    """One rule of a role, as Kubernetes writes it. Wildcards are refused."""

    apiGroups: Required[Sequence[str]]
    resources: Required[Sequence[str]]
    verbs: Required[Sequence[str]]
    resourceNames: Sequence[str]
    reason: str | None


class RoleArgs(TypedDict, total=False):
    """A role that the platform defines; members of any organization may have it."""

    description: str | None
    rules: Required[Sequence[RuleArgs]]


class CustomKindsArgs(TypedDict, total=False):
    """Custom kinds that the built-in roles cover."""

    apiGroup: Required[str]
    resources: Required[Sequence[str]]
    write: bool
    reason: Required[str]


class PriorityClassArgs(TypedDict, total=False):
    """A PriorityClass that the platform creates and namespaces may be granted."""

    value: Required[int]
    preemptionPolicy: Literal["Never", "PreemptLowerPriority"]
    description: str | None


class NamespaceObjectArgs(TypedDict, total=False):
    """What namespaces of organizations carry."""

    manifest: Mapping[str, object] | None
    imagePullSecret: str | None
    matchLabels: Mapping[str, str]
    resource: str | None


class PodSecurityExceptionArgs(TypedDict, total=False):
    """An exception from the Pod Security level `baseline`."""

    capabilities: Sequence[str]
    deviceClasses: Mapping[str, int]
    description: str | None


class AllowedArgs(TypedDict, total=False):
    """Names that objects of organizations may use. Admission refuses every other name."""

    schedulers: Sequence[str]
    runtimeClasses: Sequence[str]
    csiDrivers: Sequence[str]
    deviceTaints: Sequence[str]
    jobControllers: Sequence[str]
    loadBalancerClasses: Sequence[str]
    ingressClasses: Sequence[str]
    gatewayClasses: Sequence[str]
    podAnnotations: Sequence[str]
    podLabels: Sequence[str]
    claimAnnotations: Sequence[str]
    volumeAttributesClasses: Sequence[str]
    serviceAnnotations: Sequence[str]
    ingressAnnotations: Sequence[str]
    gateways: Sequence[str]
    gatewayAnnotations: Sequence[str]
    namespaceLabels: Sequence[str]
    namespaceAnnotations: Sequence[str]
    finalizers: Sequence[str]
    maxGracePeriodSeconds: int
    refusedVariables: Sequence[str]


class PlatformArgs(TypedDict, total=False):
    """The cluster-wide settings."""

    operators: Required[Sequence[SubjectArgs]]
    bindableSubjects: Sequence[SubjectArgs]
    oidc: OidcArgs
    limits: LimitsArgs
    organizationBounds: OrganizationBoundsArgs | None
    environmentOrder: Sequence[str]
    public: PublicNamespaceArgs | None
    shared: Sequence[SharedNamespaceArgs]
    dns: DnsArgs
    ingress: Mapping[str, IngressControllerArgs]
    internet: InternetArgs
    gpuNodePools: Sequence[GpuNodePoolArgs]
    queues: QueuesArgs | None
    instanceTypeCatalogue: InstanceTypeCatalogueArgs | None
    gpuResources: Sequence[str]
    deviceClasses: Sequence[str]
    roles: Mapping[str, RoleArgs]
    gangJobs: Sequence[str]
    customKinds: Sequence[CustomKindsArgs]
    storageClasses: Mapping[str, Literal["shared", "granted"]]
    plainNames: Sequence[str]
    profiles: Mapping[str, ProfileArgs]
    priorityClasses: Mapping[str, PriorityClassArgs]
    objectCounts: Mapping[str, str | int]
    namespaceObjects: Sequence[NamespaceObjectArgs]
    podSecurityVersion: str
    podSecurityExceptions: Mapping[str, PodSecurityExceptionArgs]
    allowed: AllowedArgs
    requireImagePull: bool

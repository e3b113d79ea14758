"""A platform: the cluster-wide settings."""

from typing import Annotated, Literal

from pydantic import Field

from tenancy.config.spec.access import CustomKindsSpec, NonEmpty, RoleSpec, SubjectSpec
from tenancy.config.spec.allowed import AllowedSpec
from tenancy.config.spec.bounds import OrganizationBoundsSpec
from tenancy.config.spec.cluster import KubeconfigPath
from tenancy.config.spec.model import Listed, Quantities, Spec
from tenancy.config.spec.namespace_objects import NamespaceObjectSpec
from tenancy.config.spec.network import DnsSpec, IngressControllerSpec, InternetSpec
from tenancy.config.spec.organization import EnforcementSpec
from tenancy.config.spec.quota import ProfileSpec

__all__ = [
    "CapacitySpec",
    "GpuNodePoolSpec",
    "InstanceTypeCatalogueSpec",
    "LimitsSpec",
    "MigSpec",
    "NodeRangeSpec",
    "OidcSpec",
    "PlatformSpec",
    "PlatformStackSpec",
    "PodSecurityExceptionSpec",
    "PriorityClassSpec",
    "PublicNamespaceSpec",
    "QueuesSpec",
    "ServiceSpec",
    "SharedNamespaceSpec",
    "SharedPodSecuritySpec",
    "SharingSpec",
    "TaintSpec",
]


class OidcSpec(Spec):
    """The prefixes that the API server puts before names from the identity provider."""

    username_prefix: str = "oidc:"
    """The prefix of user names."""
    groups_prefix: str = "oidc:"
    """The prefix of group names."""


class LimitsSpec(Spec):
    """Limits of every organization."""

    namespaces: int = Field(default=10, ge=1)
    """The most namespaces an organization has, over all environments. Default: 10."""
    id_length: int = Field(default=7, ge=1, le=30)
    """The longest namespace id, in characters. Default: 7."""
    token_seconds: int = Field(default=24 * 3600, ge=3607)
    """The longest lifetime of a service account's token that a member requests, in seconds; at least 3607, the lifetime of every pod's token. Default: 86400, one day."""
    audit_days: int | None = Field(default=None, ge=1)
    """The most days until the end of a namespace's `audit`; `until` is then required. Default: not limited."""


class PublicNamespaceSpec(Spec):
    """The public namespace: everyone reads it, and only the platform's operators write to it."""

    name: NonEmpty
    """Its name in the cluster."""
    readers: Listed[SubjectSpec]
    """Who may read it. `system:authenticated` may be named here only."""
    reads: Listed[NonEmpty] = ()
    """Further kinds that the readers read, as `<plural>` or `<plural>.<API group>`, such as `persistentvolumeclaims`, `events.events.k8s.io` or `notebooks.ml.example.com`; Secrets never. Default: only ConfigMaps, endpoints, pods, Services, workloads, Ingresses and `customKinds`."""


class ServiceSpec(Spec):
    """A service of a shared namespace."""

    name: NonEmpty
    """The name of the service, for people."""
    ports: Listed[int]
    """TCP ports."""
    pod_labels: dict[str, str] = Field(default={})
    """Labels of the pods that serve it. Default: every pod of the namespace."""


class SharedPodSecuritySpec(Spec):
    """The Pod Security level that is enforced in a shared namespace, in which operators alone have rights by Tenancy."""

    enforce: Literal["restricted", "baseline", "privileged"]
    """With `privileged`, nothing is refused; node agents and ingress controllers on the host network need it."""
    reason: NonEmpty
    """Why the namespace may differ from `restricted`."""


class SharedNamespaceSpec(Spec):
    """A namespace whose services can be reached by all organizations, or by those that name it."""

    name: NonEmpty
    """Its name in the cluster."""
    managed: bool = True
    """Whether Tenancy creates it. `false`: it exists already, its services can be reached, and nothing in it is created or changed. Default: yes."""
    purpose: Literal["observability", "services"] = "services"
    """What the namespace is for. `observability`: every namespace can reach it, and it can reach the metrics ports of every namespace, unless that namespace opts out. Default: services."""
    services: Listed[ServiceSpec]
    """The services that can be reached there."""
    metrics_ports: Listed[int] = ()
    """TCP ports that an observability namespace can reach in every namespace. Default: none."""
    pod_security: SharedPodSecuritySpec | None = None
    """The Pod Security level. Default: restricted."""
    enforcement: EnforcementSpec | None = None
    """Whether the rules are enforced in a namespace that existed and was adopted. With `mode: audit` no network policy, quota and change of the `default` service account is added, and our Pod Security level only warns. Default: everything is enforced."""


class PriorityClassSpec(Spec):
    """A PriorityClass that the platform creates and namespaces may be granted."""

    value: int = Field(ge=-2147483648, le=1000000000)
    """The priority: pods with a higher one are scheduled first."""
    preemption_policy: Literal["Never", "PreemptLowerPriority"] = "Never"
    """Whether its pods preempt others. Default: never."""
    description: str | None = None
    """What the class is for, for people."""


class PodSecurityExceptionSpec(Spec):
    """An exception from the Pod Security level `baseline`, which namespaces may be granted."""

    capabilities: Listed[str] = ()
    """Capabilities that containers may add, such as `IPC_LOCK`. Default: none."""
    device_classes: dict[str, int] = Field(default={})
    """DRA device classes of host devices, such as RDMA network cards, and how many devices of each the namespace may claim. Default: none."""
    description: str | None = None
    """For people."""


class NodeRangeSpec(Spec):
    """The size of a pool, in nodes."""

    min: int = Field(ge=0)
    """The number of nodes that always exist."""
    max: int = Field(ge=0)
    """The most nodes."""


class CapacitySpec(Spec):
    """How the nodes are purchased."""

    type: Literal["on-demand", "spot", "reserved", "capacity-block"] = "on-demand"
    """The kind of capacity. Default: on demand."""
    reservation_id: NonEmpty | None = None
    """The id of the reservation, for `reserved` and `capacity-block`."""


class MigSpec(Spec):
    """One MIG profile of a layout."""

    profile: NonEmpty
    """The profile as NVIDIA names it, such as `1g.10gb`."""
    per_gpu: int = Field(ge=1)
    """The number of instances of this profile on each GPU."""
    device_class: NonEmpty | None = None
    """The DRA device class of these instances, for a pool whose devices are claimed. Default: none."""


class SharingSpec(Spec):
    """How several pods share one GPU."""

    type: Literal["none", "time-slicing", "mps", "mig"] = "none"
    """The way in which pods share a GPU. Default: each GPU is used by one pod."""
    replicas: int | None = Field(default=None, ge=2)
    """The number of pods for each GPU, for `time-slicing` and `mps`."""
    rename: bool = True
    """Whether pods request shared GPUs as `nvidia.com/gpu.shared`, so that they are not mistaken for whole ones. Default: yes."""
    layout: Listed[MigSpec] = ()
    """The MIG profiles on every GPU, for `mig`."""


class TaintSpec(Spec):
    """A taint, spelled as Kubernetes spells it."""

    key: NonEmpty
    """Its key, such as `nvidia.com/gpu`."""
    value: str = ""
    """Its value. Default: empty."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """The effect on pods that do not tolerate it."""


class GpuNodePoolSpec(Spec):
    """Nodes with GPUs of one model."""

    name: NonEmpty
    """The name of the pool: a DNS label, unique on the platform."""
    model: NonEmpty
    """The GPU model, for display and for selecting pools: `H100`."""
    backend: NonEmpty = "existing"
    """What creates the nodes: a backend that docs/backends.md lists, or one from another package. Default: `existing`, for nodes that exist."""
    gpus_per_node: int | None = Field(default=None, ge=1)
    """Physical GPUs of a node. Default: from the catalogue, by instance type."""
    instance_types: Listed[str] = ()
    """Instance types of the cloud. Default: none, as for your own machines."""
    resource: NonEmpty = "nvidia.com/gpu"
    """The extended resource of a whole GPU."""
    nodes: NodeRangeSpec
    """The number of nodes."""
    node_names: Listed[str] = ()
    """For `existing`: the names of the nodes, which get the pool's label. Default: none; the nodes have the label already."""
    cpu_per_node: Annotated[str, Field(min_length=1)] | int | None = None
    """The CPU that pods can use on a node. Default: from the catalogue; if unknown, it is not checked."""
    memory_per_node: Annotated[str, Field(min_length=1)] | int | None = None
    """The memory that pods can use on a node. Default: from the catalogue; if unknown, it is not checked."""
    capacity: CapacitySpec = CapacitySpec()
    """How the nodes are purchased. Default: on demand."""
    sharing: SharingSpec = SharingSpec()
    """How several pods share one GPU. Default: GPUs are not shared."""
    dedicated_to: NonEmpty | None = None
    """The only organization that may use the pool. Default: every organization with a grant."""
    allocation: Literal["devicePlugin", "dra", "both"] = "devicePlugin"
    """How pods ask for its devices. `devicePlugin`: by the extended resource, also where DRA serves it. `dra`: by claims of `deviceClass`. `both`: in either way, and each device is counted once; the class must have the pool's resource as `extendedResourceName` (Kubernetes 1.36 and later). Default: devicePlugin."""
    device_class: NonEmpty | None = None
    """The DRA device class of its devices, for `dra` and `both`; it selects devices of this pool only. Default: none."""
    priority_classes: Listed[str] = ()
    """Priority classes of the platform that pods of this pool may have in a namespace with grants of several pools of its resource. There a pod names a class of its pool, by which a quota counts it: `gpu-<pool>` with the value 0, or `gpu-<pool>.<class>` with the value of a class in this list. Default: none."""
    labels: dict[str, str] = Field(default={})
    """Further node labels."""
    taints: Listed[TaintSpec] = ()
    """Further taints."""
    write_taints: bool = False
    """For `existing`: set the taints on the nodes instead of verifying them. Default: verify."""
    overcommit: float | None = None
    """The allowed ratio of the sum of grants to capacity; more than 1 requires `overcommitReason`. Default: 1."""
    overcommit_reason: NonEmpty | None = None
    """Why more is granted than exists."""
    options: dict[str, object] = Field(default={})
    """Options of the backend; it refuses keys that it does not know."""


class QueuesSpec(Spec):
    """Queues of GPU jobs, with Kueue (`kueue.x-k8s.io/v1beta2`), whose quotas follow from the grants."""

    cohort: NonEmpty = "gpus"
    """The name of the Cohort in which all organizations borrow and lend; a DNS label. Default: gpus."""
    fair_sharing: bool = False
    """Whether Kueue shares unused devices by `queueWeight`; fair sharing must be configured in Kueue too. Default: no."""
    controller: NonEmpty = "kueue-system/kueue-controller-manager"
    """The service account of Kueue's controller, as `<namespace>/<name>`: only it admits jobs. Default: kueue-system/kueue-controller-manager."""


class InstanceTypeCatalogueSpec(Spec):
    """The source of facts about instance types, used before the bundled snapshot."""

    source: Literal["ec2"]
    """`ec2`: DescribeInstanceTypes, with the credentials that boto3 finds."""
    region: NonEmpty
    """The AWS region: `eu-west-1`."""
    profile: NonEmpty | None = None
    """A profile of the AWS configuration. Default: from the environment variables."""


class PlatformSpec(Spec):
    """The cluster-wide settings: pools, roles, policies, operators, public and shared namespaces."""

    operators: Listed[SubjectSpec]
    """Who may change the objects that Tenancy manages. Required, because the admission policies refuse everyone else."""
    bindable_subjects: Listed[SubjectSpec] = ()
    """Users, groups and service accounts of no organization that admins of organizations may bind, such as those of CI and GitOps; the service accounts may also be members. Default: none; admins may bind only members of their organization."""
    oidc: OidcSpec = OidcSpec()
    """Prefixes of names from the identity provider."""
    limits: LimitsSpec = LimitsSpec()
    """The limits of every organization; each has a default."""
    organization_bounds: OrganizationBoundsSpec | None = None
    """The most that organizations may be given, by name or for all. Default: not bounded."""
    environment_order: Listed[str] = ("dev", "staging", "prod")
    """The environments, smallest first."""
    public: PublicNamespaceSpec | None = None
    """The public namespace. Default: none."""
    shared: Listed[SharedNamespaceSpec] = ()
    """Shared namespaces. Default: none."""
    dns: DnsSpec = DnsSpec()
    """The cluster's DNS. Default: as kubeadm installs it."""
    ingress: dict[str, IngressControllerSpec] = Field(default={})
    """Ingress controllers of the cluster, by name. Default: none."""
    internet: InternetSpec = InternetSpec()
    """Addresses that do not count as the internet. Default: private, link-local and other special ranges."""
    gpu_node_pools: Listed[GpuNodePoolSpec] = ()
    """GPU node pools. Default: none."""
    queues: QueuesSpec | None = None
    """Queues of GPU jobs in namespaces with GPU grants; Kueue must be on the cluster. Default: none."""
    instance_type_catalogue: InstanceTypeCatalogueSpec | None = None
    """The source of facts about instance types that a pool does not state. Default: the bundled snapshot; no cloud API is called."""
    gpu_resources: Listed[str] = ("nvidia.com/gpu",)
    """Further extended resources that exist on the cluster; each has a quota in every namespace, "0" without a grant."""
    device_classes: Listed[str] = ()
    """Further DRA device classes that exist on the cluster; each has a quota in every namespace, "0" without a grant."""
    roles: dict[str, RoleSpec] = Field(default={})
    """Roles that the platform defines, in addition to the built-in ones."""
    gang_jobs: Listed[NonEmpty] = ()
    """Kinds of gang jobs that members may create, by the names of their CRDs, such as `jobsets.jobset.x-k8s.io`, `pytorchjobs.kubeflow.org` and `rayclusters.ray.io`: viewers read them, developers and admins write them, and each is counted in every namespace (20, or as in `objectCounts`). Default: none."""
    custom_kinds: Listed[CustomKindsSpec] = ()
    """Custom kinds that viewers and readers of the public namespace read, and developers and admins write. Default: none."""
    storage_classes: dict[str, Literal["shared", "granted"]] = Field(default={})
    """Storage classes of the cluster: all namespaces may use `shared` ones; `granted` ones only namespaces that list them."""
    plain_names: Listed[NonEmpty] = ()
    """Organizations that may have an empty prefix, so that their namespaces are named by their ids alone. Default: none."""
    profiles: dict[str, ProfileSpec] = Field(default={})
    """Profiles by name, such as `small` and `large`, for every environment on the platform; those of an environment or an organization take precedence. Default: none."""
    priority_classes: dict[str, PriorityClassSpec] = Field(default={})
    """Priority classes that namespaces may be granted."""
    object_counts: Quantities = {}
    """Quotas on object counts in every namespace; they replace the defaults key by key."""
    namespace_objects: Listed[NamespaceObjectSpec] = ()
    """Objects that every namespace of an organization carries, or those with a label. Default: none."""
    pod_security_version: str = "v1.36"
    """The version of the Pod Security Standards that is enforced."""
    pod_security_exceptions: dict[str, PodSecurityExceptionSpec] = Field(default={})
    """Exceptions from the Pod Security level `baseline`, by name, that namespaces may be granted. Default: none."""
    allowed: AllowedSpec = AllowedSpec()
    """Names that objects of organizations may use: schedulers, classes, drivers, annotations, finalizers."""
    require_image_pull: bool = False
    """Whether pods must pull their image at each start (`imagePullPolicy: Always`). Default: no."""


class PlatformStackSpec(Spec):
    """The config of a platform's stack."""

    cluster: NonEmpty
    """The cluster's name, which permanently identifies its provider; `sandbox` is the local one."""
    kubeconfig: KubeconfigPath | None = None
    """The path of a kubeconfig, relative to the project. Default: none; the cluster `sandbox` needs none."""
    context: NonEmpty | None = None
    """The context in that kubeconfig; needed with `kubeconfig`."""
    platform: PlatformSpec
    """The cluster-wide settings."""
    allow_deletion: Listed[str] = ()
    """Exact names of namespaces that may be deleted with everything in them. Default: none."""

"""The cluster-wide values, with full names and derived figures."""

from collections.abc import Mapping

import attrs

from tenancy.config.spec import (
    AllowedSpec,
    CapacitySpec,
    PlatformSpec,
    PodSecurityExceptionSpec,
    ProfileSpec,
    SharingSpec,
    TaintSpec,
)
from tenancy.diagnostics import Origin
from tenancy.kubernetes.quantity import Quantity
from tenancy.model.bounds import OrganizationBounds
from tenancy.model.enforcement import Enforcement
from tenancy.model.gpu_catalog import InstanceType
from tenancy.model.namespace_objects import ObjectTemplate
from tenancy.model.network import Dns, IngressController
from tenancy.model.pod_security import PodSecurity
from tenancy.model.values import Cluster, Subject

__all__ = [
    "GpuNodePool",
    "Platform",
    "PublicNamespace",
    "Queues",
    "Role",
    "Rule",
    "Service",
    "SharedNamespace",
]


@attrs.frozen(kw_only=True, slots=True)
class Rule:
    """One RBAC rule."""

    api_groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    resource_names: tuple[str, ...] = ()
    origin: Origin | None = None
    reason: str | None = None


@attrs.frozen(kw_only=True, slots=True)
class Role:
    """A role that members hold, and its ClusterRole's name."""

    name: str
    cluster_role: str
    rules: tuple[Rule, ...]
    origin: Origin | None = None


@attrs.frozen(kw_only=True, slots=True)
class PublicNamespace:
    """
    The public namespace, which everyone reads.

    Attributes:
        reads: Further kinds that its readers read, as `<plural>` or `<plural>.<API group>`.
    """

    name: str
    readers: tuple[Subject, ...]
    origin: Origin
    reads: tuple[str, ...] = ()


@attrs.frozen(kw_only=True, slots=True)
class Service:
    """A service of a shared namespace."""

    name: str
    ports: tuple[int, ...]
    pod_labels: Mapping[str, str]


@attrs.frozen(kw_only=True, slots=True)
class SharedNamespace:
    """
    A namespace whose services organizations can reach.

    Attributes:
        is_managed: Whether Tenancy creates or adopts it; otherwise it exists already and
            Tenancy manages nothing in it.
        pod_security: The level that is enforced.
        enforcement: Whether the rules are enforced, or only give warnings after an adoption.
    """

    name: str
    purpose: str
    services: tuple[Service, ...]
    metrics_ports: tuple[int, ...]
    origin: Origin
    pod_security: PodSecurity
    is_managed: bool = True
    enforcement: Enforcement = attrs.field(factory=Enforcement)


@attrs.frozen(kw_only=True, slots=True)
class GpuNodePool:
    """
    Nodes with GPUs of one model.

    Attributes:
        gpus_per_node: Physical devices; None if neither config nor the catalogue has the
            number.
        resources: Devices for each node by extended resource name, after sharing: whole GPUs,
            `….shared`, or one entry for each MIG profile.
        facts: The facts of the instance types, in the written order.
        gpus_from: Where the number of GPUs of a node is from, as text; None if from config.
        allocation: How pods ask: `devicePlugin`, `dra` or `both`.
        device_class: As written; that of whole GPUs.
        device_classes: The DRA device class of each of `resources` that has one.
        priority_classes: Those of the platform that its pods may have where a class tells
            which pool they are of.
        overcommit: The allowed ratio of the sum of grants to capacity.
    """

    name: str
    model: str
    backend: str
    origin: Origin
    gpus_per_node: int | None
    resource: str
    resources: Mapping[str, int]
    min_nodes: int
    max_nodes: int
    node_names: tuple[str, ...] = ()
    instance_types: tuple[str, ...] = ()
    facts: tuple[InstanceType, ...] = ()
    gpus_from: str | None = None
    cpu_per_node: Quantity | None = None
    memory_per_node: Quantity | None = None
    capacity: CapacitySpec = CapacitySpec()
    sharing: SharingSpec = SharingSpec()
    dedicated_to: str | None = None
    allocation: str = "devicePlugin"
    device_class: str | None = None
    device_classes: Mapping[str, str] = attrs.field(factory=dict)
    priority_classes: tuple[str, ...] = ()
    labels: Mapping[str, str] = attrs.field(factory=dict)
    taints: tuple[TaintSpec, ...] = ()
    write_taints: bool = False
    overcommit: float = 1.0
    overcommit_reason: str | None = None
    options: Mapping[str, object] = attrs.field(factory=dict)

    @property
    def is_requested(self) -> bool:
        """Whether pods may request its devices by an extended resource."""
        return self.allocation != "dra"

    @property
    def is_claimed(self) -> bool:
        """Whether pods may request its devices by claims of a device class."""
        return self.allocation != "devicePlugin"

    def devices(self, *, nodes: int) -> int:
        """Return how many devices, of all its resources, *nodes* of its nodes have."""
        return nodes * sum(self.resources.values())

    def fact(self, instance_type: str) -> InstanceType | None:
        """Return the facts of *instance_type*, if known."""
        return next((fact for fact in self.facts if fact.name == instance_type), None)


@attrs.frozen(kw_only=True, slots=True)
class Queues:
    """
    Queues of GPU jobs, with Kueue.

    Attributes:
        cohort: The name of the Cohort that contains those of all organizations.
        is_fair_sharing: Whether Kueue shares what is left by weights.
        controller: The user name of Kueue's controller at the API server.
    """

    cohort: str
    is_fair_sharing: bool
    controller: str
    origin: Origin


@attrs.frozen(kw_only=True, slots=True, eq=False)
class Platform:
    """
    The cluster-wide values of one cluster.

    Attributes:
        stack: The name of its stack.
        is_written: False if no file describes it; it can then not be checked.
        spec: As written; None if no file describes it.
        gpu_resources: Every extended resource that has a quota in each namespace, sorted.
        device_classes: Every DRA device class that has a quota in each namespace, sorted.
        allowed: Names that objects of organizations may use.
        storage_classes: `shared` or `granted` by name.
        profiles: As written; every environment on the platform may use them.
        organization_bounds: None if organizations are not bounded.
        gang_jobs: Names of the CRDs of jobs that members may create, as written.
        token_seconds: The longest lifetime of a token that a member requests.
        bindable: Subjects of no organization that admins of organizations may bind.
        ingress: Ingress controllers by name.
        not_internet: What is excluded from the internet, in addition to `NOT_INTERNET`.
        queues: None without queues.
        namespace_objects: What namespaces of organizations carry, in the written order.
        pod_security_exceptions: As written, by name.
        plain_names: Organizations that may have an empty prefix.
        custom_kinds: What the built-in roles allow in addition: all that members may read, and
            the part that developers and admins may write.
    """

    stack: str
    origin: Origin
    cluster: Cluster | None = None
    is_written: bool = True
    spec: PlatformSpec | None = None
    operators: tuple[Subject, ...] = ()
    username_prefix: str = "oidc:"
    groups_prefix: str = "oidc:"
    max_namespaces: int = 10
    max_id_length: int = 7
    organization_bounds: OrganizationBounds | None = None
    token_seconds: int = 24 * 3600
    bindable: tuple[Subject, ...] = ()
    max_audit_days: int | None = None
    environment_order: tuple[str, ...] = ("dev", "staging", "prod")
    public: PublicNamespace | None = None
    shared: tuple[SharedNamespace, ...] = ()
    dns: Dns = Dns()
    ingress: Mapping[str, IngressController] = attrs.field(factory=dict)
    not_internet: tuple[str, ...] = ()
    pools: tuple[GpuNodePool, ...] = ()
    gpu_resources: tuple[str, ...] = ("nvidia.com/gpu",)
    device_classes: tuple[str, ...] = ()
    roles: Mapping[str, Role] = attrs.field(factory=dict)
    gang_jobs: tuple[str, ...] = ()
    storage_classes: Mapping[str, str] = attrs.field(factory=dict)
    profiles: Mapping[str, ProfileSpec] = attrs.field(factory=dict)
    priority_classes: Mapping[str, object] = attrs.field(factory=dict)
    object_counts: Mapping[str, Quantity] = attrs.field(factory=dict)
    pod_security_version: str = "v1.36"
    require_image_pull: bool = False
    allowed: AllowedSpec = AllowedSpec()
    allow_deletion: tuple[str, ...] = ()
    queues: Queues | None = None
    namespace_objects: tuple[ObjectTemplate, ...] = ()
    pod_security_exceptions: Mapping[str, PodSecurityExceptionSpec] = attrs.field(factory=dict)
    plain_names: tuple[str, ...] = ()
    custom_kinds: tuple[Rule, ...] = ()

    @property
    def own_namespaces(self) -> tuple[PublicNamespace | SharedNamespace, ...]:
        """The public namespace, if there is one, and the shared ones that are managed."""
        managed = (shared for shared in self.shared if shared.is_managed)
        return (*(() if self.public is None else (self.public,)), *managed)

    def pool(self, name: str) -> GpuNodePool | None:
        """Return the pool called *name*, if there is one."""
        return next((pool for pool in self.pools if pool.name == name), None)

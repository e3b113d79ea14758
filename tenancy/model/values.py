"""Values after inheritance: canonical quantities, final names, and their origins."""

import enum
from collections.abc import Iterator, Mapping

import attrs

from tenancy.config import SANDBOX
from tenancy.config.spec import MemberSpec
from tenancy.diagnostics import Origin
from tenancy.model.enforcement import Enforcement
from tenancy.model.grant import Grant
from tenancy.model.namespace_objects import NamespaceObject
from tenancy.model.network import Network
from tenancy.model.pod_security import PodSecurity
from tenancy.model.quota import LimitRange, Limits, Quota

__all__ = [
    "Adopted",
    "Billing",
    "Cluster",
    "Environment",
    "EnvironmentOrderException",
    "Grant",
    "Member",
    "Namespace",
    "Organization",
    "PodSecurity",
    "RoleBinding",
    "Subject",
    "SubjectKind",
]


class SubjectKind(enum.Enum):
    """The kinds of subject that RBAC knows."""

    USER = "User"
    GROUP = "Group"
    SERVICE_ACCOUNT = "ServiceAccount"


@attrs.frozen(kw_only=True, slots=True, order=False)
class Subject:
    """
    A user, group or service account as the API server knows it.

    Attributes:
        name: The name with the identity provider's prefix, put before it once.
        namespace: The full name of a service account's namespace; empty otherwise.
        written: The name as it was written, for messages.
    """

    kind: SubjectKind
    name: str
    namespace: str = ""
    written: str = attrs.field(default="", eq=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """The sort key, so that the written order never appears in a diff."""
        return (self.kind.value, self.namespace, self.name)

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind.value} {where}{self.name}"


@attrs.frozen(kw_only=True, slots=True)
class Member:
    """One member as written, and where."""

    spec: MemberSpec
    origin: Origin


@attrs.frozen(kw_only=True, slots=True)
class RoleBinding:
    """
    The subjects that have one role in one namespace; one binding for each role.

    Attributes:
        role: The role as written: `developer`, or `kubernetes:edit`.
        subjects: Sorted, each once.
        origins: Where each subject got the role, in the same order.
        adopted_name: Its name in the cluster, if it was adopted under another name.
    """

    role: str
    subjects: tuple[Subject, ...]
    origins: tuple[Origin, ...]
    adopted_name: str | None = None


@attrs.frozen(kw_only=True, slots=True)
class Billing:
    """Who pays."""

    subscription_group: str
    cost_center: str | None
    origin: Origin


@attrs.frozen(kw_only=True, slots=True)
class Adopted:
    """
    Names of an adopted namespace that do not follow the rules.

    Attributes:
        name: The namespace's, if it differs.
        limit_range: Its limit range's, if it differs.
        role_bindings: Its role bindings', by role.
    """

    origin: str
    reason: str
    name: str | None = None
    limit_range: str | None = None
    role_bindings: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, slots=True, eq=False)
class Namespace:
    """
    One namespace of an organization on a cluster, with all its own and inherited values.

    Attributes:
        name: Its final name in the cluster.
        id: The short id that people write.
        quotas: What people wrote, the main one first. What Tenancy adds is not among them.
        without_quota: Whether people wrote that it has no quota.
        limit_range: What people wrote; None if containers are not limited.
        further_limit_ranges: What people wrote beside it, by name.
        bindings: One for each role, sorted by role.
        grants: At most one for each pool, sorted by pool.
        lineage: Ids of the namespaces that it inherits from, the nearest first.
        inherits_grants: Whether its grants, if it has any, are inherited.
        protect: Whether it may not be deleted.
        storage_classes: Granted ones; None if not set.
        organization_members: Every member of its organization in this environment, sorted.
        organization_namespaces: The names of its organization's namespaces in this
            environment, sorted.
        load_balancers: Services of type LoadBalancer that are granted; None if not set.
        ignored: Objects that Tenancy does not manage, as `<kind>/<name>`.
        hosts: The hosts of its organization, sorted.
        organization_metadata: Where labels and annotations of the whole organization are
            written, by `labels` or `annotations` and the key.
        objects: The objects that its platform puts there, in the platform's order.
        image_pull_secrets: Those of the service account `default`, each once; the platform's
            come first.
    """

    name: str
    id: str
    organization: str
    environment: str
    stack: str
    origin: Origin
    quotas: tuple[Quota, ...]
    limit_range: LimitRange | None
    bindings: tuple[RoleBinding, ...]
    grants: tuple[Grant, ...]
    network: Network
    pod_security: PodSecurity
    billing: Billing | None = None
    subscription: str | None = None
    display_name: str | None = None
    owner: str | None = None
    workload: str | None = None
    labels: Mapping[str, str] = attrs.field(factory=dict)
    annotations: Mapping[str, str] = attrs.field(factory=dict)
    lineage: tuple[str, ...] = ()
    inherits_grants: bool = False
    storage_classes: tuple[str, ...] | None = None
    priority_classes: tuple[str, ...] = ()
    load_balancers: int | None = None
    hosts: tuple[str, ...] = ()
    adopted: Adopted | None = None
    protect: bool = True
    organization_members: tuple[Subject, ...] = ()
    organization_namespaces: tuple[str, ...] = ()
    without_quota: bool = False
    further_limit_ranges: tuple[LimitRange, ...] = ()
    enforcement: Enforcement = attrs.field(factory=Enforcement)
    ignored: tuple[str, ...] = ()
    organization_metadata: Mapping[tuple[str, str], Origin] = attrs.field(factory=dict)
    objects: tuple[NamespaceObject, ...] = ()
    image_pull_secrets: tuple[str, ...] = ()

    def metadata_origin(self, part: str, key: str) -> Origin:
        """Return where *key* of *part* (`labels` or `annotations`) is written."""
        return self.organization_metadata.get((part, key)) or self.origin / part / key

    @property
    def limit_ranges(self) -> tuple[LimitRange, ...]:
        """Every limit range that people wrote, the one under `limitRange` first."""
        first = () if self.limit_range is None else (self.limit_range,)
        return (*first, *self.further_limit_ranges)

    @property
    def is_excepted(self) -> bool:
        """Whether a policy enforces Pod Security in place of the label, with exceptions."""
        return bool(self.pod_security.exceptions) and not self.enforcement.is_audit

    @property
    def may_use_load_balancers(self) -> bool:
        """Whether load balancers are granted, by their own key or in a quota."""
        return bool(self.load_balancers) or any(
            limit.quantity.nanos > 0
            for written in self.quotas
            for key, limit in written.hard.items()
            if key == "services.loadbalancers"
        )


@attrs.frozen(kw_only=True, slots=True, eq=False)
class Organization:
    """
    An organization in one environment.

    Attributes:
        ceiling: Over all environments; None if there is none.
        namespaces: The namespaces of this environment, in the order in which they were written.
        written_namespaces: How many it has over all environments.
        default_namespace: The id of the one that kubeconfigs name; None if it has none here.
        members: Every member of it or of one of its namespaces, also if they have
            no role here.
        queue_weight: Compared with other organizations; without effect where nothing queues.
        named_environments: Every environment that its namespaces and members name, and where.
    """

    name: str
    prefix: str
    environment: str
    stack: str
    origin: Origin
    namespaces: tuple[Namespace, ...]
    ceiling: Limits | None = None
    billing: Billing | None = None
    display_name: str | None = None
    owner: str | None = None
    default_namespace: str | None = None
    written_namespaces: int = 0
    members: tuple[Member, ...] = ()
    hosts: tuple[str, ...] = ()
    queue_weight: int = 1
    named_environments: tuple[tuple[str, Origin], ...] = ()


@attrs.frozen(kw_only=True, slots=True)
class Cluster:
    """
    A cluster, and how it is reached.

    Attributes:
        name: Permanently identifies its provider.
        kubeconfig: A path relative to the project; None for the sandbox.
        context: The context in it; None for the sandbox.
    """

    name: str
    kubeconfig: str | None = None
    context: str | None = None
    origin: Origin | None = None

    @property
    def is_sandbox(self) -> bool:
        """Whether it is the sandbox."""
        return self.name == SANDBOX and self.kubeconfig is None

    @property
    def provider_name(self) -> str:
        """The logical name of its Kubernetes provider, which is part of the field manager."""
        return f"cluster-{self.name}"


@attrs.frozen(kw_only=True, slots=True)
class EnvironmentOrderException:
    """A resource that may be larger in one environment than in the next."""

    organization: str
    resource: str
    workload: str | None
    reason: str
    origin: Origin


@attrs.frozen(kw_only=True, slots=True, eq=False)
class Environment:
    """
    One environment's stack.

    Attributes:
        name: The environment's name; an environment may have several stacks.
        platform: The name of its platform's stack.
        names_platform: Whether its config names the platform's stack.
    """

    stack: str
    name: str
    cluster: Cluster
    platform: str
    origin: Origin
    organizations: tuple[Organization, ...]
    name_template: str = "{prefix}-{id}"
    names_platform: bool = False
    environment_order_exceptions: tuple[EnvironmentOrderException, ...] = ()
    allow_deletion: tuple[str, ...] = ()
    allow_below_usage: tuple[str, ...] = ()

    @property
    def namespaces(self) -> Iterator[Namespace]:
        """Every namespace of every organization, in order."""
        for organization in self.organizations:
            yield from organization.namespaces

    def with_only(self, organization: str) -> "Environment":
        """Return the environment with this organization only."""
        only = tuple(each for each in self.organizations if each.name == organization)
        return attrs.evolve(self, organizations=only)

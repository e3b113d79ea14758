"""An organization: its metadata, ceiling, members and namespaces."""

from typing import Literal

from pydantic import Field

from tenancy.config.spec.access import MemberSpec, NonEmpty
from tenancy.config.spec.model import Day, Listed, Quantities, Spec
from tenancy.config.spec.network import NetworkSpec
from tenancy.config.spec.quota import LimitRangeSpec, ProfileSpec, QuotaSpec

__all__ = [
    "AdoptedSpec",
    "BillingSpec",
    "EnforcementSpec",
    "EntitlementsSpec",
    "GrantSpec",
    "NamespaceOverrideSpec",
    "NamespaceSpec",
    "OrganizationOverrideSpec",
    "OrganizationSpec",
    "PodSecuritySpec",
    "StandaloneNamespaceSpec",
]


class BillingSpec(Spec):
    """Billing. All namespaces of an organization are billed together."""

    subscription_group: NonEmpty
    """The group to which the subscriptions of all namespaces belong."""
    cost_center: NonEmpty | None = None
    """The cost centre. Default: not set."""


class GrantSpec(Spec):
    """GPUs of one pool that a namespace may use."""

    pool: NonEmpty
    """The name of a GPU node pool of the platform."""
    gpus: int = Field(ge=0)
    """The number of devices."""
    mig_profile: NonEmpty | None = None
    """For a pool with a MIG layout: the profile that is granted, such as `1g.10gb`. Default: the layout's only one."""
    max_per_pod: int | None = Field(default=None, ge=1)
    """The most devices one pod may request. Default: the devices of one node."""
    max_per_claim: int | None = Field(default=None, ge=1)
    """For a pool whose devices are claimed: the most devices of one ResourceClaim or template. A pod may name at most `maxPerPod` / `maxPerClaim` claims. Default: `maxPerPod`, so that a pod may name one claim."""
    borrowing_limit: int = Field(default=0, ge=0)
    """How many more devices the namespace may borrow of those that other namespaces do not use, if the platform has `queues`; with `gpus` they are its quota. Default: 0."""
    lending_limit: int | None = Field(default=None, ge=0)
    """How many of `gpus` other namespaces may borrow while they are not used. Default: all."""


class PodSecuritySpec(Spec):
    """The Pod Security level that is enforced."""

    enforce: Literal["restricted", "baseline"]
    """With `baseline`, what `restricted` would refuse still gives a warning."""
    reason: NonEmpty
    """Why the namespace may differ from `restricted`."""
    exceptions: dict[str, NonEmpty] = Field(default={})
    """Exceptions from `baseline` that the platform lists under `podSecurityExceptions`: why the namespace needs each, by name. Default: none."""


class AdoptedSpec(Spec):
    """Names that do not follow the rules, because the objects existed before they were adopted."""

    name: NonEmpty | None = None
    """The namespace's name in the cluster. Default: by the naming rule, `<prefix>-<id>`."""
    origin: Literal["adopt", "move"]
    """Where the namespace came from."""
    reason: NonEmpty
    """Why the names are kept."""
    limit_range: NonEmpty | None = None
    """The name of its limit range. Default: `limits`."""
    role_bindings: dict[str, NonEmpty] = Field(default={})
    """Names of its role bindings, by role. Default: `tenancy:<role>`."""


class EnforcementSpec(Spec):
    """Whether Tenancy's rules in a namespace are enforced or only give warnings."""

    mode: Literal["audit", "enforce"]
    """`audit`: the admission policies and our Pod Security level warn, and no limit range, network policy, object count or change of the `default` service account is added. `enforce`: all rules are enforced."""
    reason: NonEmpty | None = None
    """Why nothing is enforced yet. Needed with `audit`."""
    until: Day | None = None
    """The last day of the audit, as `2027-01-31`; afterwards the check is an error, and nothing changes by itself. Default: none, unless the platform sets `limits.auditDays`."""
    pod_security: Literal["privileged", "baseline", "restricted"] | None = None
    """The Pod Security level that is enforced during the audit: the one that the namespace had. Default: Tenancy sets no label."""
    may_stop: Listed[NonEmpty] = ()
    """Workloads that may be refused or lose connections when the rules are enforced: exact names such as `Deployment/web`. Enforcement is refused while any other workload would be affected. Default: none."""
    may_weaken: Listed[NonEmpty] = ()
    """Objects of an adopted namespace by which more may be allowed than they allow now: exact names such as `ResourceQuota/team`, `LimitRange/limits`, `Namespace/shop` for its Pod Security level, and `NetworkPolicy/allow-dns` for traffic that the namespace's own policies deny. A change that weakens another object is refused. Default: none."""


class EntitlementsSpec(Spec):
    """Quotas, members, allowed traffic and other settings of a namespace; each is optional."""

    profile: NonEmpty | None = None
    """A profile of the environment. Default: that of the namespace it inherits from."""
    quota: Quantities | None = None
    """Hard limits by quota key; with a profile they are added to it, key by key. `{}`: the namespace has no quota, and inherits none."""
    quotas: dict[str, QuotaSpec] | None = None
    """Further quotas by name; with a profile they are added to it, name by name."""
    limit_range: LimitRangeSpec | None = None
    """The limit range; replaces the profile's."""
    limit_ranges: dict[str, LimitRangeSpec] | None = None
    """Further limit ranges by name; with a profile they are added to it, name by name."""
    gpus: Listed[GrantSpec] | None = None
    """GPU grants, at most one for each pool and resource. Default: none, as a quota of 0."""
    members: Listed[MemberSpec] | None = None
    """Members of this namespace only, in addition to the organization's."""
    network: NetworkSpec | None = None
    """All allowed traffic. Default: that of the namespace it inherits from, else the organization's, else the environment's, else DNS, the same organization, and observability."""
    load_balancers: int | None = Field(default=None, ge=0)
    """How many Services of type LoadBalancer are allowed, with their node ports. Default: none."""
    pod_security: PodSecuritySpec | None = None
    """The Pod Security level. Default: the environment's."""
    storage_classes: Listed[str] | None = None
    """Storage classes that may be used; every other class of the platform has a quota of 0. Default: all that the platform lists as `shared`."""
    priority_classes: Listed[str] | None = None
    """Priority classes that pods may use. Default: none."""


class NamespaceSpec(EntitlementsSpec):
    """One namespace of an organization. Its name in the cluster is `<prefix>-<id>`."""

    id: NonEmpty
    """The id: 1 to 7 lowercase letters and digits."""
    environments: Listed[str] | None = None
    """The environments in which it exists. Default: every one that has the organization."""
    inherit_from: NonEmpty | None = None
    """The id of the namespace whose permissions and quotas it inherits. Default: the organization's `defaultNamespace`."""
    workload: NonEmpty | None = None
    """The name of what runs in it; the namespaces of one workload must have dev ≤ staging ≤ prod. Default: none."""
    subscription: NonEmpty | None = None
    """The subscription under which it is billed. Default: not set."""
    labels: dict[str, str] = Field(default={})
    """Further labels: keys without a domain, and those that the platform lists under `allowed.namespaceLabels`."""
    annotations: dict[str, str] = Field(default={})
    """Further annotations: keys without a domain, and those that the platform lists under `allowed.namespaceAnnotations`."""
    adopted: AdoptedSpec | None = None
    """Only for namespaces that `tenancy adopt` took over."""
    enforcement: EnforcementSpec | None = None
    """Whether Tenancy's rules are enforced or only give warnings. Default: `enforce`."""
    ignore: Listed[str] = ()
    """Objects of the namespace that Tenancy does not manage, as `<kind>/<name>`; `tenancy drift` does not report them, and an object of the platform's `namespaceObjects` is not put there. Default: none."""
    image_pull_secrets: Listed[NonEmpty] = ()
    """Names of Secrets with which the service account `default` pulls images, in addition to those of the platform's `namespaceObjects`. Default: none."""


class StandaloneNamespaceSpec(EntitlementsSpec):
    """A namespace without an organization; it counts as an organization of one namespace."""

    name: NonEmpty
    """Its final name in the cluster."""
    subscription: NonEmpty | None = None
    """The subscription under which it is billed. Default: not set."""
    labels: dict[str, str] = Field(default={})
    """Further labels: keys without a domain, and those that the platform lists under `allowed.namespaceLabels`."""
    annotations: dict[str, str] = Field(default={})
    """Further annotations: keys without a domain, and those that the platform lists under `allowed.namespaceAnnotations`."""
    allow_deletion: bool = False
    """Whether it may be deleted with everything in it. Default: no."""
    allow_below_usage: Listed[NonEmpty] = ()
    """`<name>/<quota key>` that may be set below its use. Default: none."""


class OrganizationSpec(Spec):
    """An organization, described once for all its environments."""

    prefix: str
    """The beginning of each namespace's name. `""`: the names are the ids alone, such as `dev`; only for organizations that the platform lists under `plainNames`."""
    display_name: str | None = None
    """The display name. Default: the organization's name."""
    owner: str | None = None
    """The contact, as free text. Default: not set."""
    billing: BillingSpec | None = None
    """Billing data. Default: not set."""
    ceiling: Quantities | None = None
    """The most that all namespaces together may use, over all environments. Default: no ceiling."""
    members: Listed[MemberSpec] = ()
    """Users, groups and service accounts, and their roles."""
    default_namespace: NonEmpty | None = None
    """The id of the namespace that the others inherit from and that kubeconfigs name. Required if there are several."""
    namespaces: Listed[NamespaceSpec]
    """Its namespaces; ids are unique."""
    hosts: Listed[NonEmpty] = ()
    """Host names that its Ingresses and Gateways may have: `acme.example`, and `*.acme.example` for every name under it. No other organization of the cluster may have them. Default: none."""
    profiles: dict[str, ProfileSpec] = Field(default={})
    """Its own profiles; they take precedence over the environment's. Default: none."""
    network: NetworkSpec | None = None
    """Allowed traffic of namespaces that do not set it. Default: the environment's."""
    labels: dict[str, str] = Field(default={})
    """Labels of all its namespaces; a namespace's own take precedence. The same keys are allowed as for a namespace."""
    annotations: dict[str, str] = Field(default={})
    """Annotations of all its namespaces; a namespace's own take precedence. The same keys are allowed as for a namespace."""
    queue_weight: int = Field(default=1, ge=1, le=1000)
    """Its share of the devices that others do not use, compared with other organizations, if the platform's queues have `fairSharing`. Default: 1."""


class NamespaceOverrideSpec(EntitlementsSpec):
    """Differences of one namespace in one environment; keys that are not set keep their values."""

    enforcement: EnforcementSpec | None = None
    """Whether Tenancy's rules are enforced here or only give warnings. Default: as in the namespace."""


class OrganizationOverrideSpec(Spec):
    """Differences of an organization in one environment."""

    file: str | None = None
    """The file that describes the organization. Default: `organizations/<name>.yaml`."""
    namespaces: dict[str, NamespaceOverrideSpec] = Field(default={})
    """Differences by namespace id. Default: none."""
    default_namespace: NonEmpty | None = None
    """The default namespace in this environment. Default: the organization's."""
    members: Listed[MemberSpec] = ()
    """Members in this environment, in addition to the organization's. Default: none."""

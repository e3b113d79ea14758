"""An organization: who it is, what it may use, who belongs to it, and its namespaces."""

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
    """Who pays. All namespaces of an organization are billed together."""

    subscription_group: NonEmpty
    """The group to which the subscriptions of all namespaces belong."""
    cost_center: NonEmpty | None = None
    """The cost centre. Default: none is written."""


class GrantSpec(Spec):
    """GPUs of one pool that a namespace may use."""

    pool: NonEmpty
    """The name of a GPU node pool of the platform."""
    gpus: int = Field(ge=0)
    """In devices of the pool's resource."""
    mig_profile: NonEmpty | None = None
    """For a pool with a MIG layout: the profile that is granted, such as `1g.10gb`. Default: the layout's only one."""
    max_per_pod: int | None = Field(default=None, ge=1)
    """The most devices one pod may ask for. Default: what one node has."""
    max_per_claim: int | None = Field(default=None, ge=1)
    """For a pool whose devices are claimed: the most devices of one ResourceClaim or template. A pod may name `maxPerPod` divided by it claims. Default: `maxPerPod`, so that a pod names one claim."""


class PodSecuritySpec(Spec):
    """The Pod Security level that is enforced."""

    enforce: Literal["restricted", "baseline"]
    """`baseline` still warns about what `restricted` would refuse."""
    reason: NonEmpty
    """Why the namespace may differ from `restricted`."""


class AdoptedSpec(Spec):
    """Names that break the rules because what they name is older than its organization."""

    name: NonEmpty | None = None
    """The namespace's real name in the cluster. Default: the rule's, `<prefix>-<id>`."""
    origin: Literal["adopt", "move"]
    """How it came here."""
    reason: NonEmpty
    """Why the names are kept."""
    limit_range: NonEmpty | None = None
    """The name of its limit range. Default: `limits`."""
    role_bindings: dict[str, NonEmpty] = Field(default={})
    """Names of its role bindings by the role that they give. Default: `tenancy:<role>`."""


class EnforcementSpec(Spec):
    """Whether what Tenancy adds to a namespace refuses, or only warns."""

    mode: Literal["audit", "enforce"]
    """`audit`: the admission policies and our Pod Security level warn, and no limit range, network policy, object count or change of the `default` service account is added. `enforce`: everything holds."""
    reason: NonEmpty | None = None
    """Why nothing is enforced yet. Needed with `audit`."""
    until: Day | None = None
    """The last day of the audit, as `2027-01-31`; afterwards the check is an error, and nothing changes by itself. Default: none, unless the platform sets `limits.auditDays`."""
    pod_security: Literal["privileged", "baseline", "restricted"] | None = None
    """The Pod Security level that is enforced during the audit: the one that the namespace had. Default: no label of ours."""
    may_stop: Listed[NonEmpty] = ()
    """What may be refused or cut off once everything is enforced, as `Deployment/web`, each by its exact name. The plan refuses to enforce while anything else would be. Default: nothing."""


class EntitlementsSpec(Spec):
    """What a namespace may use, who may use it, and which traffic is allowed; each part is optional."""

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
    """GPU grants, at most one for each pool. Default: none, written as 0."""
    members: Listed[MemberSpec] | None = None
    """Members of this namespace only, in addition to the organization's."""
    network: NetworkSpec | None = None
    """What is let through, all of it. Default: that of the namespace it inherits from, else the organization's, else the environment's, else DNS, the same organization, and observability."""
    load_balancers: int | None = Field(default=None, ge=0)
    """How many Services of type LoadBalancer there may be, with their node ports. Default: none."""
    pod_security: PodSecuritySpec | None = None
    """Default: the environment's."""
    storage_classes: Listed[str] | None = None
    """Storage classes that may be claimed; every other class of the platform is 0. Default: all that the platform lists as shared."""
    priority_classes: Listed[str] | None = None
    """Priority classes that pods may name. Default: none."""


class NamespaceSpec(EntitlementsSpec):
    """One namespace of an organization. Its name in the cluster is `<prefix>-<id>`."""

    id: NonEmpty
    """1 to 7 lowercase letters and digits."""
    environments: Listed[str] | None = None
    """The environments in which it exists. Default: every one that holds the organization."""
    inherit_from: NonEmpty | None = None
    """The id of the namespace whose permissions and quotas it takes over. Default: the organization's `defaultNamespace`."""
    workload: NonEmpty | None = None
    """What runs in it; namespaces of one workload are compared dev ≤ staging ≤ prod. Default: none."""
    subscription: NonEmpty | None = None
    """The subscription under which it is billed. Default: none is written."""
    labels: dict[str, str] = Field(default={})
    """Further labels. Those of Kubernetes and of this tool are refused."""
    annotations: dict[str, str] = Field(default={})
    """Further annotations. Those of Kubernetes and of this tool are refused."""
    adopted: AdoptedSpec | None = None
    """Only for namespaces that `tenancy adopt` took over."""
    enforcement: EnforcementSpec | None = None
    """Whether what Tenancy adds refuses, or only warns. Default: `enforce`."""
    ignore: Listed[str] = ()
    """Objects of the namespace that belong to others, as `<kind>/<name>`; they are no drift. Default: none."""


class StandaloneNamespaceSpec(EntitlementsSpec):
    """A namespace without an organization around it; it is one of its own."""

    name: NonEmpty
    """Its final name in the cluster."""
    subscription: NonEmpty | None = None
    """The subscription under which it is billed. Default: none is written."""
    labels: dict[str, str] = Field(default={})
    """Further labels. Those of Kubernetes and of this tool are refused."""
    annotations: dict[str, str] = Field(default={})
    """Further annotations. Those of Kubernetes and of this tool are refused."""
    allow_deletion: bool = False
    """Whether it may be deleted with what it holds. Default: no."""


class OrganizationSpec(Spec):
    """Who an organization is, once, over all of its environments."""

    prefix: NonEmpty
    """What every namespace's name begins with."""
    display_name: str | None = None
    """The name for people. Default: the organization's name."""
    owner: str | None = None
    """Contact, free text. Default: not set."""
    billing: BillingSpec | None = None
    """Who pays. Default: nothing is written."""
    ceiling: Quantities | None = None
    """The most that all namespaces together may use, over all environments. Default: no ceiling."""
    members: Listed[MemberSpec] = ()
    """People, groups and service accounts, and the roles they hold."""
    default_namespace: NonEmpty | None = None
    """The id of the namespace that the others inherit from and that kubeconfigs name. Needed where there are several."""
    namespaces: Listed[NamespaceSpec]
    """Its namespaces; ids are unique."""
    hosts: Listed[NonEmpty] = ()
    """Host names that its Ingresses and Gateways may have: `acme.example`, and `*.acme.example` for every name under it. No other organization of the cluster has them. Default: none."""
    profiles: dict[str, ProfileSpec] = Field(default={})
    """Profiles of its own, found before the environment's. Default: none."""
    network: NetworkSpec | None = None
    """What its namespaces let through unless they say otherwise. Default: the environment's."""


class NamespaceOverrideSpec(EntitlementsSpec):
    """What differs for one namespace in one environment; what is left out stays."""

    enforcement: EnforcementSpec | None = None
    """Whether what Tenancy adds refuses here, or only warns. Default: what the namespace has."""


class OrganizationOverrideSpec(Spec):
    """What differs for an organization in one environment."""

    file: str | None = None
    """Where it is described. Default: `organizations/<name>.yaml`."""
    namespaces: dict[str, NamespaceOverrideSpec] = Field(default={})
    """By namespace id. Default: nothing differs."""
    default_namespace: NonEmpty | None = None
    """The default namespace in this environment. Default: the organization's."""
    members: Listed[MemberSpec] = ()
    """Members in this environment beside those of the organization. Default: none."""

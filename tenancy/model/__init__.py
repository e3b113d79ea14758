"""Resolved values: after inheritance, with canonical quantities and final names."""

from tenancy.model.bounds import Bounds, OrganizationBounds
from tenancy.model.capacity import (
    PoolDemand,
    allowed_devices,
    is_overcommit_factor,
    pool_demands,
    pool_packing,
)
from tenancy.model.container_defaults import ContainerDefaults, container_defaults
from tenancy.model.enforcement import Enforcement
from tenancy.model.entitlements import LIMITS_NAME, QUOTA_NAME, Profiles
from tenancy.model.environment_order import by_environment
from tenancy.model.gpu_devices import GPU_DEVICES, granted_devices, in_devices, is_named
from tenancy.model.hard_keys import quota_keys
from tenancy.model.live import Live, LiveNamespace, LiveQuota, Unread
from tenancy.model.live_access import (
    LiveAccess,
    LiveBinding,
    ServiceAccountPods,
    TokenSecret,
    groups_of,
    names_of,
)
from tenancy.model.live_waiting import WaitingJobs, WaitingPods
from tenancy.model.live_workloads import KindOfObject, LiveWorkloads, ServiceClient, Workload
from tenancy.model.managed_quotas import (
    MANAGED_QUOTAS,
    NODE_PORTS_PER_LOAD_BALANCER,
    POOL_QUOTA_PREFIX,
    device_limits,
    grant_keys,
)
from tenancy.model.namespace_facts import FACTS, facts_in, is_fact
from tenancy.model.namespace_names import namespace_name
from tenancy.model.namespace_objects import NamespaceObject, ObjectTemplate, group_of
from tenancy.model.network import (
    INTERNET,
    NOT_INTERNET,
    Dns,
    Egress,
    Ingress,
    IngressController,
    IpNetwork,
    Network,
    PortRange,
    parsed_cidr,
)
from tenancy.model.organization import organization
from tenancy.model.organization_input import EnvironmentContext, OrganizationInput
from tenancy.model.packing import NodeLayout, Packing
from tenancy.model.platform import (
    GpuNodePool,
    Platform,
    PublicNamespace,
    Queues,
    Role,
    Rule,
    Service,
    SharedNamespace,
)
from tenancy.model.platform_resolution import resolve_platform
from tenancy.model.pod_fit import Fit, fit
from tenancy.model.pool_priority_classes import (
    classes_of_pools,
    contested,
    pool_class,
    pool_classes,
    pools_sharing_a_resource,
    priorities_of_pools,
)
from tenancy.model.pools import gpu_node_pool
from tenancy.model.queues import (
    LOCAL_QUEUE,
    QUEUE_NAME_LABEL,
    cluster_queue_name,
    left_by_others,
    organization_cohort,
    queued_grants,
)
from tenancy.model.quota import (
    Limit,
    LimitRange,
    LimitRangeItem,
    Limits,
    Quota,
    ScopeExpression,
)
from tenancy.model.roles import (
    ALL_VERBS,
    BUILT_IN,
    KUBERNETES,
    KUBERNETES_PREFIX,
    PUBLIC_READER,
    READ,
    binding_name,
)
from tenancy.model.standalone import standalone_namespace, standalone_tenancy
from tenancy.model.tenancy import Tenancy, resolve
from tenancy.model.totals import Amounts, Sum, amounts, sums
from tenancy.model.values import (
    Adopted,
    Cluster,
    Environment,
    EnvironmentOrderException,
    Grant,
    Namespace,
    Organization,
    PodSecurity,
    RoleBinding,
    Subject,
    SubjectKind,
)

__all__ = [
    "ALL_VERBS",
    "BUILT_IN",
    "FACTS",
    "GPU_DEVICES",
    "INTERNET",
    "KUBERNETES",
    "KUBERNETES_PREFIX",
    "LIMITS_NAME",
    "LOCAL_QUEUE",
    "MANAGED_QUOTAS",
    "NODE_PORTS_PER_LOAD_BALANCER",
    "NOT_INTERNET",
    "POOL_QUOTA_PREFIX",
    "PUBLIC_READER",
    "QUEUE_NAME_LABEL",
    "QUOTA_NAME",
    "READ",
    "Adopted",
    "Amounts",
    "Bounds",
    "Cluster",
    "ContainerDefaults",
    "Dns",
    "Egress",
    "Enforcement",
    "Environment",
    "EnvironmentContext",
    "EnvironmentOrderException",
    "Fit",
    "GpuNodePool",
    "Grant",
    "Ingress",
    "IngressController",
    "IpNetwork",
    "KindOfObject",
    "Limit",
    "LimitRange",
    "LimitRangeItem",
    "Limits",
    "Live",
    "LiveAccess",
    "LiveBinding",
    "LiveNamespace",
    "LiveQuota",
    "LiveWorkloads",
    "Namespace",
    "NamespaceObject",
    "Network",
    "NodeLayout",
    "ObjectTemplate",
    "Organization",
    "OrganizationBounds",
    "OrganizationInput",
    "Packing",
    "Platform",
    "PodSecurity",
    "PoolDemand",
    "PortRange",
    "Profiles",
    "PublicNamespace",
    "Queues",
    "Quota",
    "Role",
    "RoleBinding",
    "Rule",
    "ScopeExpression",
    "Service",
    "ServiceAccountPods",
    "ServiceClient",
    "SharedNamespace",
    "Subject",
    "SubjectKind",
    "Sum",
    "Tenancy",
    "TokenSecret",
    "Unread",
    "WaitingJobs",
    "WaitingPods",
    "Workload",
    "allowed_devices",
    "amounts",
    "binding_name",
    "by_environment",
    "classes_of_pools",
    "cluster_queue_name",
    "container_defaults",
    "contested",
    "device_limits",
    "facts_in",
    "fit",
    "gpu_node_pool",
    "grant_keys",
    "granted_devices",
    "group_of",
    "groups_of",
    "in_devices",
    "is_fact",
    "is_named",
    "is_overcommit_factor",
    "left_by_others",
    "names_of",
    "namespace_name",
    "organization",
    "organization_cohort",
    "parsed_cidr",
    "pool_class",
    "pool_classes",
    "pool_demands",
    "pool_packing",
    "pools_sharing_a_resource",
    "priorities_of_pools",
    "queued_grants",
    "quota_keys",
    "resolve",
    "resolve_platform",
    "standalone_namespace",
    "standalone_tenancy",
    "sums",
]

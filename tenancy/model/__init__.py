"""What is true after inheritance, with canonical quantities and final names."""

from tenancy.model.organization import EnvironmentContext, OrganizationInput, organization
from tenancy.model.platform import GpuNodePool, Platform, Role, Rule, SharedNamespace
from tenancy.model.standalone import standalone_namespace
from tenancy.model.tenancy import Tenancy, resolve
from tenancy.model.values import (
    Adopted,
    Cluster,
    Environment,
    EnvironmentOrderException,
    Grant,
    Limit,
    LimitRange,
    LimitRangeItem,
    Limits,
    Namespace,
    Network,
    Organization,
    PodSecurity,
    Quota,
    RoleBinding,
    Subject,
    SubjectKind,
)

__all__ = [
    "Adopted",
    "Cluster",
    "Environment",
    "EnvironmentContext",
    "EnvironmentOrderException",
    "GpuNodePool",
    "Grant",
    "Limit",
    "LimitRange",
    "LimitRangeItem",
    "Limits",
    "Namespace",
    "Network",
    "Organization",
    "OrganizationInput",
    "Platform",
    "PodSecurity",
    "Quota",
    "Role",
    "RoleBinding",
    "Rule",
    "SharedNamespace",
    "Subject",
    "SubjectKind",
    "Tenancy",
    "organization",
    "resolve",
    "standalone_namespace",
]

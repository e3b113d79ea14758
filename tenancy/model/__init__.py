"""What is true after inheritance, with canonical quantities and final names."""

from tenancy.model.organization import Held, Setting, organization
from tenancy.model.platform import GpuNodePool, Platform, Role, Rule, SharedNamespace
from tenancy.model.standalone import lone_namespace
from tenancy.model.tenancy import Tenancy, resolve
from tenancy.model.values import (
    Adopted,
    Cluster,
    Environment,
    Grant,
    LadderException,
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
    "GpuNodePool",
    "Grant",
    "Held",
    "LadderException",
    "Limit",
    "LimitRange",
    "LimitRangeItem",
    "Limits",
    "Namespace",
    "Network",
    "Organization",
    "Platform",
    "PodSecurity",
    "Quota",
    "Role",
    "RoleBinding",
    "Rule",
    "Setting",
    "SharedNamespace",
    "Subject",
    "SubjectKind",
    "Tenancy",
    "lone_namespace",
    "organization",
    "resolve",
]

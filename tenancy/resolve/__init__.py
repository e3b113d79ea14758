"""What is true after inheritance, with canonical quantities and final names."""

from tenancy.resolve.lone import lone_namespace
from tenancy.resolve.model import (
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
from tenancy.resolve.organization import Held, Setting, organization
from tenancy.resolve.platform import GpuNodePool, Platform, Role, Rule, SharedNamespace
from tenancy.resolve.tenancy import Tenancy, resolve

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

"""What people and other programs write: strict models, and nothing computed."""

from tenancy.spec.access import MemberSpec, RoleSpec, RuleSpec, SubjectSpec
from tenancy.spec.environment import EnvironmentSpec, LadderExceptionSpec
from tenancy.spec.model import Spec
from tenancy.spec.organization import (
    AdoptedSpec,
    BillingSpec,
    GrantSpec,
    LoneNamespaceSpec,
    NamespaceOverrideSpec,
    NamespaceSpec,
    NetworkSpec,
    OrganizationOverrideSpec,
    OrganizationSpec,
    PodSecuritySpec,
    TierSpec,
)
from tenancy.spec.platform import (
    GpuNodePoolSpec,
    InstanceTypeCatalogueSpec,
    PlatformSpec,
    PlatformStackSpec,
    SharedNamespaceSpec,
)
from tenancy.spec.quota import LimitRangeSpec, ProfileSpec, QuotaSpec, ScopeExpressionSpec

__all__ = [
    "AdoptedSpec",
    "BillingSpec",
    "EnvironmentSpec",
    "GpuNodePoolSpec",
    "GrantSpec",
    "InstanceTypeCatalogueSpec",
    "LadderExceptionSpec",
    "LimitRangeSpec",
    "LoneNamespaceSpec",
    "MemberSpec",
    "NamespaceOverrideSpec",
    "NamespaceSpec",
    "NetworkSpec",
    "OrganizationOverrideSpec",
    "OrganizationSpec",
    "PlatformSpec",
    "PlatformStackSpec",
    "PodSecuritySpec",
    "ProfileSpec",
    "QuotaSpec",
    "RoleSpec",
    "RuleSpec",
    "ScopeExpressionSpec",
    "SharedNamespaceSpec",
    "Spec",
    "SubjectSpec",
    "TierSpec",
]

"""What people and other programs write: strict models, and nothing computed."""

from tenancy.config.spec.access import MemberSpec, RoleSpec, RuleSpec, SubjectSpec
from tenancy.config.spec.environment import EnvironmentSpec, LadderExceptionSpec
from tenancy.config.spec.model import Spec
from tenancy.config.spec.organization import (
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
from tenancy.config.spec.platform import (
    GpuNodePoolSpec,
    InstanceTypeCatalogueSpec,
    PlatformSpec,
    PlatformStackSpec,
    SharedNamespaceSpec,
)
from tenancy.config.spec.quota import (
    LimitRangeSpec,
    ProfileSpec,
    QuotaSpec,
    ScopeExpressionSpec,
)

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

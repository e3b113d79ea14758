"""What people and other programs write: strict models, and nothing computed."""

from tenancy.config.spec.access import MemberSpec, RoleSpec, RuleSpec, SubjectSpec
from tenancy.config.spec.bounds import BoundsSpec, ExceptionName, OrganizationBoundsSpec
from tenancy.config.spec.environment import EnvironmentOrderExceptionSpec, EnvironmentSpec
from tenancy.config.spec.model import Spec
from tenancy.config.spec.organization import (
    AdoptedSpec,
    BillingSpec,
    EntitlementsSpec,
    GrantSpec,
    NamespaceOverrideSpec,
    NamespaceSpec,
    NetworkSpec,
    OrganizationOverrideSpec,
    OrganizationSpec,
    PodSecuritySpec,
    StandaloneNamespaceSpec,
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
    "BoundsSpec",
    "EntitlementsSpec",
    "EnvironmentOrderExceptionSpec",
    "EnvironmentSpec",
    "ExceptionName",
    "GpuNodePoolSpec",
    "GrantSpec",
    "InstanceTypeCatalogueSpec",
    "LimitRangeSpec",
    "MemberSpec",
    "NamespaceOverrideSpec",
    "NamespaceSpec",
    "NetworkSpec",
    "OrganizationBoundsSpec",
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
    "StandaloneNamespaceSpec",
    "SubjectSpec",
]

"""Strict models of what people and other programs write; nothing is computed here."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.config.spec.access import (
        CustomKindsSpec,
        MemberSpec,
        NonEmpty,
        RoleSpec,
        RuleSpec,
        SubjectSpec,
    )
    from tenancy.config.spec.allowed import AllowedSpec
    from tenancy.config.spec.answers import AnswersSpec, ClusterAnswerSpec
    from tenancy.config.spec.bounds import BoundsSpec, ExceptionName, OrganizationBoundsSpec
    from tenancy.config.spec.environment import EnvironmentOrderExceptionSpec, EnvironmentSpec
    from tenancy.config.spec.model import Listed, Spec
    from tenancy.config.spec.network import (
        DnsSpec,
        EgressSpec,
        IngressControllerSpec,
        IngressSpec,
        InternetSpec,
        NetworkSpec,
        PortSpec,
    )
    from tenancy.config.spec.organization import (
        AdoptedSpec,
        BillingSpec,
        EnforcementSpec,
        EntitlementsSpec,
        GrantSpec,
        NamespaceOverrideSpec,
        NamespaceSpec,
        OrganizationOverrideSpec,
        OrganizationSpec,
        PodSecuritySpec,
        StandaloneNamespaceSpec,
    )
    from tenancy.config.spec.platform import (
        CapacitySpec,
        GpuNodePoolSpec,
        InstanceTypeCatalogueSpec,
        MigSpec,
        PlatformSpec,
        PlatformStackSpec,
        PodSecurityExceptionSpec,
        PriorityClassSpec,
        QueuesSpec,
        SharedNamespaceSpec,
        SharedPodSecuritySpec,
        SharingSpec,
        TaintSpec,
    )
    from tenancy.config.spec.quota import (
        LimitRangeSpec,
        ProfileSpec,
        QuotaSpec,
        ScopeExpressionSpec,
    )
    from tenancy.config.spec.validation_findings import findings_from

__all__ = [
    "AdoptedSpec",
    "AllowedSpec",
    "AnswersSpec",
    "BillingSpec",
    "BoundsSpec",
    "CapacitySpec",
    "ClusterAnswerSpec",
    "CustomKindsSpec",
    "DnsSpec",
    "EgressSpec",
    "EnforcementSpec",
    "EntitlementsSpec",
    "EnvironmentOrderExceptionSpec",
    "EnvironmentSpec",
    "ExceptionName",
    "GpuNodePoolSpec",
    "GrantSpec",
    "IngressControllerSpec",
    "IngressSpec",
    "InstanceTypeCatalogueSpec",
    "InternetSpec",
    "LimitRangeSpec",
    "Listed",
    "MemberSpec",
    "MigSpec",
    "NamespaceOverrideSpec",
    "NamespaceSpec",
    "NetworkSpec",
    "NonEmpty",
    "OrganizationBoundsSpec",
    "OrganizationOverrideSpec",
    "OrganizationSpec",
    "PlatformSpec",
    "PlatformStackSpec",
    "PodSecurityExceptionSpec",
    "PodSecuritySpec",
    "PortSpec",
    "PriorityClassSpec",
    "ProfileSpec",
    "QueuesSpec",
    "QuotaSpec",
    "RoleSpec",
    "RuleSpec",
    "ScopeExpressionSpec",
    "SharedNamespaceSpec",
    "SharedPodSecuritySpec",
    "SharingSpec",
    "Spec",
    "StandaloneNamespaceSpec",
    "SubjectSpec",
    "TaintSpec",
    "findings_from",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)

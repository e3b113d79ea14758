"""What a program passes to one component: a namespace or an organization without a project."""

from collections.abc import Iterable

from tenancy.config.spec import (
    EntitlementsSpec,
    NamespaceSpec,
    OrganizationSpec,
    StandaloneNamespaceSpec,
)
from tenancy.diagnostics import Finding, Origin
from tenancy.model.entitlements import Profiles
from tenancy.model.organization import organization
from tenancy.model.organization_input import EnvironmentContext, OrganizationInput
from tenancy.model.platform import Platform
from tenancy.model.tenancy import Tenancy
from tenancy.model.values import Cluster, Environment, Organization

__all__ = ["standalone_namespace", "standalone_tenancy"]


def standalone_namespace(
    spec: StandaloneNamespaceSpec, origin: Origin, platform: Platform, *, stack: str
) -> tuple[Organization, list[Finding]]:
    """
    Return *spec* as an organization, and the findings.

    Traffic between namespaces of one organization is allowed; here this is the traffic inside
    the namespace.
    """
    shared = {name: getattr(spec, name) for name in EntitlementsSpec.model_fields}
    namespace = NamespaceSpec.model_construct(
        id=spec.name,
        subscription=spec.subscription,
        labels=spec.labels,
        annotations=spec.annotations,
        **shared,
    )
    return organization(
        OrganizationInput(
            name=spec.name,
            spec=OrganizationSpec.model_construct(prefix=spec.name, namespaces=(namespace,)),
            origin=origin,
            namespace_origins=(origin,),
        ),
        EnvironmentContext(
            stack=stack,
            environment=None,
            platform=platform,
            profiles=Profiles.of_platform(platform),
            name_template="{id}",
            deletable=frozenset({spec.name} if spec.allow_deletion else ()),
        ),
    )


def standalone_tenancy(
    organization: Organization,
    platform: Platform,
    cluster: Cluster,
    *,
    allow_deletion: Iterable[str] = (),
    allow_below_usage: Iterable[str] = (),
) -> Tenancy:
    """
    Return *organization* as the only one of a project, for its plan.

    Args:
        organization: The organization, also that of a standalone namespace.
        platform: Its platform.
        cluster: Its cluster.
        allow_deletion: Exact names of namespaces that may be deleted.
        allow_below_usage: `<namespace>/<quota key>` that may be set below its use.
    """
    environment = Environment(
        stack=organization.stack,
        name=organization.environment,
        cluster=cluster,
        platform=platform.stack,
        origin=organization.origin,
        organizations=(organization,),
        allow_deletion=tuple(allow_deletion),
        allow_below_usage=tuple(allow_below_usage),
    )
    return Tenancy(
        environments={environment.stack: environment}, platforms={platform.stack: platform}
    )

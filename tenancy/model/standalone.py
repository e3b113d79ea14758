"""A standalone namespace: an organization of one namespace, with the same name."""

from tenancy.config.spec import (
    EntitlementsSpec,
    NamespaceSpec,
    OrganizationSpec,
    StandaloneNamespaceSpec,
)
from tenancy.diagnostics import Finding, Origin
from tenancy.model.entitlements import Profiles
from tenancy.model.organization import EnvironmentContext, OrganizationInput, organization
from tenancy.model.platform import Platform
from tenancy.model.values import Organization

__all__ = ["standalone_namespace"]


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

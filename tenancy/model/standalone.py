"""A namespace that stands alone: an organization of its own, without inheritance."""

from tenancy.config.spec import NetworkSpec, StandaloneNamespaceSpec, SubjectSpec
from tenancy.diagnostics.finding import Finding
from tenancy.diagnostics.origin import Origin
from tenancy.model.access import bindings, subject
from tenancy.model.entitlements import Entitlements, network, pod_security
from tenancy.model.grants import grants
from tenancy.model.platform import Platform
from tenancy.model.values import Namespace, Organization, Subject

__all__ = ["standalone_namespace"]


def standalone_namespace(
    spec: StandaloneNamespaceSpec, origin: Origin, platform: Platform, *, stack: str
) -> tuple[Organization, list[Finding]]:
    """
    Return the organization that *spec* is by itself, and what could not be resolved.

    Its name and its only namespace are called alike, so what is let through between namespaces
    of one organization stays inside of it.
    """
    findings: list[Finding] = []
    tier = Entitlements().with_own(spec, origin, None)
    if not tier.quotas:
        findings.append(
            Finding(
                code="namespace-without-quota",
                origin=origin,
                found="no quota",
                allowed="a quota, for a namespace without one may use the whole cluster",
                remedy="write quota with the limits that hold",
                organization=spec.name,
            )
        )

    def to_subject(written: SubjectSpec, place: Origin) -> Subject | Finding:
        return subject(written, place, platform, {spec.name: spec.name})

    found, wrong = bindings(tier.members or (), to_subject)
    findings.extend(wrong)
    granted, wrong = grants(tier.grants or (), platform, spec.name)
    findings.extend(wrong)
    namespace = Namespace(
        name=spec.name,
        id=spec.name,
        organization=spec.name,
        environment="",
        stack=stack,
        origin=origin,
        quotas=tier.quotas,
        limit_range=tier.limit_range,
        bindings=found,
        grants=granted,
        network=tier.network or network(NetworkSpec(), origin),
        pod_security=pod_security(tier.pod_security, platform.pod_security_version),
        subscription=spec.subscription,
        labels=spec.labels,
        annotations=spec.annotations,
        storage_classes=tier.storage_classes,
        priority_classes=tuple(sorted(set(tier.priority_classes or ()))),
        protect=not spec.allow_deletion,
    )
    organization = Organization(
        name=spec.name,
        prefix=spec.name,
        environment="",
        stack=stack,
        origin=origin,
        namespaces=(namespace,),
        default_namespace=spec.name,
        written_namespaces=1,
    )
    return organization, findings

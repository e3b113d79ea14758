"""A platform from its spec: full names of people, and the devices of each pool."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from tenancy.config import Written
from tenancy.config.document import JSON
from tenancy.config.spec import (
    PlatformSpec,
    PlatformStackSpec,
    SharedNamespaceSpec,
    SubjectSpec,
)
from tenancy.diagnostics import Finding, Origin
from tenancy.kubernetes.names import InvalidNameError, parse_oidc_prefix
from tenancy.model.access import subject
from tenancy.model.bounds import organization_bounds
from tenancy.model.enforcement import resolved_enforcement
from tenancy.model.gpu_catalog import Lookup
from tenancy.model.namespace_objects import ObjectTemplate
from tenancy.model.network import IngressController, dns
from tenancy.model.platform import (
    GpuNodePool,
    Platform,
    PublicNamespace,
    Queues,
    Role,
    Rule,
    Service,
    SharedNamespace,
)
from tenancy.model.pod_security import PodSecurity
from tenancy.model.pools import gpu_node_pool
from tenancy.model.roles import PREFIX, custom_rules
from tenancy.model.values import Cluster, Subject

__all__ = ["resolve_platform"]


def resolve_platform(
    stack: str, written: Written[PlatformStackSpec], *, live: Lookup | None = None
) -> tuple[Platform, list[Finding]]:
    """
    Return the platform that *stack* describes, and the findings.

    Args:
        stack: Its name.
        written: Its file.
        live: Facts of instance types from a cloud, which take precedence over the bundled
            snapshot. Default: no cloud was queried.
    """
    spec, origin = written.spec.platform, written.origin / "platform"
    pools, findings = _pools(spec, origin, live)
    bare = Platform(
        stack=stack,
        origin=origin,
        username_prefix=_oidc_prefix(spec.oidc.username_prefix),
        groups_prefix=_oidc_prefix(spec.oidc.groups_prefix),
    )

    def subjects(specs: Iterable[SubjectSpec], place: Origin) -> tuple[Subject, ...]:
        named, wrong = _subjects(specs, place, bare)
        findings.extend(wrong)
        return named

    return (
        Platform(
            stack=stack,
            origin=origin,
            spec=spec,
            cluster=Cluster(
                name=written.spec.cluster,
                kubeconfig=written.spec.kubeconfig,
                context=written.spec.context,
                origin=written.origin / "cluster",
            ),
            operators=subjects(spec.operators, origin / "operators"),
            username_prefix=bare.username_prefix,
            groups_prefix=bare.groups_prefix,
            max_namespaces=spec.limits.namespaces,
            max_id_length=spec.limits.id_length,
            organization_bounds=None
            if spec.organization_bounds is None
            else organization_bounds(spec.organization_bounds, origin / "organizationBounds"),
            token_seconds=spec.limits.token_seconds,
            bindable=subjects(spec.bindable_subjects, origin / "bindableSubjects"),
            max_audit_days=spec.limits.audit_days,
            environment_order=spec.environment_order,
            public=_public(spec, origin / "public", subjects),
            shared=tuple(_all_shared(spec, origin / "shared")),
            dns=dns(spec.dns),
            ingress=_ingress(spec, origin / "ingress"),
            not_internet=spec.internet.excluded,
            pools=tuple(pools),
            gpu_resources=_gpu_resources(spec, pools),
            device_classes=_device_classes(spec, pools),
            roles=_roles(spec, origin / "roles"),
            gang_jobs=tuple(dict.fromkeys(spec.gang_jobs)),
            custom_kinds=tuple(custom_rules(spec.custom_kinds, origin / "customKinds")),
            storage_classes=spec.storage_classes,
            plain_names=spec.plain_names,
            profiles=spec.profiles,
            priority_classes=spec.priority_classes,
            object_counts=spec.object_counts,
            pod_security_version=spec.pod_security_version,
            require_image_pull=spec.require_image_pull,
            pod_security_exceptions=spec.pod_security_exceptions,
            allowed=spec.allowed,
            allow_deletion=written.spec.allow_deletion,
            queues=_queues(spec, origin / "queues"),
            namespace_objects=tuple(_namespace_objects(spec, origin / "namespaceObjects")),
        ),
        findings,
    )


def _public(
    spec: PlatformSpec,
    origin: Origin,
    subjects: Callable[[Iterable[SubjectSpec], Origin], tuple[Subject, ...]],
) -> PublicNamespace | None:
    if spec.public is None:
        return None
    readers = subjects(spec.public.readers, origin / "readers")
    return PublicNamespace(
        name=spec.public.name, readers=readers, origin=origin, reads=spec.public.reads
    )


def _gpu_resources(spec: PlatformSpec, pools: Iterable[GpuNodePool]) -> tuple[str, ...]:
    """Return the extended resources of pools, and further ones."""
    found = {resource for pool in pools for resource in (pool.resource, *pool.resources)}
    return tuple(sorted(found | set(spec.gpu_resources)))


def _device_classes(spec: PlatformSpec, pools: Iterable[GpuNodePool]) -> tuple[str, ...]:
    """Return the classes of pools, of exceptions from Pod Security, and further ones."""
    found = {name for pool in pools for name in pool.device_classes.values()}
    for one in spec.pod_security_exceptions.values():
        found.update(one.device_classes)
    return tuple(sorted(found | set(spec.device_classes)))


def _pools(
    spec: PlatformSpec, origin: Origin, live: Lookup | None
) -> tuple[list[GpuNodePool], list[Finding]]:
    pools, findings = [], []
    for i, written in enumerate(spec.gpu_node_pools):
        pool, wrong = gpu_node_pool(written, origin / "gpuNodePools" / i, live=live)
        pools.append(pool)
        findings += wrong
    return pools, findings


def _subjects(
    specs: Iterable[SubjectSpec], place: Origin, platform: Platform
) -> tuple[tuple[Subject, ...], list[Finding]]:
    """Return the subjects, sorted and each once, and the findings about invalid ones."""
    subjects: set[Subject] = set()
    findings = []
    for index, entry in enumerate(specs):
        # Subjects of a platform are of no organization: any service account may be named.
        namespace = (entry.service_account or "").partition("/")[0]
        resolved = subject(entry, place / index, platform, {namespace: namespace})
        if isinstance(resolved, Finding):
            findings.append(resolved)
        else:
            subjects.add(resolved)
    return tuple(sorted(subjects, key=lambda s: s.key)), findings


def _queues(spec: PlatformSpec, origin: Origin) -> Queues | None:
    written = spec.queues
    if written is None:
        return None
    return Queues(
        cohort=written.cohort,
        is_fair_sharing=written.fair_sharing,
        controller=f"system:serviceaccount:{written.controller.replace('/', ':', 1)}",
        origin=origin,
    )


def _namespace_objects(spec: PlatformSpec, origin: Origin) -> Iterator[ObjectTemplate]:
    for index, written in enumerate(spec.namespace_objects):
        yield ObjectTemplate(
            manifest=cast("Mapping[str, JSON] | None", written.manifest),
            image_pull_secret=written.image_pull_secret,
            match_labels=written.match_labels,
            resource=written.resource,
            origin=origin / index,
        )


def _ingress(spec: PlatformSpec, origin: Origin) -> dict[str, IngressController]:
    return {
        name: IngressController(
            name=name,
            namespace=controller.namespace,
            pod_labels=controller.pod_labels,
            origin=origin / name,
        )
        for name, controller in sorted(spec.ingress.items())
    }


def _roles(spec: PlatformSpec, origin: Origin) -> dict[str, Role]:
    return {
        name: Role(
            name=name,
            cluster_role=PREFIX + name,
            origin=origin / name,
            rules=tuple(
                Rule(
                    api_groups=rule.api_groups,
                    resources=rule.resources,
                    verbs=rule.verbs,
                    resource_names=rule.resource_names,
                    origin=origin / name / "rules" / i,
                    reason=rule.reason,
                )
                for i, rule in enumerate(role.rules)
            ),
        )
        for name, role in sorted(spec.roles.items())
    }


def _oidc_prefix(written: str) -> str:
    """Return the prefix, or nothing for `-`; a wrong one is kept for the checks to refuse."""
    try:
        return parse_oidc_prefix(written)
    except InvalidNameError:
        return written


def _all_shared(spec: PlatformSpec, origin: Origin) -> Iterator[SharedNamespace]:
    for index, written in enumerate(spec.shared):
        yield _shared(written, origin / index, spec.pod_security_version)


def _shared(spec: SharedNamespaceSpec, origin: Origin, version: str) -> SharedNamespace:
    level = spec.pod_security
    return SharedNamespace(
        name=spec.name,
        purpose=spec.purpose,
        services=tuple(
            Service(name=s.name, ports=s.ports, pod_labels=s.pod_labels) for s in spec.services
        ),
        metrics_ports=spec.metrics_ports,
        origin=origin,
        is_managed=spec.managed,
        pod_security=PodSecurity(
            enforce="restricted" if level is None else level.enforce,
            version=version,
            reason=None if level is None else level.reason,
            origin=None if level is None else origin / "podSecurity",
        ),
        enforcement=resolved_enforcement(spec.enforcement, origin),
    )

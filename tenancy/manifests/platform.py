"""A platform: operators, roles, priority classes, guards, public and shared namespaces."""

from typing import Final

from tenancy.config.spec import PriorityClassSpec
from tenancy.kubernetes import labels
from tenancy.manifests.access import cluster_role, namespaced_role, role_binding, subjects
from tenancy.manifests.manifest import (
    RBAC,
    Manifest,
    NamespaceManifests,
    PlatformManifests,
    manifest,
)
from tenancy.manifests.namespace import (
    audit_reason,
    default_service_account,
    pod_security_labels,
)
from tenancy.manifests.network import baseline, same_namespace, shared_policies
from tenancy.manifests.policies import MANAGE, mutations, policies
from tenancy.manifests.queues import platform_queues
from tenancy.manifests.quotas import no_devices
from tenancy.model import (
    Enforcement,
    Platform,
    PodSecurity,
    PublicNamespace,
    SharedNamespace,
    classes_of_pools,
    roles,
)

__all__ = ["OPERATOR", "PUBLIC", "platform", "shared_namespace"]

OPERATOR: Final = f"{roles.PREFIX}operator"
"""The name of the operators' ClusterRole and of its binding."""

PUBLIC: Final = "public"
"""The value of the label `tenancy.dev/shared` on the public namespace."""

_ENFORCED: Final = Enforcement()


def platform(resolved: Platform) -> PlatformManifests:
    """Return the manifests of *resolved*."""
    guards, placing = policies(resolved), mutations(resolved)
    return PlatformManifests(
        operators=_operators(resolved),
        roles=tuple(cluster_role(role) for role in roles.of(resolved).values()),
        priority_classes=tuple(
            _priority_class(name, spec)
            for name, spec in sorted(
                {**_pool_classes(resolved), **resolved.priority_classes}.items()
            )
            if isinstance(spec, PriorityClassSpec)
        ),
        queues=platform_queues(resolved),
        policies=tuple(guard.policy for guard in guards),
        policy_bindings=tuple(found for guard in guards for found in guard.bindings),
        mutations=tuple(mutation.policy for mutation in placing),
        mutation_bindings=tuple(found for mutation in placing for found in mutation.bindings),
        namespaces=(
            *(() if resolved.public is None else (_public(resolved.public, resolved),)),
            *(
                shared_namespace(shared, resolved)
                for shared in resolved.shared
                if shared.is_managed
            ),
        ),
    )


def _operators(resolved: Platform) -> tuple[Manifest, ...]:
    """
    Return the role and the binding of operators.

    The verb is virtual: it only grants the right to pass the guards. Other roles of
    the cluster grant operators everything else.
    """
    return (
        manifest(
            f"{RBAC}/v1",
            "ClusterRole",
            OPERATOR,
            rules=[
                {
                    "apiGroups": [MANAGE.group],
                    "resources": [MANAGE.resource],
                    "verbs": [MANAGE.verb],
                }
            ],
        ),
        manifest(
            f"{RBAC}/v1",
            "ClusterRoleBinding",
            OPERATOR,
            roleRef={"apiGroup": RBAC, "kind": "ClusterRole", "name": OPERATOR},
            subjects=subjects(resolved.operators),
        ),
    )


def _priority_class(name: str, spec: PriorityClassSpec) -> Manifest:
    return {
        **manifest("scheduling.k8s.io/v1", "PriorityClass", name),
        "value": spec.value,
        "preemptionPolicy": spec.preemption_policy,
        "globalDefault": False,
        **({"description": spec.description} if spec.description else {}),
    }


def _pool_classes(resolved: Platform) -> dict[str, PriorityClassSpec]:
    """Return the classes of pools that share a resource: one of value 0, and those listed."""
    classes: dict[str, PriorityClassSpec] = {}
    for name, (pool, priority) in classes_of_pools(resolved).items():
        what = f"GPUs of the pool {pool}, which a quota counts apart"
        if priority is None:
            classes[name] = PriorityClassSpec(value=0, description=what)
        elif isinstance(spec := resolved.priority_classes.get(priority), PriorityClassSpec):
            classes[name] = PriorityClassSpec(
                value=spec.value,
                preemption_policy=spec.preemption_policy,
                description=f"{what}, with the priority {priority}",
            )
    return classes


def _public(public: PublicNamespace, resolved: Platform) -> NamespaceManifests:
    name, role = public.name, roles.public_reader(resolved)
    return NamespaceManifests(
        namespace=_namespace(
            name,
            PUBLIC,
            resolved,
            PodSecurity(enforce="restricted", version=resolved.pod_security_version),
        ),
        patches=(default_service_account(name),),
        guardrails=(
            no_devices(name, resolved),
            *baseline(name, resolved.dns),
            same_namespace(name),
        ),
        access=(
            namespaced_role(role, name),
            role_binding(
                role.cluster_role,
                name,
                ("Role", role.cluster_role),
                public.readers,
                role=role.name,
            ),
        ),
    )


def shared_namespace(shared: SharedNamespace, resolved: Platform) -> NamespaceManifests:
    """Return the manifests of *shared*; in audit, those of an adopted one add nothing to it."""
    namespace = _namespace(
        shared.name, shared.purpose, resolved, shared.pod_security, shared.enforcement
    )
    if shared.enforcement.is_audit:
        return NamespaceManifests(namespace=namespace, patches=(), guardrails=(), access=())
    return NamespaceManifests(
        namespace=namespace,
        patches=(default_service_account(shared.name),),
        guardrails=(no_devices(shared.name, resolved), *shared_policies(shared, resolved.dns)),
        access=(),
    )


def _namespace(
    name: str,
    purpose: str,
    resolved: Platform,
    level: PodSecurity,
    enforcement: Enforcement = _ENFORCED,
) -> Manifest:
    notes = {
        labels.POD_SECURITY_REASON: level.reason,
        labels.AUDIT_REASON: audit_reason(enforcement),
    }
    return manifest(
        "v1",
        "Namespace",
        name,
        extra_labels={
            labels.SHARED: purpose,
            labels.STACK: resolved.stack,
            **({labels.ENFORCEMENT: labels.AUDIT} if enforcement.is_audit else {}),
            **pod_security_labels(level, enforcement),
        },
        annotations={key: value for key, value in notes.items() if value},
    )

"""RBAC: roles as objects, and one binding for each role of a namespace."""

from collections.abc import Iterable

from tenancy.diagnostics import NotFoundError
from tenancy.kubernetes import labels
from tenancy.manifests.manifest import RBAC, Manifest, manifest
from tenancy.model import Platform, Role, RoleBinding, Rule, Subject, SubjectKind, roles

__all__ = [
    "cluster_role",
    "namespace_access",
    "namespaced_role",
    "role_binding",
    "subjects",
]


def namespace_access(
    namespace: str, bindings: Iterable[RoleBinding], platform: Platform
) -> tuple[Manifest, ...]:
    """
    Return the RoleBindings of *namespace*.

    Without a platform, Tenancy creates no ClusterRoles. Each role is then also a Role of
    the namespace, before the bindings.

    Raises:
        NotFoundError: A role that does not exist.
    """
    own: list[Manifest] = []
    role_bindings: list[Manifest] = []
    for binding in bindings:
        kind, name = "ClusterRole", binding.role.removeprefix(roles.KUBERNETES_PREFIX)
        if not roles.is_kubernetes(binding.role):
            role = roles.find(binding.role, platform)
            if role is None:
                raise NotFoundError("role", binding.role, roles.names(platform))
            name = role.cluster_role
            if not platform.is_written:
                kind = "Role"
                own.append(namespaced_role(role, namespace))
        elif name not in roles.KUBERNETES:
            raise NotFoundError("role", binding.role, roles.names(platform))
        role_bindings.append(
            role_binding(
                roles.binding_name(binding, kind),
                namespace,
                (kind, name),
                binding.subjects,
                role=binding.role,
            )
        )
    return (*own, *role_bindings)


def cluster_role(role: Role) -> Manifest:
    """Return *role* as a ClusterRole, with its rules written out and never aggregated."""
    return _role("ClusterRole", role, None)


def namespaced_role(role: Role, namespace: str) -> Manifest:
    """Return *role* as a Role of *namespace*."""
    return _role("Role", role, namespace)


def role_binding(
    name: str,
    namespace: str,
    reference: tuple[str, str],
    held_by: Iterable[Subject],
    *,
    role: str,
) -> Manifest:
    """
    Return a RoleBinding.

    The reference is the kind and the name of the role object; the role, as written, is for
    the label.
    """
    kind, target = reference
    return manifest(
        f"{RBAC}/v1",
        "RoleBinding",
        name,
        namespace,
        extra_labels={labels.ROLE: roles.label(role)},
        roleRef={"apiGroup": RBAC, "kind": kind, "name": target},
        subjects=subjects(held_by),
    )


def subjects(held_by: Iterable[Subject]) -> list[dict[str, str]]:
    """Return *held_by* as a binding names them, sorted, each with its exact API group."""
    return [
        {"kind": subject.kind.value, "name": subject.name, "namespace": subject.namespace}
        if subject.kind is SubjectKind.SERVICE_ACCOUNT
        else {"apiGroup": RBAC, "kind": subject.kind.value, "name": subject.name}
        for subject in sorted(held_by, key=lambda subject: subject.key)
    ]


def _role(kind: str, role: Role, namespace: str | None) -> Manifest:
    return manifest(
        f"{RBAC}/v1",
        kind,
        role.cluster_role,
        namespace,
        extra_labels={labels.ROLE: role.name},
        rules=[_rule(rule) for rule in role.rules],
    )


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "apiGroups": list(rule.api_groups),
        "resources": list(rule.resources),
        "verbs": list(rule.verbs),
        **({"resourceNames": list(rule.resource_names)} if rule.resource_names else {}),
    }

"""Plain Kubernetes manifests, and the labels that all of ours have."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from tenancy.kubernetes import labels

__all__ = [
    "RBAC",
    "Manifest",
    "NamespaceManifests",
    "PlatformManifests",
    "managed",
    "manifest",
]

Manifest = dict[str, object]
"""One object as the API server takes it: `apiVersion`, `kind`, `metadata`, and the rest."""

RBAC: Final = "rbac.authorization.k8s.io"


@attrs.frozen(kw_only=True)
class NamespaceManifests:
    """
    One namespace, in the order in which its objects have to exist.

    Attributes:
        namespace: The Namespace.
        patches: Fields of objects that Kubernetes creates. They are patched, never created
            or deleted: the namespace's `default` ServiceAccount.
        guardrails: Quotas, limits and network policies.
        access: RoleBindings, and the Roles they name if no platform provides them. Apply
            them only after the quotas' `status.hard` is set, because a quota limits nothing
            before.
        objects: The objects that the platform puts there. Nothing waits for them.
    """

    namespace: Manifest
    patches: tuple[Manifest, ...]
    guardrails: tuple[Manifest, ...]
    access: tuple[Manifest, ...]
    objects: tuple[Manifest, ...] = ()

    def __iter__(self) -> Iterator[Manifest]:
        """Every manifest, in the order in which to apply them."""
        yield self.namespace
        yield from self.patches
        yield from self.guardrails
        yield from self.access
        yield from self.objects


@attrs.frozen(kw_only=True)
class PlatformManifests:
    """
    The cluster-wide manifests, in groups that are applied one after another.

    Attributes:
        operators: The ClusterRole and ClusterRoleBinding of those who may change managed
            objects.
        roles: One ClusterRole for each role of members.
        priority_classes: The priority classes that namespaces may be granted.
        policies: Admission policies. A policy without a binding has no effect.
        policy_bindings: They put the policies into force, one for each. Only
            an operator may apply them; anyone else would lock themselves out.
        namespaces: The public and the shared namespaces.
        mutations: Policies that set node selectors and tolerations in tenants' pods. Kubernetes
            1.36 and later serve their kind; on older clusters, people write these fields
            themselves.
        mutation_bindings: They put these policies into force, one for each.
        queues: The ResourceFlavors of pools and the Cohort of all organizations, of Kueue.
    """

    operators: tuple[Manifest, ...]
    roles: tuple[Manifest, ...]
    priority_classes: tuple[Manifest, ...]
    policies: tuple[Manifest, ...]
    policy_bindings: tuple[Manifest, ...]
    namespaces: tuple[NamespaceManifests, ...]
    mutations: tuple[Manifest, ...] = ()
    mutation_bindings: tuple[Manifest, ...] = ()
    queues: tuple[Manifest, ...] = ()

    def __iter__(self) -> Iterator[Manifest]:
        """Every manifest, in the order in which to apply them."""
        yield from self.operators
        yield from self.roles
        yield from self.priority_classes
        yield from self.queues
        yield from self.policies
        yield from self.policy_bindings
        for namespace in self.namespaces:
            yield from namespace
        # Last: if their kind is not served, everything else has been applied.
        yield from self.mutations
        yield from self.mutation_bindings


def managed(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """
    Return *extra* and the labels of an object that the guards protect.

    Our labels take precedence.

    >>> managed({"tenancy.dev/role": "viewer"})["tenancy.dev/managed"]
    'true'
    """
    ours = {labels.MANAGED_BY: labels.MANAGER, labels.MANAGED: "true"}
    return {**ours, **extra, **ours}


def manifest(
    api_version: str,
    kind: str,
    name: str,
    namespace: str | None = None,
    *,
    extra_labels: Mapping[str, str] = {},
    annotations: Mapping[str, str] = {},
    **body: object,
) -> Manifest:
    """Return a manifest with our labels; *body* has its fields besides the metadata."""
    metadata: dict[str, object] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    metadata["labels"] = managed(extra_labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

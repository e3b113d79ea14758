"""Plain Kubernetes manifests, and what all of ours have in common."""

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
        patches: Fields of objects that Kubernetes makes itself. To be patched, never created
            or deleted: the namespace's `default` ServiceAccount.
        guardrails: Quotas, limits and network policies.
        access: RoleBindings, and the Roles they name where no platform provides them. Apply
            them only once the quotas' `status.hard` is filled: before that, a quota limits
            nothing.
    """

    namespace: Manifest
    patches: tuple[Manifest, ...]
    guardrails: tuple[Manifest, ...]
    access: tuple[Manifest, ...]

    def __iter__(self) -> Iterator[Manifest]:
        """Every manifest, in the order in which to apply them."""
        yield self.namespace
        yield from self.patches
        yield from self.guardrails
        yield from self.access


@attrs.frozen(kw_only=True)
class PlatformManifests:
    """
    What is cluster-wide, in groups that are applied one after another.

    Attributes:
        operators: Who may change what this tool manages, as ClusterRole and ClusterRoleBinding.
        roles: One ClusterRole for each role that members hold.
        priority_classes: Those that namespaces may be granted.
        policies: Admission policies. One without a binding does nothing.
        policy_bindings: What puts them into force, one for each. Only to be applied by somebody
            who is proven to be an operator, who otherwise shuts themselves out.
        namespaces: The public and the shared namespaces.
        mutations: Policies that write into tenants' pods where they have to run. Their kind is
            served by Kubernetes 1.36 and later; without it, people write the same themselves.
        mutation_bindings: What puts those into force, one for each.
    """

    operators: tuple[Manifest, ...]
    roles: tuple[Manifest, ...]
    priority_classes: tuple[Manifest, ...]
    policies: tuple[Manifest, ...]
    policy_bindings: tuple[Manifest, ...]
    namespaces: tuple[NamespaceManifests, ...]
    mutations: tuple[Manifest, ...] = ()
    mutation_bindings: tuple[Manifest, ...] = ()

    def __iter__(self) -> Iterator[Manifest]:
        """Every manifest, in the order in which to apply them."""
        yield from self.operators
        yield from self.roles
        yield from self.priority_classes
        yield from self.policies
        yield from self.policy_bindings
        for namespace in self.namespaces:
            yield from namespace
        # Last of all: where their kind is not served, everything else has been applied.
        yield from self.mutations
        yield from self.mutation_bindings


def managed(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """
    Return *extra* and the labels of an object that the guards protect.

    Nothing in *extra* stands over ours.

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
    """Return a manifest with our labels; *body* is what stands beside its metadata."""
    metadata: dict[str, object] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    metadata["labels"] = managed(extra_labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}

"""Pulumi's type tokens: of Kubernetes objects, of a stack, and of our components in one."""

from collections.abc import Mapping
from typing import Final

__all__ = [
    "BUILT_IN_TOKENS",
    "DESTROY_GUARD_TOKEN",
    "KUBERNETES_PROVIDER_TOKEN",
    "NAMESPACE_COMPONENT_TOKEN",
    "NAMESPACE_TOKEN",
    "NODE_TOKEN",
    "ORGANIZATION_TOKEN",
    "PLATFORM_TOKEN",
    "STACK_TOKEN",
    "is_kubernetes",
    "type_token",
]

_KUBERNETES: Final = "kubernetes:"


def type_token(manifest: Mapping[str, object]) -> str:
    """
    Return the type of *manifest* in the Kubernetes provider, as in the state.

    >>> type_token({"apiVersion": "apps/v1", "kind": "Deployment"})
    'kubernetes:apps/v1:Deployment'
    """
    api_version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
    group = api_version if "/" in api_version else f"core/{api_version}"
    return f"{_KUBERNETES}{group}:{kind}"


def is_kubernetes(token: object) -> bool:
    """
    Return whether *token* is the type of an object on a Kubernetes cluster.

    >>> is_kubernetes("kubernetes:core/v1:Pod"), is_kubernetes(KUBERNETES_PROVIDER_TOKEN)
    (True, False)
    """
    return str(token).startswith(_KUBERNETES)


NAMESPACE_TOKEN: Final = type_token({"apiVersion": "v1", "kind": "Namespace"})
"""The type of a namespace."""

NODE_TOKEN: Final = type_token({"apiVersion": "v1", "kind": "Node"})
"""The type of a node."""

KUBERNETES_PROVIDER_TOKEN: Final = "pulumi:providers:kubernetes"  # noqa: S105
"""The type of a Kubernetes provider."""

STACK_TOKEN: Final = "pulumi:pulumi:Stack"  # noqa: S105
"""The type of a stack, which is the root of the resources in its state."""

BUILT_IN_TOKENS: Final = frozenset(
    (STACK_TOKEN, KUBERNETES_PROVIDER_TOKEN, "pulumi:providers:pulumi")
)
"""The types of what the engine itself has in each state of ours."""

ORGANIZATION_TOKEN: Final = "tenancy:index:Organization"  # noqa: S105
"""The type of the component of an organization."""

NAMESPACE_COMPONENT_TOKEN: Final = "tenancy:index:Namespace"  # noqa: S105
"""The type of the component of a namespace, with its guardrails and role bindings."""

PLATFORM_TOKEN: Final = "tenancy:index:Platform"  # noqa: S105
"""The type of the component of a platform, which contains its namespaces."""

DESTROY_GUARD_TOKEN: Final = "tenancy:index:DestroyGuard"  # noqa: S105
"""The type of the component that makes the engine refuse a destroy first."""

"""Pulumi's logical names of the components' resources; frozen at the first release."""

from collections.abc import Mapping

__all__ = ["destroy_guard_name", "object_name", "resource_name"]


def object_name(manifest: Mapping[str, object]) -> str:
    """Return the object's name in the cluster."""
    metadata = manifest["metadata"]
    assert isinstance(metadata, Mapping)
    return str(metadata["name"])


def resource_name(prefix: str, manifest: Mapping[str, object]) -> str:
    """
    Return a logical name: *prefix* and the object's name.

    >>> resource_name("acme-dev", {"metadata": {"name": "tenancy:admin"}})
    'acme-dev-tenancy-admin'
    """
    return f"{prefix}-{object_name(manifest).replace(':', '-')}"


def destroy_guard_name(component: str) -> str:
    """
    Return the logical name of the destroy guard of *component*.

    >>> destroy_guard_name("acme")
    'acme-destroy-guard'
    """
    return f"{component}-destroy-guard"

"""Resolved to plain Kubernetes manifests: pure, ordered, and of use without Pulumi."""

from tenancy.manifests.access import UnknownRoleError
from tenancy.manifests.environment import environment
from tenancy.manifests.manifest import Manifest, NamespaceManifests, PlatformManifests
from tenancy.manifests.namespace import namespace
from tenancy.manifests.platform import platform
from tenancy.manifests.quotas import WALL_QUOTAS
from tenancy.manifests.stream import to_yaml

__all__ = [
    "WALL_QUOTAS",
    "Manifest",
    "NamespaceManifests",
    "PlatformManifests",
    "UnknownRoleError",
    "environment",
    "namespace",
    "platform",
    "to_yaml",
]

"""Resolved to plain Kubernetes manifests: pure, ordered, and of use without Pulumi."""

from tenancy.render.access import UnknownRoleError
from tenancy.render.environment import environment
from tenancy.render.manifest import Manifest, NamespaceManifests, PlatformManifests
from tenancy.render.namespace import namespace
from tenancy.render.platform import platform
from tenancy.render.quotas import WALL_QUOTAS
from tenancy.render.stream import to_yaml

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

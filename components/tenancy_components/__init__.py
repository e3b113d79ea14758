"""Components for programs that manage organizations on shared Kubernetes clusters."""

from tenancy_components.argument_types import (
    GpuNodePoolArgs,
    MemberArgs,
    NamespaceArgs,
    OrganizationArgs,
    OrganizationNamespaceArgs,
    PlatformArgs,
)
from tenancy_components.gpu_node_pool import GpuNodePool
from tenancy_components.namespace import Namespace
from tenancy_components.organization import Organization
from tenancy_components.platform import Platform
from tenancy_components.refusal import ComponentRefusedError

__all__ = [
    "ComponentRefusedError",
    "GpuNodePool",
    "GpuNodePoolArgs",
    "MemberArgs",
    "Namespace",
    "NamespaceArgs",
    "Organization",
    "OrganizationArgs",
    "OrganizationNamespaceArgs",
    "Platform",
    "PlatformArgs",
]

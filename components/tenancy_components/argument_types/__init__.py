"""The types of the components' arguments: dicts with the keys of YAML."""

from tenancy_components.argument_types.organization import (
    MemberArgs,
    NamespaceArgs,
    OrganizationArgs,
    OrganizationNamespaceArgs,
)
from tenancy_components.argument_types.platform import GpuNodePoolArgs, PlatformArgs

__all__ = [
    "GpuNodePoolArgs",
    "MemberArgs",
    "NamespaceArgs",
    "OrganizationArgs",
    "OrganizationNamespaceArgs",
    "PlatformArgs",
]

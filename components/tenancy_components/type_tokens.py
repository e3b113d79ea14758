"""The type tokens of our components and resources; frozen at the first release."""

from typing import Final

from tenancy.manifests import (
    DESTROY_GUARD_TOKEN,
    NAMESPACE_COMPONENT_TOKEN,
    ORGANIZATION_TOKEN,
    PLATFORM_TOKEN,
)

__all__ = [
    "DESTROY_GUARD",
    "GPU_NODE_POOL",
    "NAMESPACE",
    "NODE_GROUP",
    "NODE_TAINTS",
    "ORGANIZATION",
    "PACKAGE",
    "PLATFORM",
    "UPDATE_PLAN",
]

PACKAGE: Final = "tenancy"
"""Their package, which is also the provider of the resources."""

ORGANIZATION: Final = ORGANIZATION_TOKEN
NAMESPACE: Final = NAMESPACE_COMPONENT_TOKEN
PLATFORM: Final = PLATFORM_TOKEN
GPU_NODE_POOL: Final = f"{PACKAGE}:index:GpuNodePool"
DESTROY_GUARD: Final = DESTROY_GUARD_TOKEN
NODE_GROUP: Final = f"{PACKAGE}:aws:NodeGroup"
NODE_TAINTS: Final = f"{PACKAGE}:kubernetes:NodeTaints"
UPDATE_PLAN: Final = f"{PACKAGE}:kubernetes:UpdatePlan"

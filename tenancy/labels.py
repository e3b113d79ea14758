"""Label and annotation keys of this tool, each written once."""

from typing import Final

__all__ = [
    "COST_CENTER",
    "DISPLAY_NAME",
    "DOMAIN",
    "ENVIRONMENT",
    "GPU_MODEL",
    "GPU_POOL",
    "ID",
    "INHERITS_FROM",
    "MANAGED",
    "MANAGED_BY",
    "ORGANIZATION",
    "OWNER",
    "ROLE",
    "SHARED",
    "STACK",
    "SUBSCRIPTION",
    "SUBSCRIPTION_GROUP",
    "WORKLOAD",
]

DOMAIN: Final = "tenancy.dev"

MANAGED: Final = f"{DOMAIN}/managed"
"""`true` on everything that the guards protect."""
ORGANIZATION: Final = f"{DOMAIN}/organization"
ENVIRONMENT: Final = f"{DOMAIN}/environment"
ID: Final = f"{DOMAIN}/namespace-id"
STACK: Final = f"{DOMAIN}/stack"
WORKLOAD: Final = f"{DOMAIN}/workload"
SHARED: Final = f"{DOMAIN}/shared"
"""On a shared namespace: its purpose. On the public one: `public`."""
ROLE: Final = f"{DOMAIN}/role"
SUBSCRIPTION_GROUP: Final = f"{DOMAIN}/subscription-group"
SUBSCRIPTION: Final = f"{DOMAIN}/subscription"
COST_CENTER: Final = f"{DOMAIN}/cost-center"
GPU_POOL: Final = f"{DOMAIN}/gpu-pool"
GPU_MODEL: Final = f"{DOMAIN}/gpu-model"
DISPLAY_NAME: Final = f"{DOMAIN}/display-name"
"""An annotation, for a name is free text."""
OWNER: Final = f"{DOMAIN}/owner"
"""An annotation, for whom to ask is free text."""
INHERITS_FROM: Final = f"{DOMAIN}/inherits-from"
"""An annotation: the id of the namespace whose permissions and quotas hold here too."""

MANAGED_BY: Final = "app.kubernetes.io/managed-by"

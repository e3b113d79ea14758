"""The label and annotation keys of Tenancy."""

from typing import Final

__all__ = [
    "ADOPTED",
    "AUDIT",
    "AUDIT_REASON",
    "CAPABILITIES",
    "COST_CENTER",
    "DEVICE_BOUNDS",
    "DEVICE_CLASSES",
    "DISPLAY_NAME",
    "DOMAIN",
    "EGRESS_BLOCKS",
    "EGRESS_CIDRS",
    "EGRESS_PEERS",
    "ENFORCEMENT",
    "ENVIRONMENT",
    "GPU_MODEL",
    "GPU_POOL",
    "GPU_POOLS",
    "HOSTS",
    "ID",
    "IGNORED",
    "IMAGE_PULL_SECRETS",
    "INGRESS_BLOCKS",
    "INGRESS_PEERS",
    "INHERITS_FROM",
    "LOAD_BALANCERS",
    "MANAGED",
    "MANAGED_BY",
    "MANAGER",
    "MAX_PER_POD",
    "MEMBERS",
    "NAMESPACES",
    "ORGANIZATION",
    "OWNER",
    "POD_SECURITY_REASON",
    "PRIORITY_CLASSES",
    "QUEUED_RESOURCES",
    "RESOURCES",
    "ROLE",
    "SHARED",
    "SHARED_SERVICES",
    "STACK",
    "STORAGE_CLASSES",
    "SUBSCRIPTION",
    "SUBSCRIPTION_GROUP",
    "TOLERATIONS",
    "WORKLOAD",
]

DOMAIN: Final = "tenancy.dev"

MANAGED: Final = f"{DOMAIN}/managed"
"""A label: `true` on every object that the guards protect."""
ORGANIZATION: Final = f"{DOMAIN}/organization"
ENVIRONMENT: Final = f"{DOMAIN}/environment"
ID: Final = f"{DOMAIN}/namespace-id"
STACK: Final = f"{DOMAIN}/stack"
WORKLOAD: Final = f"{DOMAIN}/workload"
ENFORCEMENT: Final = f"{DOMAIN}/enforcement"
"""A label: `audit` where Tenancy's rules only warn; without this value they refuse."""
AUDIT: Final = "audit"
"""The only value of that label with which the admission policies do not refuse."""
AUDIT_REASON: Final = f"{DOMAIN}/audit-reason"
"""An annotation: why nothing is enforced yet, and until when."""
SHARED: Final = f"{DOMAIN}/shared"
"""A label: the purpose of a shared namespace, or `public` on the public namespace."""
ROLE: Final = f"{DOMAIN}/role"
SUBSCRIPTION_GROUP: Final = f"{DOMAIN}/subscription-group"
SUBSCRIPTION: Final = f"{DOMAIN}/subscription"
COST_CENTER: Final = f"{DOMAIN}/cost-center"
GPU_POOL: Final = f"{DOMAIN}/gpu-pool"
GPU_MODEL: Final = f"{DOMAIN}/gpu-model"
DISPLAY_NAME: Final = f"{DOMAIN}/display-name"
"""An annotation, because a display name is free text."""
OWNER: Final = f"{DOMAIN}/owner"
"""An annotation, because a contact is free text."""
INHERITS_FROM: Final = f"{DOMAIN}/inherits-from"
"""An annotation: the id of the namespace from which permissions and quotas are inherited."""
POD_SECURITY_REASON: Final = f"{DOMAIN}/pod-security-reason"
"""An annotation: why a level below `restricted` is enforced."""
CAPABILITIES: Final = f"{DOMAIN}/capabilities"
"""An annotation: capabilities beyond `baseline` that containers may add, comma-separated."""
IGNORED: Final = f"{DOMAIN}/ignored"
"""An annotation: objects that drift does not report, as `<kind>/<name>`, comma-separated."""
IMAGE_PULL_SECRETS: Final = f"{DOMAIN}/image-pull-secrets"
"""An annotation: image pull secrets of the account `default` from the files."""
ADOPTED: Final = f"{DOMAIN}/adopted"
"""An annotation: why the namespace's name is not `<prefix>-<id>`."""
EGRESS_CIDRS: Final = f"{DOMAIN}/egress-cidrs"
"""An annotation: addresses that the network policies may contain, comma-separated."""
INGRESS_PEERS: Final = f"{DOMAIN}/ingress-peers"
"""
An annotation: peers that network policies may allow in, with their ports, separated by spaces.

Each is `<labels of the peer's namespace>;<labels of its pods>;<labels of own pods>;<ports>`.
Labels are `<key>=<value>` and ports `<protocol>/<first>-<last>`, both comma-separated.
"""
EGRESS_PEERS: Final = f"{DOMAIN}/egress-peers"
"""An annotation: peers that pods may reach, in the form of `INGRESS_PEERS`."""
INGRESS_BLOCKS: Final = f"{DOMAIN}/ingress-blocks"
"""
An annotation: addresses that network policies may allow in, with their ports, separated by
spaces.

Each is `<range>;<ranges that are excluded>;<labels of own pods>;<ports>`.
"""
EGRESS_BLOCKS: Final = f"{DOMAIN}/egress-blocks"
"""An annotation: addresses that pods may reach, in the form of `INGRESS_BLOCKS`."""
SHARED_SERVICES: Final = f"{DOMAIN}/shared-services"
"""An annotation: shared namespaces that network policies may name, comma-separated."""
PRIORITY_CLASSES: Final = f"{DOMAIN}/priority-classes"
"""An annotation: priority classes that pods may name, comma-separated."""
MAX_PER_POD: Final = f"{DOMAIN}/max-per-pod"
"""
An annotation: the most devices that a pod may request, as `<resource>=<count>`,
comma-separated.

If several granted pools have the resource, each has its `<resource>@<pool>=<count>`.
"""
TOLERATIONS: Final = f"{DOMAIN}/tolerations"
"""An annotation: taints of granted pools, as `<key>=<value>:<effect>`; `*` is any value."""
DEVICE_CLASSES: Final = f"{DOMAIN}/device-classes"
"""An annotation: DRA device classes of granted GPU node pools, comma-separated."""
QUEUED_RESOURCES: Final = f"{DOMAIN}/queued-resources"
"""An annotation: extended resources that only jobs of the namespace's queue may request."""
HOSTS: Final = f"{DOMAIN}/hosts"
"""An annotation: host names that Ingresses may have, comma-separated; `*.` covers all below."""
RESOURCES: Final = f"{DOMAIN}/resources"
"""An annotation: resources that containers may request beside CPU, memory: comma-separated."""
STORAGE_CLASSES: Final = f"{DOMAIN}/storage-classes"
"""An annotation: storage classes that claims may name, comma-separated."""
DEVICE_BOUNDS: Final = f"{DOMAIN}/device-bounds"
"""
An annotation: how many devices of a granted device class may be claimed, comma-separated.

Each is `<class>:<devices of a claim>:<devices of a pod>:<resource>`. The resource is the one
that counts such claims too; it is empty where claims are the only way to the devices.
"""
GPU_POOLS: Final = f"{DOMAIN}/gpu-pools"
"""An annotation: GPU node pools that are granted, comma-separated."""
MEMBERS: Final = f"{DOMAIN}/members"
"""
An annotation: the organization's members in this environment, which role bindings may name.

One line each, as `<kind> <name>`: names may contain commas but no line breaks.
"""
NAMESPACES: Final = f"{DOMAIN}/namespaces"
"""An annotation: the organization's namespaces in this environment, comma-separated."""
LOAD_BALANCERS: Final = f"{DOMAIN}/load-balancers"
"""An annotation: `true` where Services of type LoadBalancer are granted."""

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
MANAGER: Final = "tenancy"
"""The value of `MANAGED_BY`, and the field manager of writes outside of an update."""

"""
GPU node pools: the backend that the config names creates the nodes; it is never guessed.

A backend is an entry point of the group `tenancy.gpu_backends`: an object with the methods of
`Backend`.
"""

from tenancy.gpu.backend import (
    Backend,
    autoscaled_fields,
    backends,
    is_on_ec2,
    problems,
    render,
)
from tenancy.gpu.device_verification import (
    ServedClass,
    ServedDevices,
    drivers_of,
    selects_every_device,
    verify_devices,
)
from tenancy.gpu.existing import NAME
from tenancy.gpu.node_verification import verify
from tenancy.gpu.objects import (
    Manifest,
    NodePatch,
    NodeTaints,
    Rendered,
    identity,
)
from tenancy.gpu.options import options
from tenancy.gpu.placement import node_labels, node_taints
from tenancy.gpu.pool_manifests import PoolManifests, pool_manifests
from tenancy.gpu.taints import merged

__all__ = [
    "NAME",
    "Backend",
    "Manifest",
    "NodePatch",
    "NodeTaints",
    "PoolManifests",
    "Rendered",
    "ServedClass",
    "ServedDevices",
    "autoscaled_fields",
    "backends",
    "drivers_of",
    "identity",
    "is_on_ec2",
    "merged",
    "node_labels",
    "node_taints",
    "options",
    "pool_manifests",
    "problems",
    "render",
    "selects_every_device",
    "verify",
    "verify_devices",
]

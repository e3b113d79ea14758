"""GPU facts of instance types, from config, AWS or a bundled snapshot; nothing is guessed."""

from tenancy.model.gpu_catalog.instance_types import (
    Architecture,
    InstanceType,
    Lookup,
    bundled,
    described,
    snapshot_source,
)
from tenancy.model.gpu_catalog.node import NodeFacts, node_facts

__all__ = [
    "Architecture",
    "InstanceType",
    "Lookup",
    "NodeFacts",
    "bundled",
    "described",
    "node_facts",
    "snapshot_source",
]

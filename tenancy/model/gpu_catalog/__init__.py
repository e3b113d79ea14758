"""GPU facts of instance types, from config, AWS or a bundled snapshot; nothing is guessed."""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
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

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)

"""The backend `existing`: nodes that somebody else makes."""

from collections.abc import Iterator
from typing import Final

import attrs

from tenancy.config.spec import Spec
from tenancy.diagnostics import Finding
from tenancy.gpu.objects import NodePatch, NodeTaints, Rendered
from tenancy.gpu.options import NoOptions, parsed
from tenancy.gpu.placement import node_labels, node_taints
from tenancy.model import GpuNodePool

__all__ = ["BACKEND", "NAME", "Existing"]

NAME: Final = "existing"
"""What config calls it."""


@attrs.frozen
class Existing:
    """Labels on nodes by name; taints verified, or merged in where config asks for it."""

    def validate(self, pool: GpuNodePool) -> Iterator[Finding]:
        """Yield what is wrong with *pool* for nodes that exist already."""
        found = parsed(pool, NoOptions)
        if not isinstance(found, Spec):
            yield from found
        if pool.write_taints and not pool.node_names:
            yield Finding(
                code="taints-without-nodes",
                origin=pool.origin / "writeTaints",
                found=f"writeTaints of the pool {pool.name}, which names no node",
                allowed="writeTaints with nodeNames",
                remedy="name the nodes, or taint them where they are made",
            )

    def render(self, pool: GpuNodePool) -> list[Rendered]:
        """Return a patch of each named node, and its taints where config asks for that."""
        rendered: list[Rendered] = [
            NodePatch(node=node, labels=node_labels(pool)) for node in pool.node_names
        ]
        if pool.write_taints:
            taints = node_taints(pool)
            rendered += [NodeTaints(node=node, taints=taints) for node in pool.node_names]
        return rendered


BACKEND: Final = Existing()

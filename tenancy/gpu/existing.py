"""The backend `existing`: nodes that already exist and that Tenancy does not create."""

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
"""The backend's name in the config."""


@attrs.frozen
class Existing:
    """Labels the named nodes; verifies their taints, or writes them with writeTaints."""

    def validate(self, pool: GpuNodePool) -> Iterator[Finding]:
        """Yield every problem of *pool* for existing nodes."""
        found = parsed(pool, NoOptions)
        if not isinstance(found, Spec):
            yield from found
        if pool.write_taints and not pool.node_names:
            yield Finding(
                code="taints-without-nodes",
                origin=pool.origin / "writeTaints",
                found=f"writeTaints of the pool {pool.name}, which does not set nodeNames",
                allowed="writeTaints with nodeNames",
                remedy="set nodeNames, or let the tool that creates the nodes taint them",
            )

    def render(self, pool: GpuNodePool) -> list[Rendered]:
        """Return a patch of each named node, and its taints if the config sets writeTaints."""
        rendered: list[Rendered] = [
            NodePatch(node=node, labels=node_labels(pool)) for node in pool.node_names
        ]
        if pool.write_taints:
            taints = node_taints(pool)
            rendered += [NodeTaints(node=node, taints=taints) for node in pool.node_names]
        return rendered


BACKEND: Final = Existing()

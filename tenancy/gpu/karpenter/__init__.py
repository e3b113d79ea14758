"""
The backend `karpenter`: a NodePool, and an EC2NodeClass if the config describes one.

Both are tested with Karpenter's published CRDs.
Source: https://karpenter.sh/docs/concepts/nodepools/.
"""

from collections.abc import Iterator
from typing import Final

import attrs

from tenancy.config.spec import Spec
from tenancy.diagnostics import Finding
from tenancy.gpu.karpenter.objects import node_class, node_pool
from tenancy.gpu.karpenter.options import KarpenterOptions, NodeClassRefSpec
from tenancy.gpu.karpenter.validation import option_findings, pool_findings
from tenancy.gpu.objects import Rendered
from tenancy.gpu.options import options, parsed
from tenancy.model import GpuNodePool

__all__ = ["BACKEND", "Karpenter", "KarpenterOptions"]


@attrs.frozen
class Karpenter:
    """Nodes that Karpenter creates when pods need them, up to a limit."""

    options: type[Spec] = KarpenterOptions

    def validate(self, pool: GpuNodePool) -> Iterator[Finding]:
        """Yield every problem of *pool* for Karpenter."""
        found = parsed(pool, KarpenterOptions)
        if isinstance(found, Spec):
            yield from option_findings(pool, found)
        else:
            yield from found
        yield from pool_findings(pool)

    def render(self, pool: GpuNodePool) -> list[Rendered]:
        """Return the node class, if the config describes one, and the NodePool."""
        given = options(pool, KarpenterOptions)
        rendered: list[Rendered] = []
        reference = given.node_class_ref
        if given.node_class is not None:
            rendered.append(node_class(pool, given.node_class))
            reference = NodeClassRefSpec(name=pool.name)
        assert reference is not None
        rendered.append(node_pool(pool, given, reference))
        return rendered


BACKEND: Final = Karpenter()

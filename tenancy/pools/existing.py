"""The backend `existing`: nodes that somebody else makes."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

import attrs

from tenancy import labels
from tenancy.pools.options import NoOptions, parsed
from tenancy.pools.placement import node_labels, node_taints
from tenancy.pools.rendered import NodePatch, NodeTaints, Rendered
from tenancy.resolve.platform import GpuNodePool
from tenancy.spec.model import Spec
from tenancy.violation import Severity, Violation

__all__ = ["BACKEND", "Existing", "verify"]


@attrs.frozen
class Existing:
    """Labels on nodes by name; taints verified, or merged in where config asks for it."""

    def validate(self, pool: GpuNodePool) -> Iterator[Violation]:
        """Yield what is wrong with *pool* for nodes that exist already."""
        found = parsed(pool, NoOptions)
        if not isinstance(found, Spec):
            yield from found
        if pool.write_taints and not pool.node_names:
            yield Violation(
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


def verify(pool: GpuNodePool, nodes: Mapping[str, Mapping[str, object]]) -> Iterator[Violation]:
    """
    Yield what the nodes of *pool* lack, as they are on the cluster.

    Args:
        pool: A pool of the backend `existing`.
        nodes: Every node of the cluster as the API server has it, by name.
    """
    if pool.node_names:
        members = [name for name in pool.node_names if name in nodes]
        for name in sorted(set(pool.node_names) - set(members)):
            yield Violation(
                code="node-missing",
                origin=pool.origin / "nodeNames",
                found=f"the node {name}, which the cluster has not",
                allowed="names of nodes on the cluster",
                remedy="correct the name, or remove it",
            )
    else:
        members = [name for name in sorted(nodes) if _label(nodes[name]) == pool.name]
        if len(members) < pool.min_nodes:
            yield Violation(
                code="nodes-missing",
                origin=pool.origin / "nodes",
                found=f"{len(members)} nodes with the label {labels.GPU_POOL}={pool.name}",
                allowed=f"at least {pool.min_nodes}",
                remedy="label the nodes, name them in nodeNames, or lower nodes.min",
            )
    if pool.write_taints:
        return
    for name in members:
        present = {_text(taint) for taint in _taints(nodes[name])}
        for taint in node_taints(pool):
            text = f"{taint.key}={taint.value}:{taint.effect}"
            if text not in present:
                yield Violation(
                    code="taint-missing",
                    origin=pool.origin / "taints",
                    found=f"the node {name} without the taint {text}",
                    allowed="every taint of the pool on each of its nodes",
                    remedy=f"taint it (kubectl taint node {name} {text}), or set writeTaints",
                    severity=Severity.WARNING,
                )


def _label(node: Mapping[str, object]) -> str | None:
    metadata = cast("Mapping[str, Mapping[str, str] | None]", node.get("metadata") or {})
    return (metadata.get("labels") or {}).get(labels.GPU_POOL)


def _taints(node: Mapping[str, object]) -> list[Mapping[str, str]]:
    spec = cast("Mapping[str, list[Mapping[str, str]] | None]", node.get("spec") or {})
    return spec.get("taints") or []


def _text(taint: Mapping[str, str]) -> str:
    return f"{taint['key']}={taint.get('value') or ''}:{taint['effect']}"

"""Check that the nodes of a pool that Tenancy does not create match the config."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, cast

from tenancy.config.spec import TaintSpec
from tenancy.diagnostics import Finding, Severity
from tenancy.gpu.placement import node_labels, node_taints
from tenancy.kubernetes import labels
from tenancy.kubernetes.quantity import Quantity
from tenancy.model import GpuNodePool

__all__ = ["Node", "allocatable", "members", "verify"]

Node = Mapping[str, object]

_CLOSED: Final = "every taint of the pool on each of its nodes"


def verify(
    pool: GpuNodePool, nodes: Mapping[str, Node], *, served_by_dra: Collection[str] = ()
) -> Iterator[Finding]:
    """
    Yield how the nodes of *pool* on the cluster differ from the config.

    A missing taint of a pool that is dedicated to an organization is an error: pods of others
    would run on its nodes. A missing node that is named is an error too: the patch that labels
    it would create it. Values that an update writes are not reported.

    Args:
        pool: A pool of the backend `existing`.
        nodes: Every node of the cluster as the API server has it, by name.
        served_by_dra: Extended resources of device classes, which no node reports.
    """
    labelled = [name for name in sorted(nodes) if _label(nodes[name]) == pool.name]
    if pool.node_names:
        yield from _named(pool, members(pool, nodes), labelled)
    elif len(labelled) < pool.min_nodes:
        yield Finding(
            code="nodes-missing",
            origin=pool.origin / "nodes",
            found=f"{len(labelled)} nodes with the label {labels.GPU_POOL}={pool.name}",
            allowed=f"at least {pool.min_nodes}",
            remedy="label the nodes, name them in nodeNames, or lower nodes.min",
            severity=Severity.WARNING,
        )
    for name in members(pool, nodes):
        if not pool.write_taints:
            yield from _taints(pool, name, nodes[name])
        if not pool.node_names:
            yield from _missing_labels(pool, name, nodes[name])
        if pool.allocation == "devicePlugin":
            yield from _devices(pool, name, nodes[name], served_by_dra)


def members(pool: GpuNodePool, nodes: Mapping[str, Node]) -> Sequence[str]:
    """Return the nodes of *pool* by name: those in its nodeNames, else those with its label."""
    if pool.node_names:
        return [name for name in pool.node_names if name in nodes]
    return [name for name in sorted(nodes) if _label(nodes[name]) == pool.name]


def allocatable(node: Node) -> Mapping[str, str]:
    """Return the resources that *node* has for pods; empty if it reports none."""
    status = cast("Mapping[str, Mapping[str, str] | None]", node.get("status") or {})
    return status.get("allocatable") or status.get("capacity") or {}


def _named(
    pool: GpuNodePool, members: Sequence[str], labelled: Sequence[str]
) -> Iterator[Finding]:
    for name in sorted(set(pool.node_names) - set(members)):
        yield Finding(
            code="node-missing",
            origin=pool.origin / "nodeNames",
            found=f"the node {name}, which does not exist on the cluster",
            allowed="names of existing nodes",
            remedy="correct the name, or remove it",
        )
    for name in sorted(set(labelled) - set(pool.node_names)):
        yield Finding(
            code="node-not-named",
            origin=pool.origin / "nodeNames",
            found=f"the node {name} with the label {labels.GPU_POOL}={pool.name}, which is not "
            "in nodeNames of the pool",
            allowed="the label only on the nodes in nodeNames; others are not counted",
            remedy=f"add it to nodeNames, or remove the label (kubectl label node {name}"
            f" {labels.GPU_POOL}-)",
            severity=Severity.WARNING,
        )


def _taints(pool: GpuNodePool, name: str, node: Node) -> Iterator[Finding]:
    present = _present(node)
    severity = Severity.ERROR if pool.dedicated_to is not None else Severity.WARNING
    alone = f", and {pool.dedicated_to} alone may run there" if pool.dedicated_to else ""
    for taint in node_taints(pool):
        text = _text(taint)
        value = present.get((taint.key, taint.effect))
        if value == taint.value:
            continue
        if value is not None and taint.key == labels.GPU_POOL:
            yield Finding(
                code="taint-of-another-pool",
                origin=pool.origin / "taints",
                found=f"the node {name} with the taint {taint.key}={value}:{taint.effect}, "
                f"which pods with a grant for the pool {value} tolerate",
                allowed=f"{text}{alone}",
                remedy=f"correct it (kubectl taint --overwrite node {name} {text}), or set"
                " writeTaints",
                severity=severity,
            )
            continue
        yield Finding(
            code="taint-missing",
            origin=pool.origin / "taints",
            found=f"the node {name} without the taint {text}",
            allowed=f"{_CLOSED}{alone}",
            remedy=f"taint it (kubectl taint node {name} {text}), or set writeTaints",
            # Only the pool's own taint keeps pods of others away; the config's taints have
            # other purposes.
            severity=severity if taint.key == labels.GPU_POOL else Severity.WARNING,
        )


def _missing_labels(pool: GpuNodePool, name: str, node: Node) -> Iterator[Finding]:
    """Yield missing labels of a pool without nodeNames, which no update writes."""
    present = _labels(node)
    for key, value in node_labels(pool).items():
        if present.get(key) != value:
            yield Finding(
                code="node-label-missing",
                origin=pool.origin / "labels" / key if key in pool.labels else pool.origin,
                found=f"the node {name} without the label {key}={value}",
                allowed="every label of the pool on each of its nodes",
                remedy=f"label it (kubectl label --overwrite node {name} {key}={value}), or "
                "set nodeNames of the pool",
                severity=Severity.WARNING,
            )


def _devices(
    pool: GpuNodePool, name: str, node: Node, served_by_dra: Collection[str]
) -> Iterator[Finding]:
    reported = allocatable(node)
    if not reported:
        yield Finding(
            code="devices-missing",
            origin=pool.origin / "gpusPerNode",
            found=f"the node {name}, which does not report its capacity",
            allowed="a node whose kubelet reports its capacity",
            remedy="run this again when it is Ready",
            severity=Severity.NOT_CHECKED,
        )
        return
    for resource, count in pool.resources.items():
        if resource in served_by_dra and resource not in reported:
            continue
        there = Quantity.parse_stored(reported.get(resource, "0"))
        if there < Quantity.parse(count):
            yield Finding(
                code="devices-missing",
                origin=pool.origin / "gpusPerNode",
                found=f"the node {name} with {there} {resource} for pods",
                allowed=f"{count} devices, on which grants and capacity are based",
                remedy="check its driver and device plugin, or correct gpusPerNode and sharing",
                severity=Severity.WARNING,
            )


def _labels(node: Node) -> Mapping[str, str]:
    metadata = cast("Mapping[str, Mapping[str, str] | None]", node.get("metadata") or {})
    return metadata.get("labels") or {}


def _label(node: Node) -> str | None:
    return _labels(node).get(labels.GPU_POOL)


def _present(node: Node) -> Mapping[tuple[str, str], str]:
    spec = cast("Mapping[str, Sequence[Mapping[str, str]] | None]", node.get("spec") or {})
    return {
        (taint["key"], taint["effect"]): taint.get("value") or ""
        for taint in spec.get("taints") or ()
    }


def _text(taint: TaintSpec) -> str:
    return f"{taint.key}={taint.value}:{taint.effect}"

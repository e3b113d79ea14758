"""The Kubernetes objects of pools, and the names of what is not created as an object."""

from collections.abc import Iterable

import attrs

from tenancy.aws import NodeGroup
from tenancy.gpu.backend import render
from tenancy.gpu.objects import Manifest, NodePatch, NodeTaints, Rendered
from tenancy.model import GpuNodePool

__all__ = ["PoolManifests", "pool_manifests"]


@attrs.frozen
class PoolManifests:
    """
    The objects of pools for tools other than Pulumi.

    Attributes:
        objects: Kubernetes objects, in the order of the pools.
        left_out: What only `tenancy up` makes, one line each: a node group in AWS, and labels
            and taints of nodes that exist. A Node in a manifest would be created where it is
            missing, and deleted where a tool prunes.
    """

    objects: tuple[Manifest, ...]
    left_out: tuple[str, ...]


def pool_manifests(pools: Iterable[GpuNodePool]) -> PoolManifests:
    """
    Return what *pools* become.

    Raises:
        NotFoundError: There is no backend of a pool's name.
        ToolsError: An installed backend of another package is broken.
    """
    made = [(pool, rendered) for pool in pools for rendered in render(pool)]
    return PoolManifests(
        tuple(rendered for _, rendered in made if isinstance(rendered, dict)),
        tuple(
            f"{_described(rendered)} (GPU node pool {pool.name})"
            for pool, rendered in made
            if not isinstance(rendered, dict)
        ),
    )


def _described(rendered: Rendered) -> str:
    match rendered:
        case NodeGroup():
            return (
                f"the node group {rendered.nodegroup_name} of the EKS cluster"
                f" {rendered.cluster_name}"
            )
        case NodePatch():
            return f"labels of the node {rendered.node}: {', '.join(sorted(rendered.labels))}"
        case NodeTaints():
            keys = ", ".join(taint.key for taint in rendered.taints)
            return f"taints of the node {rendered.node}: {keys}"
    raise AssertionError(rendered)

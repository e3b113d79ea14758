"""The labels and taints of a pool's nodes, with every backend."""

from tenancy.config.spec import TaintSpec
from tenancy.kubernetes import labels
from tenancy.model import GpuNodePool

__all__ = ["node_labels", "node_taints"]


def node_labels(pool: GpuNodePool) -> dict[str, str]:
    """
    Return the labels of each node of *pool*: its name, its model, and those in the config.

    The pool's own label is known before the node exists, unlike those that NVIDIA's discovery
    adds, so pods can select it before there are nodes.
    """
    return dict(
        sorted(
            {
                **pool.labels,
                labels.GPU_POOL: pool.name,
                labels.GPU_MODEL: pool.model,
            }.items()
        )
    )


def node_taints(pool: GpuNodePool) -> tuple[TaintSpec, ...]:
    """
    Return the taints of the nodes of *pool*: one for pods with a grant, and the config's.

    It is named after the pool, not after the resource: with ExtendedResourceToleration, every
    pod that requests a GPU tolerates a taint `nvidia.com/gpu`.
    """
    ours = TaintSpec(key=labels.GPU_POOL, value=pool.name, effect="NoSchedule")
    return (ours, *(taint for taint in pool.taints if taint.key != ours.key))

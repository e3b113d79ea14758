"""What the nodes of a pool carry, whatever makes them."""

from tenancy.config.spec import TaintSpec
from tenancy.kubernetes import labels
from tenancy.model import GpuNodePool

__all__ = ["node_labels", "node_taints"]


def node_labels(pool: GpuNodePool) -> dict[str, str]:
    """
    Return the labels of each node of *pool*: its name and its model, and those in config.

    The pool's own label is there before the node is, unlike those that NVIDIA's discovery
    adds, so that pods may select it while there is no node yet.
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
    Return the taints of each node of *pool*: one that only granted pods tolerate, and config's.

    It is named after the pool and not after the resource: a taint `nvidia.com/gpu` is tolerated
    by every pod that asks for a GPU, wherever ExtendedResourceToleration is on.
    """
    ours = TaintSpec(key=labels.GPU_POOL, value=pool.name, effect="NoSchedule")
    return (ours, *(taint for taint in pool.taints if taint.key != ours.key))

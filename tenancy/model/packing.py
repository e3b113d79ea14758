"""How the largest pods of GPU grants fit on the nodes of a pool."""

from collections import Counter
from collections.abc import Iterable

import attrs

from tenancy.diagnostics import counted
from tenancy.model.values import Grant

__all__ = ["NodeLayout", "Packing", "pack"]


@attrs.frozen(kw_only=True, slots=True)
class NodeLayout:
    """
    Nodes with the same pods on them.

    Attributes:
        nodes: How many.
        pods: The devices of each pod, the largest first.
        free: Devices of each node that no pod has.
    """

    nodes: int
    pods: tuple[int, ...]
    free: int

    def __str__(self) -> str:
        pods = "+".join(map(str, self.pods))
        parts = [part for part in (pods, f"{self.free} free" if self.free else "") if part]
        return f"{counted(self.nodes, 'node')} [{', '.join(parts)}]"


@attrs.frozen(kw_only=True, slots=True)
class Packing:
    """
    The nodes of a pool when every namespace runs the largest pods of its grant.

    Attributes:
        layouts: The nodes, those with the fewest free devices first.
        waiting: The devices of each pod that no node has room for, the largest first.
    """

    layouts: tuple[NodeLayout, ...]
    waiting: tuple[int, ...]

    @property
    def free(self) -> int:
        """Devices that no pod has."""
        return sum(layout.nodes * layout.free for layout in self.layouts)

    def __str__(self) -> str:
        return ", ".join(map(str, self.layouts))


def pack(grants: Iterable[Grant], *, per_node: int, nodes: int) -> Packing:
    """
    Return the nodes of a pool with the largest pods of *grants* on them.

    The largest pod of a grant has its maxPerPod devices; without one, as many as a node or the
    grant has. What is left of a grant is used by pods of one device. Pods are placed the
    largest first, each on the node with the least room that is enough.

    Args:
        grants: The grants of one resource of the pool.
        per_node: Devices of a node.
        nodes: How many nodes there are.
    """
    pods: Counter[int] = Counter()
    for grant in grants:
        largest = min(grant.max_per_pod or per_node, per_node, grant.gpus)
        if largest > 0:
            whole, rest = divmod(grant.gpus, largest)
            pods[largest] += whole
            pods[1] += rest
    room: dict[int, list[tuple[int, ...]]] = {per_node: [()] * nodes}
    waiting: list[int] = []
    for size in sorted((size for size, count in pods.items() if count), reverse=True):
        for _ in range(pods[size]):
            fitting = min((free for free in room if free >= size and room[free]), default=None)
            if fitting is None:
                waiting.append(size)
                continue
            placed = (*room[fitting].pop(), size)
            room.setdefault(fitting - size, []).append(placed)
    alike = {free: Counter(there) for free, there in room.items() if there}
    return Packing(
        layouts=tuple(
            NodeLayout(nodes=count, pods=there, free=free)
            for free in sorted(alike)
            for there, count in sorted(alike[free].items(), reverse=True)
        ),
        waiting=tuple(waiting),
    )

"""Capacity: how many devices of each pool are granted, and how many can exist."""

from collections.abc import Iterable
from fractions import Fraction

import attrs

from tenancy.model.packing import Packing, pack
from tenancy.model.platform import GpuNodePool, Platform
from tenancy.model.values import Environment, Grant, Namespace

__all__ = [
    "PoolDemand",
    "allowed_devices",
    "is_overcommit_factor",
    "pool_demands",
    "pool_packing",
]

_LINES = 20
"""The longest table in a message, in lines; the largest grants first."""


@attrs.frozen(kw_only=True, slots=True)
class PoolDemand:
    """
    The grants of one resource of a pool, over all environments on its cluster.

    Attributes:
        grants: Each with its namespace, the largest first.
        per_node: Devices of a node; None if unknown.
        nodes: The most nodes there can be.
        allowed: The most devices that may be granted; None if that is not known.
    """

    pool: GpuNodePool
    resource: str
    grants: tuple[tuple[Namespace, Grant], ...]
    per_node: int | None
    nodes: int
    allowed: int | None

    @property
    def total(self) -> int:
        """The devices that are granted."""
        return sum(grant.gpus for _, grant in self.grants)

    @property
    def packing(self) -> Packing | None:
        """The nodes when every grant is used by its largest pods; None if that is unknown."""
        if self.per_node is None:
            return None
        return pool_packing(self.pool, self.resource, (grant for _, grant in self.grants))

    @property
    def table(self) -> tuple[str, ...]:
        """Each namespace with its grant, a line each, and the sum."""
        shown = self.grants[:_LINES]
        width = max((len(namespace.name) for namespace, _ in shown), default=0)
        figures = len(str(self.total))
        lines = [
            f"{n.name:<{width}}  {g.gpus:>{figures}}  {n.organization}, {n.environment}"
            for n, g in shown
        ]
        if rest := self.grants[_LINES:]:
            lines.append(f"{len(rest)} more namespaces: {sum(g.gpus for _, g in rest)}")
        of = "" if self.allowed is None else f" of {self.allowed}"
        return (*lines, f"{self.total}{of}")


def pool_demands(
    platform: Platform, environments: Iterable[Environment]
) -> tuple[PoolDemand, ...]:
    """Return the grants of *environments* in each pool of *platform*, by pool and resource."""
    by_resource: dict[tuple[str, str], list[tuple[Namespace, Grant]]] = {}
    for environment in environments:
        for namespace in environment.namespaces:
            for grant in namespace.grants:
                by_resource.setdefault((grant.pool, grant.resource), []).append(
                    (namespace, grant)
                )
    demands = []
    for pool in platform.pools:
        for resource, devices in pool.resources.items():
            grants = by_resource.get((pool.name, resource), [])
            is_known = pool.gpus_per_node is not None
            demands.append(
                PoolDemand(
                    pool=pool,
                    resource=resource,
                    grants=tuple(sorted(grants, key=lambda g: (-g[1].gpus, g[0].name))),
                    per_node=devices if is_known else None,
                    nodes=pool.max_nodes,
                    allowed=allowed_devices(pool, resource) if is_known else None,
                )
            )
    return tuple(demands)


def allowed_devices(pool: GpuNodePool, resource: str) -> int:
    """Return how many devices of *pool* may be granted: its capacity times the overcommit."""
    capacity = pool.max_nodes * pool.resources.get(resource, 0)
    if not is_overcommit_factor(pool.overcommit):
        return capacity
    # As text, because 1.1 as a float is a little more than 1.1.
    return int(capacity * Fraction(str(pool.overcommit)))


def pool_packing(pool: GpuNodePool, resource: str, grants: Iterable[Grant]) -> Packing | None:
    """
    Return the nodes of *pool* when each of *grants* is used by its largest pods.

    None if the devices of a node are not known, or if more is granted than there can be.
    """
    per_node, given = pool.resources.get(resource, 0), tuple(grants)
    if not per_node or sum(grant.gpus for grant in given) > per_node * pool.max_nodes:
        return None
    return pack(given, per_node=per_node, nodes=pool.max_nodes)


def is_overcommit_factor(overcommit: float) -> bool:
    """
    Return whether *overcommit* can be multiplied with a capacity.

    >>> is_overcommit_factor(1.5), is_overcommit_factor(0), is_overcommit_factor(float("inf"))
    (True, False, False)
    """
    return 0 < overcommit < float("inf")

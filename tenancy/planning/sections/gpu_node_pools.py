"""The devices of GPU node pools, and how many of them are granted, before and after."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.model import (
    GpuNodePool,
    Namespace,
    Packing,
    Platform,
    allowed_devices,
    pool_packing,
)
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, step
from tenancy.planning.previous import PoolBefore
from tenancy.planning.section import Section
from tenancy.planning.sections.gpu_grants import grants_of
from tenancy.planning.shapes import CLOSED

__all__ = ["GpuNodePools", "PoolChange"]


@attrs.frozen(kw_only=True, slots=True)
class PoolChange:
    """
    One pool's devices, and how many are granted over all environments on the platform.

    Attributes:
        resource: The extended resource that is counted.
        capacity_before: The devices of the pool at its maximum size.
        allowed: How many may be granted: the capacity times the overcommit factor.
        source: The source of the number of GPUs per node; None if the config states it.
        packing: The nodes when each grant is used by its largest pods; None if that is unknown.
    """

    pool: str
    model: str
    resource: str
    granted_before: int
    granted_after: int
    capacity_before: int
    capacity_after: int
    allowed: int
    source: str | None = None
    packing: Packing | None = None

    @property
    def left(self) -> int:
        """How many more may be granted; negative if too many are."""
        return self.allowed - self.granted_after


@with_config(CLOSED)
class NodeLayoutData(TypedDict):
    """Nodes with the same pods on them, and the devices of each pod."""

    nodes: int
    pods: list[int]
    free: int


@with_config(CLOSED)
class PoolData(TypedDict):
    """Grants against the devices of a pool."""

    pool: str
    model: str
    resource: str
    grantedBefore: int
    grantedAfter: int
    capacityBefore: int
    capacityAfter: int
    allowed: int
    gpusFrom: str | None
    layout: list[NodeLayoutData]
    waiting: list[int]


@attrs.frozen
class GpuNodePools(Section):
    """Every pool whose size or grants change."""

    name = "gpuNodePools"
    shape = list[PoolData]

    changes: Sequence[PoolChange]

    @classmethod
    def compute(cls, comparison: Comparison) -> "GpuNodePools":
        """Return the pools of the stack's platform that differ."""
        others = comparison.others_on_platform
        if comparison.environment is not None:
            before = (
                *comparison.namespaces_before,
                *comparison.others_on_platform_before,
            )
            after = (*comparison.namespaces_after, *others)
            return cls(tuple(_changes(before, after, comparison.platform, None)))
        pools = {} if comparison.before is None else comparison.before.pools
        were = comparison.others_on_platform_before
        return cls(tuple(_changes(were, others, comparison.platform, pools)))

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each pool and resource."""
        for pool in self.changes:
            text = (
                f"pool {pool.pool}: grants of {pool.resource}"
                f" {step(pool.granted_before, pool.granted_after)}"
                f" of {step(pool.capacity_before, pool.capacity_after)}"
            )
            text += f", {pool.left} left" if pool.left >= 0 else f", OVER LIMIT by {-pool.left}"
            if pool.packing is not None and pool.granted_after:
                text += f"; with the largest pods: {pool.packing}"
                waiting = ", ".join(map(str, pool.packing.waiting))
                text += f", and pods of {waiting} wait" if waiting else ""
            text += f"; GPUs per node from {pool.source}" if pool.source else ""
            yield self.fact(text, Importance.CHANGE if pool.left >= 0 else Importance.DANGER)

    def data(self) -> list[PoolData]:
        """Return the pools in order."""
        return [
            {
                "pool": pool.pool,
                "model": pool.model,
                "resource": pool.resource,
                "grantedBefore": pool.granted_before,
                "grantedAfter": pool.granted_after,
                "capacityBefore": pool.capacity_before,
                "capacityAfter": pool.capacity_after,
                "allowed": pool.allowed,
                "gpusFrom": pool.source,
                "layout": [
                    {"nodes": one.nodes, "pods": list(one.pods), "free": one.free}
                    for one in ([] if pool.packing is None else pool.packing.layouts)
                ],
                "waiting": [] if pool.packing is None else list(pool.packing.waiting),
            }
            for pool in self.changes
        ]


def _changes(
    before: Iterable[Namespace],
    after: Iterable[Namespace],
    platform: Platform,
    pools_before: Mapping[str, PoolBefore] | None,
) -> Iterator[PoolChange]:
    """
    Yield each pool that differs.

    Args:
        before: The namespaces of every environment on the platform, before.
        after: The same, afterwards.
        platform: The platform as the files describe it.
        pools_before: The pools before. None if they are the same.
    """
    there = tuple(after)
    was, now = _by_pool(before), _by_pool(there)
    for pool in platform.pools:
        old = None if pools_before is None else pools_before.get(pool.name)
        resources = (*pool.resources, *(old.resources if old is not None else ()))
        for resource in dict.fromkeys(resources):
            capacity = pool.resources.get(resource, 0) * pool.max_nodes
            unchanged = capacity if pools_before is None else 0
            change = PoolChange(
                pool=pool.name,
                model=pool.model,
                resource=resource,
                granted_before=was.get((pool.name, resource), 0),
                granted_after=now.get((pool.name, resource), 0),
                capacity_before=unchanged if old is None else old.capacity(resource),
                capacity_after=capacity,
                allowed=allowed_devices(pool, resource),
                source=pool.gpus_from,
                packing=_packing(pool, resource, there),
            )
            if (change.granted_before, change.capacity_before) != (
                change.granted_after,
                change.capacity_after,
            ):
                yield change


def _packing(
    pool: GpuNodePool, resource: str, namespaces: Iterable[Namespace]
) -> Packing | None:
    return pool_packing(
        pool,
        resource,
        (
            grant
            for namespace in namespaces
            for grant in namespace.grants
            if (grant.pool, grant.resource) == (pool.name, resource)
        ),
    )


def _by_pool(namespaces: Iterable[Namespace]) -> dict[tuple[str, str], int]:
    total: dict[tuple[str, str], int] = {}
    for (_, _, _, pool, resource), gpus in grants_of(namespaces).items():
        total[pool, resource] = total.get((pool, resource), 0) + gpus
    return total

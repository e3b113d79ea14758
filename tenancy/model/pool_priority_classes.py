"""
Which pool a GPU is of, where several pools have the same resource: a priority class says so.

A quota counts a resource and knows no nodes. Where a namespace is granted `nvidia.com/gpu` of
two pools, only the sum would hold; so its pods name the class of the pool that they select, and
a quota with that scope counts them apart. Without the class they would escape it, which the
guard of placement refuses; the unscoped sum stands beside it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from tenancy.model.platform import GpuNodePool
from tenancy.model.values import Grant

__all__ = ["PREFIX", "contested", "pool_class", "pools_sharing_a_resource"]

PREFIX: Final = "gpu-"
"""What the names of the pools' priority classes and quotas begin with."""


def pool_class(pool: str) -> str:
    """
    Return the name of the priority class of *pool*, and what its quota is called after.

    >>> pool_class("h100")
    'gpu-h100'
    """
    return PREFIX + pool


def contested(pools: Iterable[GpuNodePool]) -> Mapping[str, tuple[str, ...]]:
    """Return the resources that several of *pools* have, with the pools' names, sorted."""
    found: dict[str, set[str]] = {}
    for pool in pools:
        if not pool.is_requested:
            continue
        for resource in pool.resources or (pool.resource,):
            found.setdefault(resource, set()).add(pool.name)
    return {
        name: tuple(sorted(names)) for name, names in sorted(found.items()) if len(names) > 1
    }


def pools_sharing_a_resource(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Return those of *grants* whose resource another of them has too, by pool."""
    granted = [grant for grant in grants if grant.gpus and grant.is_requested]
    pools = {
        name: {g.pool for g in granted if g.resource == name}
        for name in {grant.resource for grant in granted}
    }
    return tuple(
        sorted(
            (grant for grant in granted if len(pools[grant.resource]) > 1),
            key=lambda grant: (grant.pool, grant.resource),
        )
    )

"""
Priority classes that tell which pool a GPU is of, if several pools have the same resource.

A quota counts a resource and knows no nodes. If a namespace is granted `nvidia.com/gpu` of
two pools, a quota could limit only the sum. So its pods name the priority class of the pool
that they select, and a quota with that scope counts each pool separately. The admission policy
of GPU placement refuses pods without the class; an unscoped quota limits the sum.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from tenancy.model.platform import GpuNodePool
from tenancy.model.values import Grant

__all__ = ["PREFIX", "contested", "pool_class", "pools_sharing_a_resource"]

PREFIX: Final = "gpu-"
"""Begins the names of the pools' priority classes and quotas."""


def pool_class(pool: str) -> str:
    """
    Return the name of the priority class of *pool*, which is also in its quota's name.

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
    granted = [grant for grant in grants if grant.limit and grant.is_requested]
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

"""
Priority classes that tell which pool a GPU is of, if several pools have the same resource.

A quota counts a resource and knows no nodes. If a namespace is granted `nvidia.com/gpu` of
two pools, a quota could limit only the sum. So its pods name a priority class of the pool
that they select, and a quota with that scope counts each pool separately. The admission policy
of GPU placement refuses pods without such a class; an unscoped quota limits the sum.

A pod has one priority class, so it cannot also name one of the platform. A pool may therefore
list classes of the platform: for each there is a class of the pool with the same value.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from tenancy.model.platform import GpuNodePool, Platform
from tenancy.model.values import Grant

__all__ = [
    "PREFIX",
    "classes_of_pools",
    "contested",
    "pool_class",
    "pool_classes",
    "pools_sharing_a_resource",
    "priorities_of_pools",
]

PREFIX: Final = "gpu-"
"""Begins the names of the pools' priority classes and quotas."""
_SEPARATOR: Final = "."
"""Separates pool and priority; a pool's name has no dot, so no two pairs have one name."""


def pool_class(pool: str, priority: str | None = None) -> str:
    """
    Return the name of the priority class of *pool*, which is also in its quota's name.

    Args:
        pool: Its name.
        priority: The priority class of the platform whose value the class has. Default: none;
            its value is 0.

    >>> pool_class("h100"), pool_class("h100", "urgent")
    ('gpu-h100', 'gpu-h100.urgent')
    """
    return PREFIX + pool + ("" if priority is None else _SEPARATOR + priority)


def pool_classes(
    grant: Grant, platform: Platform, granted: Collection[str] | None = None
) -> tuple[str, ...]:
    """
    Return the priority classes of the pool of *grant*, first the one of value 0.

    Args:
        grant: A grant of a pool whose resource another granted pool has.
        platform: The platform of its cluster.
        granted: The platform's classes that the namespace may use. Default: all.
    """
    pool = platform.pool(grant.pool)
    listed = () if pool is None else pool.priority_classes
    return (
        pool_class(grant.pool),
        *(
            pool_class(grant.pool, name)
            for name in listed
            if granted is None or name in granted
        ),
    )


def classes_of_pools(resolved: Platform) -> Mapping[str, tuple[str, str | None]]:
    """Return the pool and the priority of each class that *resolved* needs, by its name."""
    return {
        pool_class(pool.name, priority): (pool.name, priority)
        for pool in resolved.pools
        if pool.name in {name for names in contested(resolved.pools).values() for name in names}
        for priority in (None, *pool.priority_classes)
    }


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


def priorities_of_pools(
    grants: Iterable[Grant], platform: Platform, granted: Collection[str]
) -> tuple[str, ...]:
    """Return the classes that pods of *grants* may name, each once, by pool."""
    return tuple(
        dict.fromkeys(
            name
            for grant in pools_sharing_a_resource(grants)
            for name in pool_classes(grant, platform, granted)
        )
    )

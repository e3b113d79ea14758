"""GPU grants against the devices of the pools, before and after."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from tenancy.model import Namespace, Platform
from tenancy.planning.previous import PoolBefore

__all__ = ["GrantChange", "PoolChange", "grant_changes", "pool_changes"]


@attrs.frozen(kw_only=True, slots=True)
class GrantChange:
    """Devices of one pool that one namespace may use; 0 where it is granted none."""

    organization: str
    namespace: str
    pool: str
    resource: str
    before: int
    after: int


@attrs.frozen(kw_only=True, slots=True)
class PoolChange:
    """
    One pool's devices, and what of them is granted over every environment on the platform.

    Attributes:
        resource: The extended resource that is counted.
        capacity_before: What all of its nodes had, at the most.
        allowed: What may be granted: the capacity, and what overcommit adds to it.
        source: Who says how many GPUs a node has, in words; None where config does.
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

    @property
    def left(self) -> int:
        """What may still be granted; negative where too much is."""
        return self.allowed - self.granted_after


def grant_changes(
    before: Iterable[Namespace], after: Iterable[Namespace]
) -> Iterator[GrantChange]:
    """Yield each grant that differs, those of namespaces that come or go among them."""
    was, now = _grants(before), _grants(after)
    for key in dict.fromkeys((*was, *now)):
        if was.get(key, 0) != now.get(key, 0):
            organization, namespace, pool, resource = key
            yield GrantChange(
                organization=organization,
                namespace=namespace,
                pool=pool,
                resource=resource,
                before=was.get(key, 0),
                after=now.get(key, 0),
            )


def pool_changes(
    before: Iterable[Namespace],
    after: Iterable[Namespace],
    platform: Platform,
    pools_before: Mapping[str, PoolBefore] | None = None,
) -> Iterator[PoolChange]:
    """
    Yield each pool of which more or less is granted, or which is of another size.

    Args:
        before: The namespaces of every environment on the platform, before.
        after: The same, afterwards.
        platform: With its pools as they will be.
        pools_before: The pools before. Default: as they will be.
    """
    was, now = _by_pool(before), _by_pool(after)
    for pool in platform.pools:
        old = None if pools_before is None else pools_before.get(pool.name)
        resources = (*pool.resources, *(old.resources if old is not None else ()))
        for resource in dict.fromkeys(resources):
            capacity = pool.resources.get(resource, 0) * pool.max_nodes
            before_it = capacity if pools_before is None else 0
            change = PoolChange(
                pool=pool.name,
                model=pool.model,
                resource=resource,
                granted_before=was.get((pool.name, resource), 0),
                granted_after=now.get((pool.name, resource), 0),
                capacity_before=before_it if old is None else old.capacity(resource),
                capacity_after=capacity,
                allowed=int(capacity * pool.overcommit),
                source=pool.gpus_from,
            )
            if (change.granted_before, change.capacity_before) != (
                change.granted_after,
                change.capacity_after,
            ):
                yield change


def _grants(namespaces: Iterable[Namespace]) -> dict[tuple[str, str, str, str], int]:
    return {
        (namespace.organization, namespace.name, grant.pool, grant.resource): grant.gpus
        for namespace in namespaces
        for grant in namespace.grants
    }


def _by_pool(namespaces: Iterable[Namespace]) -> dict[tuple[str, str], int]:
    total: dict[tuple[str, str], int] = {}
    for (_, _, pool, resource), gpus in _grants(namespaces).items():
        total[pool, resource] = total.get((pool, resource), 0) + gpus
    return total

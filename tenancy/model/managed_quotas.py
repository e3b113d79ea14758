"""What Tenancy limits in each namespace beside the quotas that people write."""

from collections.abc import Iterable, Mapping
from typing import Final

from tenancy.kubernetes.resources import devices_key, requests_key
from tenancy.model.platform import Platform
from tenancy.model.pool_priority_classes import PREFIX
from tenancy.model.values import Grant

__all__ = [
    "CROSS_NAMESPACE_AFFINITY",
    "EPHEMERAL_STORAGE",
    "GPUS",
    "MANAGED_QUOTAS",
    "OBJECT_COUNTS",
    "POOL_QUOTA_PREFIX",
    "STORAGE_CLASSES",
    "device_limits",
    "grant_keys",
]

OBJECT_COUNTS: Final = "object-counts"
GPUS: Final = "gpus"
STORAGE_CLASSES: Final = "storage-classes"
EPHEMERAL_STORAGE: Final = "ephemeral-storage"
CROSS_NAMESPACE_AFFINITY: Final = "cross-namespace-affinity"

MANAGED_QUOTAS: Final = (
    OBJECT_COUNTS,
    GPUS,
    STORAGE_CLASSES,
    EPHEMERAL_STORAGE,
    CROSS_NAMESPACE_AFFINITY,
)
"""
Names of the quotas that Tenancy creates; people's own may not be called so.

A namespace does not have all of them: one without a key is not created. Beside them stands one
for each pool whose resource another granted pool has too.
"""

POOL_QUOTA_PREFIX: Final = PREFIX
"""Before a pool's name: the quota that counts its GPUs apart from those of other pools."""


def grant_keys(grant: Grant, platform: Platform) -> tuple[str, ...]:
    """
    Return the quota keys under which *grant* is counted.

    A device that a claim names counts under its device class alone, and one that a container
    requests under its resource alone. So where the pool has a class, there are two.
    """
    pool = platform.pool(grant.pool)
    requested = requests_key(grant.resource)
    if pool is None or pool.device_class is None:
        return (requested,)
    return (requested, devices_key(pool.device_class))


def device_limits(grants: Iterable[Grant], platform: Platform) -> Mapping[str, int]:
    """
    Return how many devices *grants* allow, by quota key: resources first, then device classes.

    Every resource and device class of *platform* is there, with 0 where nothing is granted.
    """
    limits = {requests_key(name): 0 for name in sorted(platform.gpu_resources)}
    limits.update({devices_key(name): 0 for name in sorted(platform.device_classes)})
    for grant in grants:
        for key in grant_keys(grant, platform):
            limits[key] = limits.get(key, 0) + grant.gpus
    return limits

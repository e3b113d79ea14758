"""The quotas that Tenancy adds to each namespace, besides those that people write."""

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
    "NODE_PORTS_PER_LOAD_BALANCER",
    "OBJECT_COUNTS",
    "POOL_QUOTA_PREFIX",
    "STORAGE_CLASSES",
    "device_limits",
    "grant_keys",
    "load_balancer_limits",
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
Names of the quotas that Tenancy creates; people may not use them.

A namespace does not have all of them: a quota without keys is not created. A namespace also has
one for each granted pool whose resource another granted pool has too.
"""

POOL_QUOTA_PREFIX: Final = PREFIX
"""Begins the name of the quota that counts one pool's GPUs; the pool's name follows."""


NODE_PORTS_PER_LOAD_BALANCER: Final = 10
"""
How many ports the granted load balancers of a namespace may have, on average.

The API server gives each port of a Service of type LoadBalancer a node port by default.
"""


def load_balancer_limits(granted: int | None) -> dict[str, int]:
    """Return the counts of *granted* load balancers and of their node ports; none without."""
    if not granted:
        return {}
    return {
        "services.loadbalancers": granted,
        "services.nodeports": granted * NODE_PORTS_PER_LOAD_BALANCER,
    }


def grant_keys(grant: Grant, platform: Platform) -> tuple[str, ...]:
    """
    Return the quota keys that limit *grant*; the first one counts every device of it.

    A claim counts under its device class. Where the class has an `extendedResourceName`, it
    also counts under `requests.<that name>`, less what its pod was charged there (Kubernetes
    1.36 and later). So under `both` the key of the resource counts pods and claims together.

    Source: k8s.io/kubernetes v1.36.3, pkg/quota/v1/evaluator/core/resource_claims.go.
    """
    pool = platform.pool(grant.pool)
    requested = requests_key(grant.resource)
    name = (
        None if pool is None or not pool.is_claimed else pool.device_classes.get(grant.resource)
    )
    if pool is None or name is None:
        return (requested,)
    claimed = devices_key(name)
    if not pool.is_requested:
        return (claimed,)
    return (requested, claimed)


def device_limits(grants: Iterable[Grant], platform: Platform) -> Mapping[str, int]:
    """
    Return how many devices *grants* allow, by quota key: resources first, then device classes.

    Devices that a namespace may borrow from its cohort of queues are among them.
    Every resource and device class of *platform* is there, with 0 where nothing is granted.
    The implicit resource of a class is not: the claim that the scheduler makes for it counts
    under the class, and an admission policy refuses the pod before that.
    """
    limits = {requests_key(name): 0 for name in sorted(platform.gpu_resources)}
    classes = sorted(platform.device_classes)
    limits.update({devices_key(name): 0 for name in classes})
    for grant in grants:
        for key in grant_keys(grant, platform):
            limits[key] = limits.get(key, 0) + grant.limit
    return limits

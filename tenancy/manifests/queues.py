"""
Queues of GPU jobs, as Kueue reads them.

Each namespace with GPU grants has a ClusterQueue, because its quota is of a namespace too: its
grants are the nominal quota, and with what it may borrow they are the hard quota of the
namespace. So a job that the queue admits is never refused by the quota. The ClusterQueues of an
organization are in its Cohort, and the Cohorts of all organizations in that of the platform.

Kueue admits no job that requests a resource without a queue's quota. So CPU, memory and the
other resources are there as the namespace's quota limits them, and are neither borrowed nor
lent.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from tenancy.kubernetes import labels
from tenancy.kubernetes.quantity import Quantity
from tenancy.manifests.manifest import Manifest, manifest
from tenancy.manifests.policies.placement import pool_taints
from tenancy.manifests.quotas import DEFAULT_OBJECT_COUNTS, EPHEMERAL_STORAGE
from tenancy.model import (
    LOCAL_QUEUE,
    Grant,
    Namespace,
    Organization,
    Platform,
    amounts,
    cluster_queue_name,
    organization_cohort,
    queued_grants,
)

__all__ = [
    "OTHER_RESOURCES",
    "QUEUES_API",
    "QUEUE_KINDS",
    "local_queue",
    "organization_queues",
    "platform_queues",
    "resource_groups",
]

QUEUES_API: Final = "kueue.x-k8s.io/v1beta2"
QUEUE_KINDS: Final = ("ResourceFlavor", "Cohort", "ClusterQueue", "LocalQueue")
"""The kinds that Tenancy writes of that group."""
OTHER_RESOURCES: Final = "tenancy-other-resources"
"""The ResourceFlavor of resources outside of GPU node pools: CPU, memory, pods."""

_UNLIMITED: Final[Mapping[str, str]] = {
    "cpu": "1M",
    "memory": "1Pi",
    "pods": str(DEFAULT_OBJECT_COUNTS["pods"]),
    "ephemeral-storage": EPHEMERAL_STORAGE["requests.ephemeral-storage"],
}
"""The nominal quota where people wrote none; large enough to hold no job back."""


def platform_queues(resolved: Platform) -> tuple[Manifest, ...]:
    """Return a ResourceFlavor for each queued pool, and the Cohort; none without queues."""
    if resolved.queues is None:
        return ()
    of_stack = {labels.STACK: resolved.stack}
    return (
        *(
            manifest(
                QUEUES_API,
                "ResourceFlavor",
                pool.name,
                extra_labels=of_stack,
                spec={
                    "nodeLabels": {labels.GPU_POOL: pool.name},
                    "tolerations": [
                        {
                            "key": taint.key,
                            "operator": "Equal",
                            "value": taint.value,
                            "effect": taint.effect,
                        }
                        for taint in pool_taints(pool)
                    ],
                },
            )
            for pool in sorted(resolved.pools, key=lambda pool: pool.name)
            if not pool.is_claimed
        ),
        manifest(QUEUES_API, "ResourceFlavor", OTHER_RESOURCES, extra_labels=of_stack, spec={}),
        manifest(QUEUES_API, "Cohort", resolved.queues.cohort, extra_labels=of_stack, spec={}),
    )


def organization_queues(resolved: Organization, platform: Platform) -> tuple[Manifest, ...]:
    """Return the Cohort of *resolved*, and the ClusterQueues of its queued namespaces."""
    queued = [n for n in resolved.namespaces if queued_grants(n, platform)]
    if platform.queues is None or not queued:
        return ()
    spec: dict[str, object] = {"parentName": platform.queues.cohort}
    if platform.queues.is_fair_sharing:
        spec["fairSharing"] = {"weight": str(resolved.queue_weight)}
    cohort = organization_cohort(resolved)
    return (
        manifest(
            QUEUES_API,
            "Cohort",
            cohort,
            extra_labels={labels.ORGANIZATION: resolved.name, labels.STACK: resolved.stack},
            spec=spec,
        ),
        *(_cluster_queue(namespace, platform, cohort) for namespace in queued),
    )


def local_queue(resolved: Namespace, platform: Platform) -> tuple[Manifest, ...]:
    """Return the LocalQueue that jobs of *resolved* name; none without queued grants."""
    if not queued_grants(resolved, platform):
        return ()
    spec = {"clusterQueue": cluster_queue_name(resolved), "stopPolicy": "None"}
    return (manifest(QUEUES_API, "LocalQueue", LOCAL_QUEUE, resolved.name, spec=spec),)


def _cluster_queue(namespace: Namespace, platform: Platform, cohort: str) -> Manifest:
    grants = queued_grants(namespace, platform)
    return manifest(
        QUEUES_API,
        "ClusterQueue",
        cluster_queue_name(namespace),
        extra_labels={
            labels.ORGANIZATION: namespace.organization,
            labels.STACK: namespace.stack,
        },
        # Kueue's defaults are written out, so that a change of one of them is drift.
        spec={
            "cohortName": cohort,
            "namespaceSelector": {
                "matchLabels": {
                    labels.ORGANIZATION: namespace.organization,
                    "kubernetes.io/metadata.name": namespace.name,
                }
            },
            "queueingStrategy": "BestEffortFIFO",
            "stopPolicy": "None",
            "flavorFungibility": {
                "whenCanBorrow": "MayStopSearch",
                "whenCanPreempt": "TryNextFlavor",
            },
            # What was lent comes back when its owner needs it.
            "preemption": {
                "reclaimWithinCohort": "Any",
                "borrowWithinCohort": {"policy": "Never"},
                "withinClusterQueue": "LowerPriority",
            },
            "resourceGroups": [
                *(_gpu_group(group) for group in resource_groups(grants)),
                _other_group(namespace, platform),
            ],
        },
    )


def resource_groups(grants: Iterable[Grant]) -> list[list[Grant]]:
    """Return *grants* so that each pool and each resource is in one group only, as in Kueue."""
    groups: list[list[Grant]] = []
    for grant in grants:
        joined = [grant]
        rest = []
        for group in groups:
            if any(g.pool == grant.pool or g.resource == grant.resource for g in group):
                joined = [*group, *joined]
            else:
                rest.append(group)
        groups = [*rest, joined]
    return groups


def _gpu_group(grants: list[Grant]) -> dict[str, object]:
    resources = sorted({grant.resource for grant in grants})
    by_place = {(grant.pool, grant.resource): grant for grant in grants}
    return {
        "coveredResources": resources,
        "flavors": [
            {
                "name": pool,
                "resources": [_quota(name, by_place.get((pool, name))) for name in resources],
            }
            for pool in sorted({grant.pool for grant in grants})
        ],
    }


def _quota(resource: str, grant: Grant | None) -> dict[str, object]:
    lending = None if grant is None else grant.lending_limit
    return {
        "name": resource,
        "nominalQuota": str(0 if grant is None else grant.gpus),
        # Without a limit, a queue borrows everything, and the quota would refuse the pods.
        "borrowingLimit": str(0 if grant is None else grant.borrowing_limit),
        **({} if lending is None else {"lendingLimit": str(lending)}),
    }


def _other_group(namespace: Namespace, platform: Platform) -> dict[str, object]:
    limits = amounts(lambda _: platform)(namespace)
    written = {
        name: str(found) for name in _UNLIMITED if (found := _limit(limits, name)) is not None
    }
    quotas = {**_UNLIMITED, **written, **_further(namespace, limits)}
    return {
        "coveredResources": list(quotas),
        "flavors": [
            {
                "name": OTHER_RESOURCES,
                "resources": [
                    {
                        "name": name,
                        "nominalQuota": amount,
                        "borrowingLimit": "0",
                        "lendingLimit": "0",
                    }
                    for name, amount in quotas.items()
                ],
            }
        ],
    }


def _further(namespace: Namespace, limits: Mapping[str, Quantity]) -> dict[str, str]:
    """Return the further resources that quotas of people give: huge pages, network devices."""
    granted = {grant.resource for grant in namespace.grants}
    return {
        name: str(limits[key])
        for key in sorted(limits)
        if (name := key.removeprefix("requests.")) not in granted
        and limits[key].nanos > 0
        and (name.startswith("hugepages-") or (key != name and "/" in name))
    }


def _limit(limits: Mapping[str, Quantity], name: str) -> Quantity | None:
    return limits.get(name) if name == "pods" else limits.get(f"requests.{name}")

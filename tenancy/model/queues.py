"""Queues of GPU jobs: which grants are queued, and the names of what Kueue keeps for them."""

from collections.abc import Iterable
from typing import Final

from tenancy.model.platform import Platform
from tenancy.model.values import Grant, Namespace, Organization

__all__ = [
    "LOCAL_QUEUE",
    "QUEUE_NAME_LABEL",
    "cluster_queue_name",
    "left_by_others",
    "organization_cohort",
    "queued_grants",
]

QUEUE_NAME_LABEL: Final = "kueue.x-k8s.io/queue-name"
"""Kueue's label by which a job names its queue."""
LOCAL_QUEUE: Final = "gpus"
"""The name of the LocalQueue of each namespace with queued grants; jobs name it in a label."""


def queued_grants(namespace: Namespace, platform: Platform) -> tuple[Grant, ...]:
    """
    Return the grants of *namespace* that pods use through its queue; none without queues.

    Devices that pods may claim are not queued: Kueue would not count the claims. During an
    audit nothing is queued, because a queue suspends jobs.
    """
    if platform.queues is None or namespace.enforcement.is_audit:
        return ()
    return tuple(
        grant
        for grant in namespace.grants
        if grant.limit
        and grant.is_requested
        and (pool := platform.pool(grant.pool)) is not None
        and not pool.is_claimed
    )


def organization_cohort(organization: Organization) -> str:
    """
    Return the name of the Cohort of *organization* in its environment.

    A dot separates the names, which cannot contain one, so no two organizations have one name.
    """
    parts = (organization.name, organization.environment)
    return ".".join(part for part in parts if part)


def cluster_queue_name(namespace: Namespace) -> str:
    """Return the name of the ClusterQueue of *namespace*, which is that of the namespace."""
    return namespace.name


def left_by_others(
    namespace: Namespace, grant: Grant, namespaces: Iterable[Namespace], platform: Platform
) -> int:
    """
    Return how many devices of the pool of *grant* other namespaces lend to *namespace*.

    Args:
        namespace: The borrower.
        grant: One of its queued grants.
        namespaces: All namespaces on the cluster, with the borrower.
        platform: The platform of these namespaces.
    """
    return sum(
        other.gpus if other.lending_limit is None else other.lending_limit
        for lender in namespaces
        if lender.name != namespace.name
        for other in queued_grants(lender, platform)
        if (other.pool, other.resource) == (grant.pool, grant.resource)
    )

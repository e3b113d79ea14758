"""What Kueue accepts of its objects: names, and how many entries their lists may have."""

from collections.abc import Iterable, Iterator
from typing import Final

from tenancy.diagnostics import Finding, Severity, counted
from tenancy.manifests import OTHER_RESOURCES, pool_taints, resource_groups
from tenancy.model import Organization, Platform, queued_grants

__all__ = ["flavors", "queues_of_organizations"]

_TOLERATIONS: Final = 8
_GROUPS: Final = 16
"""
The most entries of a list.

Source: the CRDs of ResourceFlavor and ClusterQueue in kueue.x-k8s.io/v1beta2 (Kueue 0.17).
"""


def flavors(platform: Platform) -> Iterator[Finding]:
    """Refuse pools whose ResourceFlavor Kueue refuses, or that has the name of another."""
    if platform.queues is None:
        return
    for pool in platform.pools:
        if pool.is_claimed:
            continue
        if pool.name == OTHER_RESOURCES:
            yield Finding(
                code="queue-flavor",
                origin=pool.origin / "name",
                found=f"the queued pool {pool.name}, which is the name of the ResourceFlavor of"
                " CPU and memory",
                allowed="another name, because each pool is a ResourceFlavor",
                remedy="rename the pool",
            )
        taints = len(pool_taints(pool))
        if taints > _TOLERATIONS:
            yield Finding(
                code="queue-flavor",
                origin=pool.origin / "taints",
                found=f"{counted(taints, 'taint')} of the queued pool {pool.name}, with the"
                " taint of the pool's own name",
                allowed=f"at most {_TOLERATIONS}, as many tolerations as a ResourceFlavor has",
                remedy="remove taints",
            )


def queues_of_organizations(
    organizations: Iterable[Organization], platform: Platform
) -> Iterator[Finding]:
    """Refuse more resources than a ClusterQueue has, and warn of weights without effect."""
    for organization in organizations:
        if organization.queue_weight != 1 and not (
            platform.queues is not None and platform.queues.is_fair_sharing
        ):
            yield Finding(
                code="queue-weight-unused",
                origin=organization.origin / "queueWeight",
                found=f"queueWeight {organization.queue_weight} of {organization.name}",
                allowed="a weight where the platform has queues with fairSharing",
                remedy="write fairSharing: true under queues of the platform, or remove"
                " queueWeight",
                severity=Severity.WARNING,
                organization=organization.name,
            )
        for namespace in organization.namespaces:
            count = len(resource_groups(queued_grants(namespace, platform))) + 1
            if count > _GROUPS:
                yield Finding(
                    code="queue-groups",
                    origin=namespace.origin / "gpus",
                    found=f"queued grants of {count - 1} resources in {namespace.name}",
                    allowed=f"at most {_GROUPS - 1} in one namespace: a ClusterQueue has"
                    f" {_GROUPS} groups of resources, one of them for CPU and memory",
                    remedy="grant some of them in another namespace",
                    organization=organization.name,
                )

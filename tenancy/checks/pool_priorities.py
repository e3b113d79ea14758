"""
Priorities of pods with GPUs, if several granted pools have the same resource.

Such a pod names a priority class of its pool, because no other scope of a quota selects a pool.
So it has the value of a class of the platform only if its pool lists that class.
"""

from collections.abc import Iterable, Iterator

from tenancy.diagnostics import Finding, Severity, joined, nearest, quoted
from tenancy.model import (
    Grant,
    Namespace,
    Organization,
    Platform,
    contested,
    pool_class,
    pool_classes,
    pools_sharing_a_resource,
)

__all__ = ["listed_priorities", "lost_priorities"]


def listed_priorities(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the priority classes that the pools of *platform* list."""
    shared = {name for names in contested(platform.pools).values() for name in names}
    for pool in platform.pools:
        place = pool.origin / "priorityClasses"
        for index, name in enumerate(pool.priority_classes):
            if name not in platform.priority_classes:
                guess = nearest(name, platform.priority_classes)
                known = ", ".join(sorted(platform.priority_classes))
                yield Finding(
                    code="class-unknown",
                    origin=place / index,
                    found=f"the priority class {quoted(name)} of the pool {pool.name}",
                    allowed=f"a class of the platform ({known or 'it has none'})",
                    remedy=f"did you mean {guess!r}?"
                    if guess
                    else "add it to priorityClasses of the platform first",
                )
        if pool.priority_classes and pool.name not in shared:
            yield Finding(
                code="pool-priority-unused",
                origin=place,
                found=f"priorityClasses of the pool {pool.name}, whose {pool.resource} no other"
                " pool has",
                allowed="priorityClasses of pools that share a resource; pods of other pools"
                " name the platform's classes themselves",
                remedy="remove them",
                severity=Severity.WARNING,
            )


def lost_priorities(
    organizations: Iterable[Organization], platform: Platform
) -> Iterator[Finding]:
    """Warn of priority classes of a namespace that its pods with GPUs cannot have."""
    for organization in organizations:
        for namespace in organization.namespaces:
            by_resource: dict[str, list[Grant]] = {}
            for grant in pools_sharing_a_resource(namespace.grants):
                by_resource.setdefault(grant.resource, []).append(grant)
            for resource, grants in sorted(by_resource.items()):
                yield from _lost(namespace, resource, grants, platform)


def _lost(
    namespace: Namespace, resource: str, grants: list[Grant], platform: Platform
) -> Iterator[Finding]:
    classes = {name for grant in grants for name in pool_classes(grant, platform)}
    missing: set[str] = set()
    pools: set[str] = set()
    granted = joined([grant.pool for grant in grants])
    # A name may itself be a class of a pool.
    for name in set(namespace.priority_classes) - classes:
        without = {g.pool for g in grants if pool_class(g.pool, name) not in classes}
        if without:
            missing.add(name)
            pools |= without
    if not missing:
        return
    yield Finding(
        code="gpu-priority-lost",
        origin=namespace.origin / "priorityClasses",
        found=f"the priority classes {joined(sorted(missing))} in {namespace.name}, which is"
        f" granted {resource} of the pools {granted}: a pod with"
        f" {resource} must name a class of its pool, such as {pool_class(grants[0].pool)} with"
        " the value 0, so that a quota counts each pool",
        allowed="priority classes that pods with GPUs can have",
        remedy=f"list the classes under priorityClasses of {joined(sorted(pools))}, or"
        " give each pool"
        " a resource of its own, or allocation dra with a deviceClass of its own",
        severity=Severity.WARNING,
        organization=namespace.organization,
    )

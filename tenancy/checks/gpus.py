"""GPUs: granted devices exist, fit a node, and are in a pool that the organization may use."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tenancy.diagnostics import Finding, Severity, counted, joined, nearest, reason_blank
from tenancy.model import (
    Environment,
    GpuNodePool,
    Grant,
    Namespace,
    Organization,
    Packing,
    Platform,
    PoolDemand,
    is_overcommit_factor,
    pool_demands,
)

__all__ = ["capacity", "grants", "not_compared", "overcommits", "owners"]


def capacity(platform: Platform, environments: Iterable[Environment]) -> Iterator[Finding]:
    """Refuse grants of more devices than *platform* can have, with a table of the grants."""
    for demand in pool_demands(platform, environments):
        pool = demand.pool
        if not demand.grants:
            continue
        if demand.allowed is None:
            yield Finding(
                code="gpu-capacity-unknown",
                origin=pool.origin,
                found=f"{counted(demand.total, 'device')} of {demand.resource} granted of the"
                f" pool {pool.name}, whose number of GPUs per node is unknown",
                allowed="a known number of GPUs for each node",
                remedy="write gpusPerNode",
                severity=Severity.NOT_CHECKED,
                details=demand.table,
            )
        elif demand.total > demand.allowed:
            over = demand.total - demand.allowed
            more = "" if pool.overcommit == 1 else f", overcommitted {pool.overcommit:g} times"
            yield Finding(
                code="gpu-overcommit",
                origin=pool.origin,
                found=f"grants of {demand.total} {demand.resource} of the pool {pool.name}",
                allowed=f"at most {demand.allowed}: {counted(demand.nodes, 'node')}"
                f" with {demand.per_node} each{more}",
                remedy=f"lower grants by {over}, raise nodes.max, or write overcommit with a"
                " reason",
                details=demand.table,
            )
        elif (filled := demand.packing) is not None and filled.waiting:
            yield _stranded(demand, filled)


def _stranded(demand: PoolDemand, filled: Packing) -> Finding:
    pool = demand.pool
    return Finding(
        code="gpu-stranded",
        origin=pool.origin,
        found=f"grants of {demand.resource} of the pool {pool.name} whose largest pods do not"
        f" fit on {counted(demand.nodes, 'node')} with {demand.per_node} each at the same"
        f" time: no node has room for {_pods(filled.waiting)}, while"
        f" {counted(filled.free, 'device')} are free",
        allowed="largest pods that fit together",
        remedy="write a maxPerPod that divides the devices of a node, or raise nodes.max",
        severity=Severity.WARNING,
        details=(*demand.table, f"nodes: {filled}"),
    )


def _pods(sizes: Sequence[int]) -> str:
    """Return how many pods of which size: `2 pods of 6`."""
    by_size = Counter(sizes)
    return joined([f"{counted(n, 'pod')} of {size}" for size, n in by_size.items()])


def owners(platform: Platform, organizations: Iterable[str]) -> Iterator[Finding]:
    """Warn of pools that are dedicated to a missing organization."""
    known = sorted(set(organizations))
    for pool in platform.pools:
        if pool.dedicated_to is None or pool.dedicated_to in known:
            continue
        guess = nearest(pool.dedicated_to, known)
        yield Finding(
            code="gpu-pool-owner-unknown",
            origin=pool.origin / "dedicatedTo",
            found=f"the pool {pool.name}, dedicated to {pool.dedicated_to!r}",
            allowed=f"an organization of the cluster ({', '.join(known) or 'it has none'})",
            remedy=f"did you mean {guess!r}?"
            if guess
            else "create the organization, or share the pool",
            severity=Severity.WARNING,
        )


def grants(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """Yield findings about the grants of *organizations*, one by one."""
    pools = {pool.name: pool for pool in platform.pools}
    for organization in organizations:
        for namespace in organization.namespaces:
            if namespace.inherits_grants and any(grant.gpus for grant in namespace.grants):
                yield _inherited(namespace)
            for grant in namespace.grants:
                if (pool := pools.get(grant.pool)) is not None:
                    yield from _grant(grant, pool, organization.name)


def _inherited(namespace: Namespace) -> Finding:
    granted = [f"{grant.gpus} of {grant.pool}" for grant in namespace.grants if grant.gpus]
    return Finding(
        code="gpu-grant-inherited",
        origin=namespace.origin,
        found=f"the namespace {namespace.name} inherits the GPU grants of"
        f" {namespace.lineage[0]}: {joined(granted)} are granted a second time",
        allowed="grants that each namespace states itself",
        remedy="write gpus in this namespace: [] for no grant, or the grants that it needs",
        severity=Severity.WARNING,
        organization=namespace.organization,
    )


def _grant(grant: Grant, pool: GpuNodePool, organization: str) -> Iterator[Finding]:
    if pool.dedicated_to not in (None, organization):
        yield Finding(
            code="gpu-pool-dedicated",
            origin=grant.origin / "pool",
            found=f"a grant of the pool {pool.name} to {organization}",
            allowed=f"grants to {pool.dedicated_to} only, to which the pool is dedicated",
            remedy="grant another pool, or share this one",
            organization=organization,
        )
    yield from _claims(grant, pool, organization)
    most = grant.max_per_pod
    if most is None:
        return
    node = pool.resources.get(grant.resource, 0)
    if pool.gpus_per_node is not None and most > node:
        yield Finding(
            code="gpu-max-per-pod",
            origin=grant.origin / "maxPerPod",
            found=f"maxPerPod {most} of {grant.resource}",
            allowed=f"at most {node}, which a node of the pool {pool.name} has",
            remedy=f"lower it to {node}, or remove it: a pod runs on one node",
            organization=organization,
        )
    borrows = grant.borrowing_limit > 0
    if grant.limit < most:
        yield Finding(
            code="gpu-grant-below-max-per-pod",
            origin=grant.origin / "maxPerPod",
            found=f"maxPerPod {most} under a grant of {grant.gpus}"
            + (f" and a borrowingLimit of {grant.borrowing_limit}" if borrows else ""),
            allowed="maxPerPod up to the namespace's grant"
            + (" and what it may borrow" if borrows else ""),
            remedy=f"lower maxPerPod to {grant.limit}, or raise gpus"
            if grant.limit
            else "remove maxPerPod, or raise gpus",
            organization=organization,
        )


def _claims(grant: Grant, pool: GpuNodePool, organization: str) -> Iterator[Finding]:
    largest = grant.max_per_claim
    if largest is None:
        return
    of_node = pool.resources.get(grant.resource, 0) if pool.gpus_per_node else grant.limit
    of_pod = min(grant.max_per_pod or of_node, grant.limit)
    if pool.is_claimed and largest <= of_pod:
        return
    yield Finding(
        code="gpu-max-per-claim",
        origin=grant.origin / "maxPerClaim",
        found=f"maxPerClaim {largest} of the pool {pool.name}"
        + ("" if pool.is_claimed else f", whose allocation is {pool.allocation}"),
        allowed=f"at most {of_pod}, which one pod may have"
        if pool.is_claimed
        else "maxPerClaim for pools whose devices are claimed",
        remedy=f"lower it to {of_pod}, or remove it" if pool.is_claimed else "remove it",
        organization=organization,
    )


def overcommits(platform: Platform) -> Iterator[Finding]:
    """Refuse to grant more than exists without a reason."""
    for pool in platform.pools:
        yield from reason_blank(pool.overcommit_reason, pool.origin / "overcommitReason")
        if not is_overcommit_factor(pool.overcommit):
            yield Finding(
                code="gpu-overcommit-factor",
                origin=pool.origin / "overcommit",
                found=f"overcommit {pool.overcommit:g} of the pool {pool.name}",
                allowed="a number above 0; 1 grants exactly what exists",
                remedy="write 1, or more with a reason",
            )
        elif pool.overcommit > 1 and pool.overcommit_reason is None:
            yield Finding(
                code="gpu-overcommit-reason",
                origin=pool.origin / "overcommit",
                found=f"overcommit {pool.overcommit:g} of the pool {pool.name} without a "
                "reason",
                allowed="more than 1 with an overcommitReason",
                remedy="write why more is granted than exists",
            )


def not_compared(organization: Organization, resources: Sequence[str]) -> Iterator[Finding]:
    """Report that the grants of other organizations are unknown here."""
    granted = {g.resource for n in organization.namespaces for g in n.grants}
    named = [resource for resource in resources if resource in granted]
    if named:
        yield Finding(
            code="gpu-capacity-not-checked",
            origin=organization.origin,
            found=f"grants of {joined(named)} to {organization.name}; the grants to other "
            "organizations are unknown here",
            allowed="a sum over all organizations of the cluster",
            remedy="run `tenancy check` in the project that has all organizations",
            severity=Severity.NOT_CHECKED,
            organization=organization.name,
        )

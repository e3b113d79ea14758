"""
What the files say, per organization, without any cluster.

Pure: what was, what is live and what therefore changes is the business of other modules here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from tenancy.config.document import JSON
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.origin import Origin
from tenancy.model import (
    Cluster,
    Environment,
    GpuNodePool,
    Namespace,
    Organization,
    Platform,
    Tenancy,
)
from tenancy.model.pod_fit import Fit, fit
from tenancy.model.totals import Amounts, Part, Sum, amounts, sums

__all__ = [
    "VERSION",
    "Granted",
    "Holder",
    "NamespacePlan",
    "OfflinePlan",
    "OrganizationPlan",
    "PoolPlan",
    "data",
    "offline",
]

VERSION = 1
"""Of the JSON; raised whenever a key changes its meaning."""


@attrs.frozen(kw_only=True, slots=True)
class NamespacePlan:
    """One namespace, and how many pods that state nothing fit into it."""

    namespace: Namespace
    cluster: str
    fit: Fit


@attrs.frozen(kw_only=True, slots=True)
class Holder:
    """Somebody who holds a role, and in which namespaces, in their order."""

    role: str
    subject: str
    namespaces: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=True)
class Granted:
    """Devices of one pool that a namespace may use."""

    namespace: str
    pool: str
    resource: str
    devices: int


@attrs.frozen(kw_only=True, slots=True)
class OrganizationPlan:
    """
    One organization.

    Attributes:
        organization: It, in the first of its environments.
        namespaces: Those of the stacks that were asked for.
        sums: One for each quota key, over all environments; those under the ceiling first.
        holders: Who holds which role, by role and name.
        granted: GPUs, by namespace.
        most_namespaces: How many it may have over all environments.
    """

    organization: Organization
    namespaces: tuple[NamespacePlan, ...]
    sums: tuple[Sum, ...]
    holders: tuple[Holder, ...]
    granted: tuple[Granted, ...]
    most_namespaces: int


@attrs.frozen(kw_only=True, slots=True)
class PoolPlan:
    """
    One GPU node pool and what is granted of it.

    Attributes:
        platform: The stack of its platform.
        granted: By extended resource, in devices, over every environment on that platform.
    """

    pool: GpuNodePool
    platform: str
    granted: Mapping[str, int]

    def capacity(self, resource: str) -> int:
        """Return the devices of *resource* that all of its nodes have, at the most."""
        return self.pool.resources.get(resource, 0) * self.pool.max_nodes


@attrs.frozen(kw_only=True, slots=True)
class OfflinePlan:
    """
    What the files say.

    Attributes:
        stacks: The stacks that were asked for, platforms first.
        organizations: By name, in the order of the environments.
        findings: What was found, and what could not be looked at without a cluster.
    """

    stacks: tuple[str, ...]
    organizations: tuple[OrganizationPlan, ...]
    pools: tuple[PoolPlan, ...]
    findings: tuple[Finding, ...]


def offline(
    tenancy: Tenancy, findings: Iterable[Finding], *, stack: str | None = None
) -> OfflinePlan:
    """
    Return what *tenancy* means for people.

    Args:
        findings: What the checks found.
        stack: The one that matters: other stacks' namespaces count in sums only. Default: all.
    """
    ordered = tenancy.environments_in_order
    environments = [e for e in ordered if stack in (None, e.stack)]
    platforms = {
        name: platform
        for name, platform in tenancy.platforms.items()
        if stack in (None, name) or name in {e.platform for e in environments}
    }
    names = dict.fromkeys(o.name for e in environments for o in e.organizations)
    counted = amounts(tenancy.platform_of)
    return OfflinePlan(
        stacks=(
            *(name for name, p in platforms.items() if p.is_written and stack in (None, name)),
            *(e.stack for e in environments),
        ),
        organizations=tuple(
            _organization(name, ordered, environments, tenancy, counted) for name in names
        ),
        pools=tuple(
            PoolPlan(pool=pool, platform=name, granted=_granted_of(pool.name, name, tenancy))
            for name, platform in platforms.items()
            for pool in platform.pools
        ),
        findings=(*findings, *_not_asked(environments, platforms, stack)),
    )


def _organization(
    name: str,
    ordered: Sequence[Environment],
    asked: Sequence[Environment],
    tenancy: Tenancy,
    counted: Amounts,
) -> OrganizationPlan:
    everywhere = [o for e in ordered for o in e.organizations if o.name == name]
    shown = [(e, o) for e in ordered if e in asked for o in e.organizations if o.name == name]
    namespaces = [(e, n) for e, o in shown for n in o.namespaces]
    return OrganizationPlan(
        organization=shown[0][1],
        namespaces=tuple(
            NamespacePlan(
                namespace=namespace,
                cluster=environment.cluster.name,
                fit=fit(namespace.quotas, namespace.limit_range),
            )
            for environment, namespace in namespaces
        ),
        sums=tuple(_sums(everywhere, counted)),
        holders=tuple(_holders(n for _, n in namespaces)),
        granted=tuple(
            Granted(
                namespace=namespace.name,
                pool=grant.pool,
                resource=grant.resource,
                devices=grant.gpus,
            )
            for _, namespace in namespaces
            for grant in namespace.grants
        ),
        most_namespaces=tenancy.platform_of(shown[0][0]).max_namespaces,
    )


def _sums(organizations: Sequence[Organization], counted: Amounts) -> Iterator[Sum]:
    """Yield the sums under the ceiling, then what is limited somewhere and has no ceiling."""
    under = sums(organizations, counted)
    yield from under
    known = {total.key for total in under}
    parts = [(n.name, counted(n)) for o in organizations for n in o.namespaces]
    others = dict.fromkeys(key for _, amount in parts for key in amount if key not in known)
    for key in others:
        if any(amount.get(key) for _, amount in parts):
            yield Sum(
                key=key,
                parts=tuple(Part(name, amount.get(key)) for name, amount in parts),
                ceiling=None,
            )


def _holders(namespaces: Iterable[Namespace]) -> Iterator[Holder]:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for namespace in namespaces:
        for binding in namespace.bindings:
            for subject in binding.subjects:
                found.setdefault((binding.role, str(subject)), {})[namespace.name] = None
    for (role, holder), names in sorted(found.items()):
        yield Holder(role=role, subject=holder, namespaces=tuple(names))


def _granted_of(pool: str, platform: str, tenancy: Tenancy) -> Mapping[str, int]:
    total: dict[str, int] = {}
    for environment, namespace in tenancy.namespaces:
        for grant in namespace.grants:
            if environment.platform == platform and grant.pool == pool:
                total[grant.resource] = total.get(grant.resource, 0) + grant.gpus
    return total


def _not_asked(
    environments: Sequence[Environment], platforms: Mapping[str, Platform], stack: str | None
) -> Iterator[Finding]:
    """Yield one finding for each cluster that nobody asked."""
    clusters = [(e.stack, e.cluster) for e in environments]
    clusters += [
        (name, platform.cluster)
        for name, platform in platforms.items()
        if platform.is_written and platform.cluster is not None and stack in (None, name)
    ]
    first: dict[str, tuple[str, Cluster]] = {}
    for name, cluster in clusters:
        first.setdefault(cluster.name, (name, cluster))
    for name, cluster in first.values():
        yield Finding(
            code="cluster-not-asked",
            origin=cluster.origin or Origin(f"Pulumi.{name}.yaml"),
            found=f"the cluster {cluster.name} was not asked what it holds: what is used now,"
            " names that exist already, changes made by hand",
            allowed="limits above what is used, and names that are free or ours",
            remedy=f"run `tenancy preview --stack {name}` where the cluster can be reached",
            severity=Severity.NOT_CHECKED,
        )


def data(plan: OfflinePlan) -> dict[str, JSON]:
    """Return *plan* as plain data; what was found is left to the report."""
    return {
        "version": VERSION,
        "kind": "offline-plan",
        "stacks": list(plan.stacks),
        "organizations": {o.organization.name: _data(o) for o in plan.organizations},
        "gpuNodePools": [
            {
                "platform": p.platform,
                "name": p.pool.name,
                "model": p.pool.model,
                "nodes": {"min": p.pool.min_nodes, "max": p.pool.max_nodes},
                "gpusFrom": p.pool.gpus_from,
                "resources": {
                    resource: {
                        "perNode": per_node,
                        "capacity": p.capacity(resource),
                        "granted": p.granted.get(resource, 0),
                    }
                    for resource, per_node in p.pool.resources.items()
                },
            }
            for p in plan.pools
        ],
    }


def _data(plan: OrganizationPlan) -> dict[str, JSON]:
    organization = plan.organization
    return {
        "prefix": organization.prefix,
        "displayName": organization.display_name,
        "owner": organization.owner,
        "writtenNamespaces": organization.written_namespaces,
        "mostNamespaces": plan.most_namespaces,
        "defaultNamespace": organization.default_namespace,
        "namespaces": {n.namespace.name: _namespace(n) for n in plan.namespaces},
        "quotas": {
            total.key: {
                "namespaces": {
                    part.namespace: None if part.amount is None else str(part.amount)
                    for part in total.parts
                },
                "sum": None if total.total is None else str(total.total),
                "ceiling": None if total.ceiling is None else str(total.ceiling),
            }
            for total in plan.sums
        },
        "access": [
            {"role": h.role, "subject": h.subject, "namespaces": list(h.namespaces)}
            for h in plan.holders
        ],
        "gpus": [
            {
                "namespace": g.namespace,
                "pool": g.pool,
                "resource": g.resource,
                "devices": g.devices,
            }
            for g in plan.granted
        ],
    }


def _namespace(plan: NamespacePlan) -> dict[str, JSON]:
    namespace = plan.namespace
    return {
        "id": namespace.id,
        "stack": namespace.stack,
        "environment": namespace.environment,
        "cluster": plan.cluster,
        "workload": namespace.workload,
        "inheritsFrom": list(namespace.lineage),
        "podSecurity": namespace.pod_security.enforce,
        "mayBeDeleted": not namespace.protect,
        "quotas": {
            quota.name: {key: str(limit) for key, limit in quota.hard.items()}
            for quota in namespace.quotas
        },
        "defaultPods": {"fit": plan.fit.count, "by": list(plan.fit.by)},
    }

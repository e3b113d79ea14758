"""A summary of the files for each organization, without a cluster."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from tenancy.diagnostics import Finding
from tenancy.model import (
    Amounts,
    Environment,
    Fit,
    GpuNodePool,
    Namespace,
    Organization,
    Platform,
    Sum,
    Tenancy,
    amounts,
    fit,
    sums,
)

__all__ = [
    "GrantSummary",
    "NamespaceSummary",
    "OrganizationSummary",
    "PoolSummary",
    "RoleMember",
    "Summary",
    "summarize",
]


@attrs.frozen(kw_only=True, slots=True)
class NamespaceSummary:
    """One namespace, and how many pods with default requests and limits fit into it."""

    namespace: Namespace
    cluster: str
    fit: Fit


@attrs.frozen(kw_only=True, slots=True)
class RoleMember:
    """A subject that has a role, and in which namespaces, in the environments' order."""

    role: str
    subject: str
    namespaces: tuple[Namespace, ...]


@attrs.frozen(kw_only=True, slots=True)
class GrantSummary:
    """Devices of one pool that a namespace may use."""

    namespace: Namespace
    pool: str
    resource: str
    devices: int


@attrs.frozen(kw_only=True, slots=True)
class OrganizationSummary:
    """
    One organization.

    Attributes:
        organization: The organization in the first of its environments.
        namespaces: The namespaces of the selected stacks.
        sums: One for each quota key, over all environments; those under the ceiling first.
        members: The subjects with each role, by role and subject.
        grants: GPUs, by namespace.
        most_namespaces: The limit on its namespaces over all environments.
    """

    organization: Organization
    namespaces: tuple[NamespaceSummary, ...]
    sums: tuple[Sum, ...]
    members: tuple[RoleMember, ...]
    grants: tuple[GrantSummary, ...]
    most_namespaces: int


@attrs.frozen(kw_only=True, slots=True)
class PoolSummary:
    """
    One GPU node pool and the devices that are granted.

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
class Summary:
    """
    A summary of the files.

    Attributes:
        stacks: The selected stacks, platforms first.
        organizations: By name, in the order of the environments.
        findings: The findings of the checks.
        not_read: The names of the clusters, none of which was read.
        clusters: The name of each environment's cluster, by stack.
    """

    stacks: tuple[str, ...]
    organizations: tuple[OrganizationSummary, ...]
    pools: tuple[PoolSummary, ...]
    findings: tuple[Finding, ...]
    clusters: Mapping[str, str]
    not_read: tuple[str, ...]


def summarize(
    tenancy: Tenancy, findings: Iterable[Finding], *, stack: str | None = None
) -> Summary:
    """
    Return a summary of *tenancy*.

    Args:
        findings: The findings of the checks.
        stack: Other stacks' namespaces count only in totals. Default: all stacks.
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
    return Summary(
        stacks=(
            *(name for name, p in platforms.items() if p.is_written and stack in (None, name)),
            *(e.stack for e in environments),
        ),
        organizations=tuple(
            _organization(name, ordered, environments, tenancy, counted) for name in names
        ),
        pools=tuple(
            PoolSummary(pool=pool, platform=name, granted=_granted_of(pool.name, name, tenancy))
            for name, platform in platforms.items()
            for pool in platform.pools
        ),
        findings=tuple(findings),
        clusters={e.stack: e.cluster.name for e in ordered},
        not_read=tuple(_clusters(environments, platforms, stack)),
    )


def _organization(
    name: str,
    ordered: Sequence[Environment],
    selected: Sequence[Environment],
    tenancy: Tenancy,
    counted: Amounts,
) -> OrganizationSummary:
    everywhere = [o for e in ordered for o in e.organizations if o.name == name]
    shown = [
        (e, o) for e in ordered if e in selected for o in e.organizations if o.name == name
    ]
    namespaces = [(e, n) for e, o in shown for n in o.namespaces]
    return OrganizationSummary(
        organization=shown[0][1],
        namespaces=tuple(
            NamespaceSummary(
                namespace=namespace,
                cluster=environment.cluster.name,
                fit=fit(namespace.quotas, namespace.limit_ranges),
            )
            for environment, namespace in namespaces
        ),
        sums=tuple(_sums(everywhere, counted)),
        members=tuple(_role_members(n for _, n in namespaces)),
        grants=tuple(
            GrantSummary(
                namespace=namespace,
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
    """Yield the sums with a ceiling, then keys that have a limit but no ceiling."""
    under = sums(organizations, counted)
    yield from under
    known = {total.key for total in under}
    amounts_of_all = [counted(n) for o in organizations for n in o.namespaces]
    others = dict.fromkeys(key for some in amounts_of_all for key in some if key not in known)
    for key in others:
        if any(some.get(key) for some in amounts_of_all):
            yield Sum.of(key, organizations, counted)


def _role_members(namespaces: Iterable[Namespace]) -> Iterator[RoleMember]:
    members: dict[tuple[str, str], list[Namespace]] = {}
    for namespace in namespaces:
        for binding in namespace.bindings:
            for subject in dict.fromkeys(map(str, binding.subjects)):
                members.setdefault((binding.role, subject), []).append(namespace)
    for (role, subject), some in sorted(members.items(), key=lambda item: item[0]):
        yield RoleMember(role=role, subject=subject, namespaces=tuple(some))


def _granted_of(pool: str, platform: str, tenancy: Tenancy) -> Mapping[str, int]:
    total: dict[str, int] = {}
    for environment, namespace in tenancy.namespaces:
        for grant in namespace.grants:
            if environment.platform == platform and grant.pool == pool:
                total[grant.resource] = total.get(grant.resource, 0) + grant.gpus
    return total


def _clusters(
    environments: Sequence[Environment], platforms: Mapping[str, Platform], stack: str | None
) -> Iterable[str]:
    """Return the name of each cluster, once."""
    clusters = [environment.cluster.name for environment in environments]
    clusters += [
        platform.cluster.name
        for name, platform in platforms.items()
        if platform.is_written and platform.cluster is not None and stack in (None, name)
    ]
    return dict.fromkeys(clusters)

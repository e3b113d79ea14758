"""
Checks: the rules for a whole project, all in one run.

Every check is a pure function that yields findings; no check raises, prints, or stops at the
first finding. Checks use resolved values; `tenancy.model` reports what cannot be resolved.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from tenancy.checks import (
    access,
    allocation,
    allowed_keys,
    bounded_amounts,
    bounded_exceptions,
    bounds,
    ceilings,
    classes,
    deletion,
    enforcement,
    environment_names,
    environment_order,
    escalation,
    gang_jobs,
    gpus,
    grants_without_effect,
    hosts,
    kueue_limits,
    limit_ranges,
    names,
    namespace_objects,
    network,
    network_rules,
    platform,
    platform_network,
    pod_fit,
    pod_security,
    pool_priorities,
    pools,
    queues,
    quotas,
    resource_names,
    unique,
    upgrade,
    written_bounds,
)
from tenancy.checks.adoption import left_as_it_is, only_adopted, without_adopted
from tenancy.checks.deletion import deletable_of_platform, exact_names, listed_limits
from tenancy.checks.hosts import covers_host
from tenancy.checks.view import Resolution, stack_view
from tenancy.config import stack_of
from tenancy.diagnostics import Finding, Origin, Severity
from tenancy.kubernetes.releases import Release
from tenancy.model import (
    Environment,
    EnvironmentOrderException,
    Fit,
    Organization,
    Platform,
    Sum,
    Tenancy,
    fit,
    totals,
)

__all__ = [
    "Fit",
    "Resolution",
    "Sum",
    "check",
    "check_organization",
    "check_platform",
    "covers_host",
    "deletable_of_platform",
    "exact_names",
    "fit",
    "listed_limits",
    "organization_sums",
    "stack_view",
    "upgrade_findings",
]


def check(
    tenancy: Tenancy, *, stack: str | None = None, environments: Collection[str] = ()
) -> tuple[Finding, ...]:
    """
    Return every finding about *tenancy*, each once, in a fixed order.

    Args:
        tenancy: The whole project, for ceilings, the environment order and unique names.
        stack: Only findings that concern this stack: its environment, the organizations that it
            holds over all of their environments, and its cluster. Default: everything.
        environments: Environments of stacks that are not in *tenancy*, because their files
            have errors; organizations may name them. Default: there are none.
    """
    scope = _Scope.of(tenancy, stack, frozenset(environments))
    return tuple(dict.fromkeys(scope.findings()))


def check_organization(
    organization: Organization, platform_of_it: Platform
) -> tuple[Finding, ...]:
    """
    Return the findings about one *organization* that a program passed to a component.

    Checks that need the other environments or organizations are reported as not checked.

    Args:
        organization: It is in the environment of the program. Without an environment,
            every namespace is included, and the ceiling can be checked.
        platform_of_it: The platform of its cluster.
    """
    return tuple(dict.fromkeys(_alone(organization, platform_of_it)))


def check_platform(platform_of_it: Platform) -> tuple[Finding, ...]:
    """
    Return the findings about a platform that a program passed to a component.

    Its cluster is not checked, because the program passes a provider.
    """
    found = unique.unique_names(platform_of_it.stack, (), (platform_of_it,))
    own = written_bounds.written_bounds(platform_of_it, ())
    return tuple(dict.fromkeys((*_platform_alone(platform_of_it), *own, *found)))


def upgrade_findings(
    tenancy: Tenancy, stack: str | None, target: Release, current: Release | None = None
) -> tuple[Finding, ...]:
    """
    Return what an upgrade of Kubernetes to *target* changes for guardrails.

    Args:
        tenancy: The whole project.
        stack: A platform or an environment on it. None for all platforms.
        target: The release after the upgrade.
        current: The release of the cluster. Default: unknown.
    """
    environment = tenancy.environments.get(stack or "")
    if environment is not None:
        platforms = [tenancy.platform_of(environment)]
    else:
        platforms = [p for name, p in tenancy.platforms.items() if stack in (None, name)]
    return tuple(f for found in platforms for f in upgrade.upgrade(found, target, current))


def organization_sums(tenancy: Tenancy, organization: str) -> tuple[Sum, ...]:
    """
    Return the sums of *organization* over all of its environments, for the plan.

    One for each key of its ceiling; none without a ceiling.
    """
    everywhere = tenancy.in_order(tenancy.across(organization))
    return totals.sums(everywhere, totals.amounts(tenancy.platform_of)) if everywhere else ()


def _organizations_here(
    organizations: Sequence[Organization], ground: Platform
) -> Iterator[Finding]:
    """Check the organizations of an environment one by one."""
    yield from _amounts(tuple(without_adopted(organizations)), ground)
    yield from left_as_it_is(_amounts(tuple(only_adopted(organizations)), ground))
    yield from enforcement.enforcements(organizations, ground)
    yield from allowed_keys.allowed_keys(organizations, ground)
    yield from access.members(organizations, ground)
    yield from network.networks(organizations, ground)
    yield from network_rules.rules(organizations, ground)
    yield from grants_without_effect.grants_without_effect(organizations, ground)
    yield from classes.classes(organizations, ground)
    yield from gpus.grants(organizations, ground)
    yield from pool_priorities.lost_priorities(organizations, ground)
    yield from queues.limits(organizations, ground)
    yield from kueue_limits.queues_of_organizations(organizations, ground)
    yield from namespace_objects.carried(organizations)
    yield from namespace_objects.image_pull_secrets(organizations, ground)
    yield from pod_security.pod_security(organizations, ground)
    yield from bounds.bounded(organizations, ground, totals.amounts(lambda _: ground))


def _amounts(organizations: Sequence[Organization], ground: Platform) -> Iterator[Finding]:
    """Check quotas and limit ranges by themselves and together."""
    yield from quotas.quotas(organizations, ground)
    yield from limit_ranges.limit_ranges(organizations)
    yield from pod_fit.fits(organizations)


def _platform_alone(ground: Platform) -> Iterator[Finding]:
    """Check a platform itself, without its environments."""
    yield from platform.platform_itself(ground)
    yield from allowed_keys.listed_domains(ground)
    yield from platform_network.platform_network(ground)
    yield from access.platform_subjects(ground)
    yield from escalation.escalations(ground)
    yield from gang_jobs.gang_jobs(ground)
    yield from classes.class_names(ground)
    yield from pools.pools(ground)
    yield from allocation.allocation(ground)
    yield from pool_priorities.listed_priorities(ground)
    yield from gpus.overcommits(ground)
    yield from queues.platform_queues(ground)
    yield from kueue_limits.flavors(ground)
    yield from namespace_objects.templates(ground)
    yield from pod_security.exceptions(ground)
    yield from enforcement.shared_enforcements(ground)


def _alone(organization: Organization, ground: Platform) -> Iterator[Finding]:
    one = (organization,)
    yield from names.organization_names(one, ground)
    yield from names.namespace_count(one, ground.max_namespaces, is_whole=False)
    yield from _organizations_here(one, ground)
    yield from ceilings.ceiling(one, totals.amounts(lambda _: ground))
    if organization.environment:
        yield from ceilings.part_of_ceiling(
            organization, "its other environments are unknown here"
        )
    yield from bounded_amounts.bounded_gpus(ground, one)
    yield from gpus.not_compared(organization, ground.gpu_resources)
    yield Finding(
        code="names-not-checked",
        origin=organization.origin,
        found=f"the names of {organization.name}; those of other organizations on the cluster"
        " are unknown here",
        allowed="unique names on a cluster, and no environment larger than the next",
        remedy="run `tenancy check` in the project that contains all organizations",
        severity=Severity.NOT_CHECKED,
        organization=organization.name,
    )


@attrs.frozen(kw_only=True, eq=False)
class _Scope:
    """
    The scope of a check.

    Attributes:
        environments: The environments that are checked by themselves.
        platforms: The platforms that are checked by themselves.
        by_name: The organizations that are checked over all of their environments.
        clusters: The clusters that are checked, each with all of its environments.
        amounts: What a namespace counts; shared by all checks, because it caches.
        other_environments: See `check`.
        is_whole: Whether every stack is checked.
    """

    tenancy: Tenancy
    environments: tuple[Environment, ...]
    platforms: tuple[Platform, ...]
    by_name: Mapping[str, tuple[Organization, ...]]
    clusters: Mapping[str, tuple[Environment, ...]]
    amounts: totals.Amounts
    other_environments: frozenset[str]
    is_whole: bool

    @classmethod
    def of(
        cls, tenancy: Tenancy, stack: str | None, other_environments: frozenset[str]
    ) -> "_Scope":
        environments = tuple(
            found for name, found in tenancy.environments.items() if stack in (None, name)
        )
        own = {environment.platform for environment in environments}
        platforms = tuple(
            found
            for name, found in tenancy.platforms.items()
            if stack in (None, name) or name in own
        )
        wanted = {o.name for environment in environments for o in environment.organizations}
        by_name: dict[str, list[Organization]] = {}
        for organization in tenancy.organizations:
            if organization.name in wanted:
                by_name.setdefault(organization.name, []).append(organization)
        named = {environment.cluster.name for environment in environments}
        named |= {found.cluster.name for found in platforms if found.cluster is not None}
        clusters: dict[str, list[Environment]] = {}
        for environment in tenancy.environments.values():
            if environment.cluster.name in named:
                clusters.setdefault(environment.cluster.name, []).append(environment)
        return cls(
            tenancy=tenancy,
            environments=environments,
            platforms=platforms,
            by_name={name: tuple(found) for name, found in by_name.items()},
            clusters={name: tuple(found) for name, found in clusters.items()},
            amounts=totals.amounts(tenancy.platform_of),
            other_environments=other_environments,
            is_whole=stack is None,
        )

    def findings(self) -> Iterator[Finding]:
        if self.is_whole:
            yield from map(_unread, self.tenancy.unread)
        for found in self.platforms:
            yield from self._platform(found)
        for environment in self.environments:
            yield from self._environment(environment)
        yield from names.prefixes(self.by_name)
        everywhere = tuple(self.tenancy.environments.values())
        misspelt = tuple(environment_names.misspelt_environments(everywhere, self.environments))
        yield from misspelt
        # Organizations name the stack in place of its environment: this is one mistake.
        meant = {stack_of(finding.origin.file) or "" for finding in misspelt}
        known = self._known_environments() | meant
        for organizations in self.by_name.values():
            yield from self._organization(organizations, known)
        for cluster, environments in self.clusters.items():
            yield from self._cluster(cluster, environments)

    def _platform(self, found: Platform) -> Iterator[Finding]:
        yield from platform.platform_cluster(found)
        yield from _platform_alone(found)
        yield from deletion.deletable_of_platform(found)
        there = self.tenancy.environments_on(found)
        names_there = [o.name for e in there for o in e.organizations]
        yield from gpus.owners(found, names_there)
        yield from written_bounds.written_bounds(found, names_there)
        here = (o for e in there for o in e.organizations if o.name in self.by_name)
        yield from bounded_amounts.bounded_gpus(found, here)
        yield from gpus.capacity(found, there)
        yield from queues.borrowing(found, there)
        yield from namespace_objects.unused(found, there)

    def _environment(self, environment: Environment) -> Iterator[Finding]:
        ground = self.tenancy.platform_of(environment)
        written = [name for name, one in self.tenancy.platforms.items() if one.is_written]
        yield from platform.environment_on(environment, ground, written, self.tenancy.unread)
        yield from names.environment_names(environment)
        yield from names.name_template(environment)
        yield from names.organization_names(
            environment.organizations, ground, environment.name_template
        )
        yield from _organizations_here(environment.organizations, ground)
        yield from resource_names.resource_names(environment, ground)
        yield from environment_order.unused_exceptions(environment)
        yield from deletion.deletable(environment)
        yield from deletion.listed_limits(environment, ground)
        yield from bounded_exceptions.exceptions(environment, ground)

    def _organization(
        self, organizations: Sequence[Organization], known: frozenset[str]
    ) -> Iterator[Finding]:
        ordered = self.tenancy.in_order(organizations)
        grounds = [self.tenancy.platform_of(found) for found in organizations]
        most = min(ground.max_namespaces for ground in grounds)
        yield from names.namespace_count(ordered, most)
        for found in organizations:
            yield from environment_names.known_environments(found, known, self.tenancy.unread)
        yield from ceilings.ceiling(ordered, self.amounts)
        yield from environment_order.larger_than_next(
            ordered,
            grounds[0].environment_order,
            self._exceptions(organizations),
            self.amounts,
            self.tenancy.platform_of,
        )

    def _cluster(self, cluster: str, environments: Sequence[Environment]) -> Iterator[Finding]:
        yield from platform.one_platform(cluster, environments)
        grounds = dict.fromkeys(environment.platform for environment in environments)
        here = [self.tenancy.platforms[name] for name in grounds]
        yield from unique.unique_names(cluster, environments, here)
        yield from network_rules.agreements(environments)
        yield from hosts.hosts(cluster, environments)

    def _known_environments(self) -> frozenset[str]:
        stacks = (environment.name for environment in self.tenancy.environments.values())
        return self.other_environments.union(stacks)

    def _exceptions(
        self, organizations: Sequence[Organization]
    ) -> Mapping[str, Sequence[EnvironmentOrderException]]:
        found: dict[str, list[EnvironmentOrderException]] = {}
        for organization in organizations:
            written = self.tenancy.environment_of(organization).environment_order_exceptions
            found.setdefault(organization.environment, []).extend(written)
        return found


def _unread(source: str) -> Finding:
    return Finding(
        code="file-not-read",
        origin=Origin(source),
        found=f"errors in {source}",
        allowed="files without errors: ceilings, the environment order, unique names and GPU"
        " pools are not checked against this file",
        remedy=f"correct {source}; its own findings are listed too",
        severity=Severity.NOT_CHECKED,
    )

"""The plan: what an update of one stack means, from what was, what is written, and what is."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from tenancy.config.document import JSON
from tenancy.diagnostics.finding import Finding, errors
from tenancy.diagnostics.origin import Origin
from tenancy.kubernetes.resources import requests_key
from tenancy.model import Environment, Namespace, Organization, Platform, Tenancy
from tenancy.model.live import Live
from tenancy.model.totals import Amounts, amounts
from tenancy.planning import snapshot
from tenancy.planning.previous import Before, restore
from tenancy.planning.sections.access import AccessChange, access_changes, operator_changes
from tenancy.planning.sections.capacity import (
    GrantChange,
    PoolChange,
    grant_changes,
    pool_changes,
)
from tenancy.planning.sections.environment_order import EnvironmentOrder, environment_orders
from tenancy.planning.sections.hazards import Hazard, hazards, losses, platform_hazards
from tenancy.planning.sections.incomplete_update import unfinished
from tenancy.planning.sections.inherited import Heir, heirs
from tenancy.planning.sections.name_conflicts import Wanted, clashes, taken
from tenancy.planning.sections.network import Reach, reaches
from tenancy.planning.sections.quota import (
    QuotaChange,
    SumChange,
    below_usage,
    changes,
    sum_changes,
)
from tenancy.planning.sections.settings import (
    SettingChange,
    platform_setting_changes,
    setting_changes,
)
from tenancy.planning.unchecked import network_left_out, not_asked, not_finished, not_read

__all__ = ["NewNamespace", "Plan", "going", "plan", "unknown_names"]


@attrs.frozen(kw_only=True, slots=True)
class NewNamespace:
    """
    A namespace that is to be made.

    Attributes:
        organization: Whose it is; None for a public or a shared one.
        quota: What it may use, by quota key, as far as people wrote it.
    """

    name: str
    organization: str | None
    environment: str
    quota: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Plan:
    """
    What an update of one stack would mean for people.

    Attributes:
        cluster: The name of its cluster in config.
        is_first: Whether no update is recorded, so that everything is new.
        is_checked_live: Whether the cluster was asked; without it, what needs it is said to be
            not checked among the findings.
        hazards: Namespaces that would be deleted.
        sums: Over all environments, the other stacks as their files have them.
        unfinished: Where the cluster is not as the last update set out to make it, in words.
        findings: What refuses the update beside the checks, warnings, and what was not
            checked.
    """

    stack: str
    cluster: str
    is_first: bool
    is_checked_live: bool
    organizations: tuple[str, ...] = ()
    new_organizations: tuple[str, ...] = ()
    gone_organizations: tuple[str, ...] = ()
    new: tuple[NewNamespace, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    quotas: tuple[QuotaChange, ...] = ()
    sums: tuple[SumChange, ...] = ()
    access: tuple[AccessChange, ...] = ()
    grants: tuple[GrantChange, ...] = ()
    pools: tuple[PoolChange, ...] = ()
    environment_orders: tuple[EnvironmentOrder, ...] = ()
    network: tuple[Reach, ...] = ()
    settings: tuple[SettingChange, ...] = ()
    heirs: tuple[Heir, ...] = ()
    unfinished: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes for anybody; resources may, all the same."""
        return not (
            self.new
            or self.hazards
            or self.quotas
            or self.access
            or self.grants
            or self.pools
            or self.network
            or self.settings
            or self.new_organizations
            or self.gone_organizations
            or self.unfinished
        )

    @property
    def is_refused(self) -> bool:
        """Whether anything in it refuses the update."""
        return bool(errors(self.findings))


def plan(
    before: Mapping[str, JSON],
    tenancy: Tenancy,
    stack: str,
    live: Live | None,
    *,
    made: Collection[str] = (),
    why_not: str = "nobody asked it",
) -> Plan:
    """
    Return what an update of *stack* would mean.

    Args:
        before: The snapshot in the stack's outputs; empty where there was no update.
        tenancy: The whole project, for sums, the environment order and the pools.
        stack: An environment's or a platform's.
        live: What the cluster says is there. None where it could not be asked.
        made: Further names of namespaces that are in the stack's state.
        why_not: Why the cluster was not asked.

    Raises:
        TenancyError: *before* cannot be read.
    """
    was = restore(before)
    environment = tenancy.environments.get(stack)
    if environment is None:
        found = _of_platform(was, tenancy, tenancy.platforms[stack], live)
        cluster, origin = tenancy.platforms[stack].cluster, tenancy.platforms[stack].origin
    else:
        found = _of_environment(was, tenancy, environment, live)
        cluster, origin = environment.cluster, environment.origin
    known = {*made, *_known(was)}
    findings = list(found.findings)
    if live is None:
        findings.append(not_asked(cluster, origin, stack, why_not))
    else:
        findings += not_read(live, origin)
        findings += taken(tuple(_wanted(tenancy, stack)), stack, known, live)
    if found.unfinished:
        findings.append(not_finished(found.unfinished, origin))
    return attrs.evolve(
        found,
        cluster=cluster.name if cluster else "",
        findings=tuple(findings),
    )


def going(before: Mapping[str, JSON], tenancy: Tenancy, stack: str) -> bool:
    """
    Return whether a namespace would be deleted, so that what it holds has to be counted.

    Raises:
        TenancyError: *before* cannot be read.
    """
    was = restore(before)
    kept = {name for name, _, _ in _wanted(tenancy, stack)}
    return not kept.issuperset(_known(was))


def unknown_names(
    before: Mapping[str, JSON], tenancy: Tenancy, stack: str, live: Live | None
) -> tuple[str, ...]:
    """
    Return the namespaces that exist and that neither record nor labels say are ours.

    They may be in the stack's state all the same, once somebody imported them.

    Raises:
        TenancyError: *before* cannot be read.
    """
    if live is None:
        return ()
    wanted = tuple(_wanted(tenancy, stack))
    known = frozenset(_known(restore(before)))
    return tuple(one[0] for one, _ in clashes(wanted, stack, known, live))


def _of_environment(
    was: Before | None, tenancy: Tenancy, environment: Environment, live: Live | None
) -> Plan:
    ground = tenancy.platform_of(environment)
    stack = environment.stack
    counted = _amounts(tenancy, was, ground)
    now = tuple(environment.namespaces)
    then = () if was is None else tuple(was.namespaces)
    others = tuple(n for _, n in tenancy.namespaces if n.stack != stack)
    organizations = {o.name: o for o in environment.organizations}
    gone = {o.name: o for o in (() if was is None else was.organizations)}
    names = tuple(dict.fromkeys((*organizations, *gone)))
    lost = () if was is None else hazards(was, environment, live)
    sums = [
        change
        for name in names
        for change in sum_changes(
            *_sides(name, gone.get(name), organizations.get(name), tenancy, stack), counted
        )
    ]
    reach = reaches(
        (*then, *(n for n in others if _is_near(n, tenancy, environment))),
        (*now, *(n for n in others if _is_near(n, tenancy, environment))),
        ground,
    )
    findings: list[Finding] = [*losses(lost, environment.origin)]
    if live is not None:
        findings += below_usage(environment, ground, live)
    if reach.left_out is not None:
        findings.append(network_left_out(reach.left_out, environment.origin))
    record_before = {} if was is None else was.settings
    record_after = {n.name: snapshot.namespace(n) for n in now}
    known = {n.name for n in then}
    on_platform = tuple(n for n in others if tenancy.platform_of(n) is ground)
    return Plan(
        stack=stack,
        cluster=environment.cluster.name,
        is_first=was is None,
        is_checked_live=live is not None,
        organizations=names,
        new_organizations=tuple(name for name in organizations if name not in gone),
        gone_organizations=tuple(name for name in gone if name not in organizations),
        new=tuple(_new(n, environment.name) for n in now if n.name not in known),
        hazards=lost,
        quotas=tuple(changes(then, now, counted, live)),
        sums=tuple(sums),
        access=access_changes(then, now, ground),
        grants=tuple(grant_changes(then, now)),
        pools=tuple(pool_changes((*then, *on_platform), (*now, *on_platform), ground)),
        environment_orders=tuple(
            _environment_orders(gone, organizations, tenancy, environment, counted, sums=sums)
        ),
        network=reach.changes,
        settings=tuple(
            change
            for organization in environment.organizations
            for change in setting_changes(
                organization.name,
                record_before,
                {n.name: record_after[n.name] for n in organization.namespaces},
            )
        ),
        heirs=tuple(
            heirs(
                record_before,
                record_after,
                now,
                (n for n in others if n.environment == environment.name),
            )
        ),
        unfinished=() if was is None or live is None else tuple(unfinished(was, live)),
        findings=tuple(findings),
    )


def _of_platform(
    was: Before | None, tenancy: Tenancy, platform: Platform, live: Live | None
) -> Plan:
    lost = () if was is None else platform_hazards(was, platform, live)
    known = () if was is None else was.shared
    on_it = tuple(n for e in tenancy.environments_on(platform) for n in e.namespaces)
    rules = None if was is None else was.rules
    return Plan(
        stack=platform.stack,
        cluster="",
        is_first=was is None,
        is_checked_live=live is not None,
        new=tuple(
            NewNamespace(name=own.name, organization=None, environment="")
            for own in platform.own_namespaces
            if own.name not in known
        ),
        hazards=lost,
        access=()
        if was is None
        else (
            *operator_changes(was, platform),
            *access_changes(on_it, on_it, platform, rules),
        ),
        pools=tuple(pool_changes(on_it, on_it, platform, {} if was is None else was.pools)),
        settings=()
        if was is None
        else tuple(
            platform_setting_changes(
                was.platform_settings, snapshot.platform_settings(platform)
            )
        ),
        unfinished=() if was is None or live is None else tuple(unfinished(was, live)),
        findings=tuple(losses(lost, _beside(platform))),
    )


def _sides(
    name: str,
    old: Organization | None,
    new: Organization | None,
    tenancy: Tenancy,
    stack: str,
) -> tuple[Sequence[Organization], Sequence[Organization]]:
    """Return an organization in all environments before and after, smallest first."""
    elsewhere = [o for o in tenancy.across(name) if o.stack != stack]

    return (
        tenancy.in_order(o for o in (old, *elsewhere) if o is not None),
        tenancy.in_order(o for o in (new, *elsewhere) if o is not None),
    )


def _environment_orders(
    gone: Mapping[str, Organization],
    held: Mapping[str, Organization],
    tenancy: Tenancy,
    environment: Environment,
    counted: Amounts,
    *,
    sums: Iterable[SumChange],
) -> Iterator[EnvironmentOrder]:
    order = tenancy.platform_of(environment).environment_order
    keys: dict[str, list[str]] = {}
    for change in sums:
        keys.setdefault(change.organization, []).append(change.key)
    exceptions = [
        e for found in tenancy.environments.values() for e in found.environment_order_exceptions
    ]
    for name, old in gone.items():
        before, after = _sides(name, old, held.get(name), tenancy, environment.stack)
        if after and name in keys:
            yield from environment_orders(
                before, after, order, counted, keys=keys[name], exceptions=exceptions
            )


def _amounts(tenancy: Tenancy, was: Before | None, ground: Platform) -> Amounts:
    platforms = {e.stack: tenancy.platform_of(e) for e in tenancy.environments.values()}
    return amounts(lambda namespace: platforms.get(namespace.stack, ground))


def _is_near(namespace: Namespace, tenancy: Tenancy, environment: Environment) -> bool:
    """Whether it is on the same cluster."""
    return tenancy.environment_of(namespace).cluster.name == environment.cluster.name


def _new(namespace: Namespace, environment: str) -> NewNamespace:
    written: dict[str, str] = {}
    for quota in namespace.quotas:
        if not quota.is_scoped:
            written.update({key: str(limit) for key, limit in quota.hard.items()})
    for grant in namespace.grants:
        written[requests_key(grant.resource)] = str(grant.gpus)
    return NewNamespace(
        name=namespace.name,
        organization=namespace.organization,
        environment=environment,
        quota=written,
    )


def _known(was: Before | None) -> Iterator[str]:
    if was is not None:
        yield from was.shared
        yield from (namespace.name for namespace in was.namespaces)


def _wanted(tenancy: Tenancy, stack: str) -> Iterator[Wanted]:
    environment = tenancy.environments.get(stack)
    if environment is not None:
        for namespace in environment.namespaces:
            yield namespace.name, namespace.origin, namespace.organization
        return
    for own in tenancy.platforms[stack].own_namespaces:
        yield own.name, own.origin, None


def _beside(platform: Platform) -> Origin:
    """Return where the platform's stack begins; its own origin is the key `platform`."""
    return Origin(platform.origin.source, platform.origin.path[:-1])

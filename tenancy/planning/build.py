"""The plan of one stack: what an update would change."""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

import attrs

from tenancy.cluster import not_read
from tenancy.config.document import JSON
from tenancy.diagnostics import Finding, errors_in
from tenancy.model import Live, PodSecurity, Tenancy
from tenancy.planning.comparison import Comparison
from tenancy.planning.deleted_namespaces import DeletedNamespaces, missing_names
from tenancy.planning.enforced_namespaces import watched
from tenancy.planning.facts import Fact
from tenancy.planning.leaving import Leaver
from tenancy.planning.name_conflicts import Wanted, existing_names, name_conflicts
from tenancy.planning.previous import Before, restore
from tenancy.planning.section import Section
from tenancy.planning.sections import SECTIONS
from tenancy.planning.unchecked import not_asked

__all__ = [
    "Plan",
    "concerned_names",
    "missing_namespaces",
    "plan",
    "removes_members",
    "removes_namespaces",
    "unknown_names",
    "wanted_names",
    "watched_levels",
]

S = TypeVar("S", bound=Section)


@attrs.frozen(kw_only=True)
class Plan:
    """
    What an update of one stack would change for people.

    Attributes:
        cluster: The name of its cluster in config.
        environment: The name of its environment; None for a platform's stack.
        is_first: Whether no update is recorded, so that everything is new.
        is_checked_live: Whether the cluster was read; otherwise the findings list what was not
            checked.
        organizations: The organizations of this stack, before or after.
        sections: One of each kind, in the order in which they are shown.
        findings: The plan's own findings, besides those of the checks.
    """

    stack: str
    cluster: str
    environment: str | None
    is_first: bool
    is_checked_live: bool
    organizations: tuple[str, ...]
    new_organizations: tuple[str, ...]
    removed_organizations: tuple[str, ...]
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes for people; resources may still change."""
        organizations = self.new_organizations or self.removed_organizations
        return not organizations and not any(section.changes for section in self.sections)

    @property
    def is_refused(self) -> bool:
        """Whether a finding of the plan refuses the update."""
        return bool(errors_in(self.findings))

    @property
    def facts(self) -> Iterator[Fact]:
        """Every fact, section by section."""
        for section in self.sections:
            yield from section.facts()

    def section(self, kind: type[S]) -> S:
        """Return the section of *kind*."""
        return next(section for section in self.sections if isinstance(section, kind))


def plan(
    before: Mapping[str, JSON],
    tenancy: Tenancy,
    stack: str,
    live: Live | None,
    *,
    in_state: Collection[str] = (),
    earlier: Tenancy | None = None,
    why_not: str = "this plan does not use the cluster",
    manager: str | None = None,
    only: frozenset[str] = frozenset(),
    refreshes: bool | None = False,
) -> Plan:
    """
    Return what an update of *stack* would change.

    Args:
        before: The snapshot in the stack's outputs; empty if there was no update.
        tenancy: The whole project, for totals, the environment order and the pools.
        stack: An environment's or a platform's.
        live: What is on the cluster. None if it could not be read.
        in_state: Names of namespaces in the stack's state that the snapshot may lack.
        earlier: The whole project as it was. Default: other stacks were as they are.
        why_not: Why the cluster was not read.
        manager: The field manager of the stack. Default: not compared with that of existing
            namespaces.
        only: The only namespaces whose pods and connections are judged. Default: all.
        refreshes: Whether the engine first reads the cluster into the state; None if that is
            not known. Default: it does not.

    Raises:
        TenancyError: *before* cannot be read.
    """
    record = restore(before)
    wanted, recorded = tuple(_wanted(tenancy, stack)), frozenset(_recorded_names(record))
    deleted = DeletedNamespaces.of(
        wanted,
        stack,
        live,
        recorded=recorded,
        in_state=in_state,
        refreshes=refreshes,
        only=only,
    )
    comparison = Comparison(
        stack=stack,
        tenancy=tenancy,
        before=record,
        live=live,
        earlier=earlier,
        only=only,
        deleted=deleted.names,
    )
    sections = tuple(kind.compute(comparison) for kind in SECTIONS)
    environment, cluster = comparison.environment, comparison.cluster
    origin = comparison.platform.origin if environment is None else environment.origin
    findings = [finding for section in sections for finding in section.findings()]
    if live is None:
        findings.append(not_asked(cluster, origin, stack, why_not))
    else:
        findings += not_read(live, origin)
        findings += deleted.findings()
        findings += name_conflicts(wanted, stack, {*in_state, *recorded}, live, manager)
    old, new = comparison.organizations_before, comparison.organizations_after
    return Plan(
        stack=stack,
        cluster=cluster.name if cluster else "",
        environment=None if environment is None else environment.name,
        is_first=record is None,
        is_checked_live=live is not None,
        organizations=comparison.organizations,
        new_organizations=tuple(name for name in new if name not in old),
        removed_organizations=tuple(name for name in old if name not in new),
        sections=sections,
        findings=tuple(findings),
    )


def removes_namespaces(before: Mapping[str, JSON], tenancy: Tenancy, stack: str) -> bool:
    """
    Return whether a namespace would be deleted; then its contents are counted.

    Raises:
        TenancyError: *before* cannot be read.
    """
    return not wanted_names(tenancy, stack).issuperset(_recorded_names(restore(before)))


def removes_members(before: Mapping[str, JSON], tenancy: Tenancy, stack: str) -> frozenset[str]:
    """
    Return the namespaces in which a member loses a role; their tokens are read.

    Raises:
        TenancyError: *before* cannot be read.
    """
    return frozenset(leaver.namespace for leaver in lost_roles(before, tenancy, stack))


def lost_roles(before: Mapping[str, JSON], tenancy: Tenancy, stack: str) -> tuple[Leaver, ...]:
    """
    Return which member loses a role in which namespace.

    Raises:
        TenancyError: *before* cannot be read.
    """
    return Comparison(stack=stack, tenancy=tenancy, before=restore(before), live=None).leavers


def watched_levels(
    before: Mapping[str, JSON],
    tenancy: Tenancy,
    stack: str,
    live: Live,
    only: frozenset[str] = frozenset(),
) -> Mapping[str, PodSecurity]:
    """
    Return the Pod Security level to come of each namespace whose running pods are judged.

    They exist, and are in audit or begin to be enforced.

    Args:
        only: The only namespaces that may be judged. Default: all.

    Raises:
        TenancyError: *before* cannot be read.
    """
    comparison = Comparison(
        stack=stack, tenancy=tenancy, before=restore(before), live=live, only=only
    )
    return {one.namespace.name: one.namespace.pod_security for one in watched(comparison, live)}


def unknown_names(
    before: Mapping[str, JSON], tenancy: Tenancy, stack: str, live: Live | None
) -> tuple[str, ...]:
    """
    Return the existing namespaces that neither the record nor labels assign to this stack.

    They may still be in the stack's state, if they were imported.

    Raises:
        TenancyError: *before* cannot be read.
    """
    if live is None:
        return ()
    wanted = tuple(_wanted(tenancy, stack))
    recorded = frozenset(_recorded_names(restore(before)))
    return tuple(one[0] for one, _ in existing_names(wanted, stack, recorded, live))


def missing_namespaces(
    before: Mapping[str, JSON],
    tenancy: Tenancy,
    stack: str,
    live: Live | None,
    only: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """
    Return the namespaces that the record and the files have, and the cluster does not.

    Whether they were created and then deleted by others is in the stack's state.

    Raises:
        TenancyError: *before* cannot be read.
    """
    recorded = frozenset(_recorded_names(restore(before)))
    return missing_names(_wanted(tenancy, stack), recorded, live, only)


def wanted_names(tenancy: Tenancy, stack: str) -> frozenset[str]:
    """Return the names of the namespaces that *stack* is to have."""
    return frozenset(name for name, _, _ in _wanted(tenancy, stack))


def concerned_names(before: Mapping[str, JSON], tenancy: Tenancy, stack: str) -> frozenset[str]:
    """
    Return the names of the namespaces that *stack* is to have or had at its last update.

    Raises:
        TenancyError: *before* cannot be read.
    """
    return wanted_names(tenancy, stack).union(_recorded_names(restore(before)))


def _recorded_names(record: Before | None) -> Iterator[str]:
    if record is not None:
        yield from record.shared
        yield from (namespace.name for namespace in record.namespaces)


def _wanted(tenancy: Tenancy, stack: str) -> Iterator[Wanted]:
    environment = tenancy.environments.get(stack)
    if environment is not None:
        for namespace in environment.namespaces:
            yield namespace.name, namespace.origin, namespace.organization
        return
    for own in tenancy.platforms[stack].own_namespaces:
        yield own.name, own.origin, None

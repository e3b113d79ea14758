"""
The plan of an update: the files, the last update's record, and what is on the cluster.

The Pulumi program and `tenancy plan` call `read_cluster` and `plan_for`, so that both report
and refuse the same.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol

import attrs

from tenancy.assessment import Assessment
from tenancy.checks import upgrade_findings
from tenancy.cluster import (
    ClusterError,
    Connection,
    connect,
    ground,
    read_stack,
    require_same,
    server_release,
    with_held_namespaces,
    with_limit_ranges,
    with_waiting_jobs,
    with_waiting_pods,
    with_workloads,
)
from tenancy.config.document import Document
from tenancy.diagnostics import Exit, Finding, errors_in, refusals
from tenancy.kubernetes import field_manager
from tenancy.kubernetes.releases import Release
from tenancy.manifests import default_counts
from tenancy.model import Cluster, Live, PodSecurity, Tenancy, queued_grants
from tenancy.planning.build import (
    Plan,
    concerned_names,
    missing_namespaces,
    plan,
    removes_members,
    removes_namespaces,
    unknown_names,
    wanted_names,
    watched_levels,
)
from tenancy.planning.plan_json import PlanData, plan_data
from tenancy.planning.previous_update import PreviousUpdate
from tenancy.planning.refused_changes import kinds_to_read

__all__ = ["ClusterReading", "StackPlan", "plan_for", "planned", "read_cluster", "reading"]


@attrs.frozen(kw_only=True)
class ClusterReading:
    """
    What is on the cluster of a stack.

    Attributes:
        connection: To the cluster; None if it did not answer.
        live: The objects on it; None if it did not answer.
        why_not: Why it did not answer; empty if it did.
        needs_state: Whether the plan depends on which namespaces are in the stack's state,
            because some of the new namespaces exist already, or some of the former ones do not
            exist.
    """

    connection: Connection | None
    live: Live | None
    why_not: str = ""
    needs_state: bool = False


@attrs.frozen(kw_only=True)
class StackPlan:
    """
    The plan of an update of one stack.

    Attributes:
        plan: What changes.
        findings: The findings of the checks, of the plan, and of the cluster's prerequisites.
        documents: Every file that was read, for line numbers.
        is_strict: Whether what was not checked refuses too. Default: only errors do.
    """

    plan: Plan
    findings: tuple[Finding, ...]
    documents: Mapping[str, Document]
    is_strict: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether any finding refuses the update."""
        return bool(refusals(self.findings, strict=self.is_strict))

    @property
    def exit(self) -> Exit:
        """Refused, or whether anything changes for anyone."""
        if self.is_refused:
            return Exit.REFUSED
        return Exit.DONE if self.plan.is_empty else Exit.CHANGES

    def data(self) -> PlanData:
        """Return the plan and its findings as plain data."""
        return plan_data(self.plan, self.findings, self.documents, is_refused=self.is_refused)


class Read(Protocol):
    """Reads what a plan compares; see `tenancy.cluster.read_stack`."""

    def __call__(
        self,
        connection: Connection,
        *,
        contents: bool,
        tokens_of: Collection[str],
        namespaces: Collection[str] | None,
    ) -> Live:
        """Return what is on the cluster, or only in *namespaces* if that is faster."""
        ...


def read_cluster(
    assessment: Assessment,
    stack: str,
    previous: PreviousUpdate,
    *,
    is_required: bool = False,
    connect: Callable[[Cluster, Path], Connection] = connect,
    read: Read = read_stack,
) -> ClusterReading:
    """
    Connect to the cluster of *stack* and read what the plan compares.

    Pods and volume claims are counted only if a namespace would be deleted, tokens are read
    only if a member loses a role, workloads only if a namespace is in audit or begins to be
    enforced, and waiting pods only if a namespace has grants of GPUs.

    Args:
        assessment: The project.
        stack: The stack.
        previous: Its last update.
        is_required: Whether a cluster that does not answer is an error. Default: it is
            reported as not checked.
        connect: Connects to a cluster. Default: a new connection.
        read: Reads it. Default: a new reading.

    Raises:
        AnotherClusterError: The cluster that answers is not the one to which the stack was
            applied.
        ClusterError: The cluster does not answer, and it is required.
    """
    try:
        connection = connect(assessment.cluster(stack), assessment.root)
    except ClusterError as error:
        if is_required:
            raise
        return ClusterReading(connection=None, live=None, why_not=error.found)
    return reading(connection, assessment.tenancy, stack, previous, read=read)


def reading(
    connection: Connection,
    tenancy: Tenancy,
    stack: str,
    previous: PreviousUpdate,
    *,
    read: Read = read_stack,
) -> ClusterReading:
    """
    Read what the plan of *stack* compares through *connection*.

    Args:
        connection: To the cluster of the stack.
        tenancy: The whole project, or what a program passed to a component.
        stack: The stack.
        previous: Its last update.
        read: Reads the cluster. Default: a new reading.

    Raises:
        AnotherClusterError: The cluster that answers is not the one to which the stack was
            applied.
    """
    require_same(connection, previous.cluster_uid)
    names = concerned_names(previous.tenancy, tenancy, stack)
    contents = removes_namespaces(previous.tenancy, tenancy, stack)
    tokens_of = removes_members(previous.tenancy, tenancy, stack)

    def live_of(namespaces: Collection[str] | None) -> Live:
        return read(connection, contents=contents, tokens_of=tokens_of, namespaces=namespaces)

    # Who loses a role may have arranged access in any namespace.
    live = live_of(None if tokens_of else names)
    levels = watched_levels(previous.tenancy, tenancy, stack, live, previous.only)
    if levels and not live.is_whole:
        # Pods of any namespace may be clients of the workloads that are judged.
        live = live_of(None)
    live = with_held_namespaces(connection, live, wanted_names(tenancy, stack))
    live = _with_workloads(connection, live, tenancy, stack, levels)
    if previous.tenancy and _has_adopted(tenancy, stack):
        live = with_limit_ranges(connection, live, None if live.is_whole else names)
    granted, queued = _with_grants(tenancy, stack), _with_queues(tenancy, stack)
    if previous.only:
        granted, queued = granted & previous.only, queued & previous.only
    live = with_waiting_pods(connection, live, granted)
    live = with_waiting_jobs(connection, live, queued)
    return ClusterReading(
        connection=connection,
        live=live,
        needs_state=bool(
            unknown_names(previous.tenancy, tenancy, stack, live)
            or missing_namespaces(previous.tenancy, tenancy, stack, live, previous.only)
        ),
    )


def _has_adopted(tenancy: Tenancy, stack: str) -> bool:
    environment = tenancy.environments.get(stack)
    return environment is not None and any(
        namespace.adopted is not None for namespace in environment.namespaces
    )


def _with_grants(tenancy: Tenancy, stack: str) -> frozenset[str]:
    environment = tenancy.environments.get(stack)
    namespaces = () if environment is None else environment.namespaces
    return frozenset(namespace.name for namespace in namespaces if namespace.grants)


def _with_queues(tenancy: Tenancy, stack: str) -> frozenset[str]:
    environment = tenancy.environments.get(stack)
    if environment is None:
        return frozenset()
    platform = tenancy.platform_of(environment)
    return frozenset(n.name for n in environment.namespaces if queued_grants(n, platform))


def _with_workloads(
    connection: Connection,
    live: Live,
    tenancy: Tenancy,
    stack: str,
    levels: Mapping[str, PodSecurity],
) -> Live:
    """Return *live* with what runs, where namespaces are in audit or begin to be enforced."""
    environment = tenancy.environments.get(stack)
    if not levels:
        return live
    platform = (
        tenancy.platforms[stack] if environment is None else tenancy.platform_of(environment)
    )
    keys = {**default_counts(platform), **platform.object_counts}
    # The admission policies apply to namespaces of organizations only.
    kinds = () if environment is None else kinds_to_read(platform)
    return with_workloads(connection, live, levels, tuple(keys), kinds)


def plan_for(
    assessment: Assessment,
    stack: str,
    previous: PreviousUpdate,
    cluster: ClusterReading,
    *,
    namespaces_in_state: Collection[str] = (),
    is_preview: bool = True,
    strict: bool = False,
    kubernetes: Release | None = None,
    refreshes: bool | None = False,
) -> StackPlan:
    """
    Return what an update of *stack* means, with all findings.

    Args:
        assessment: The project.
        stack: The stack.
        previous: Its last update.
        cluster: What is on its cluster.
        namespaces_in_state: The namespaces in the stack's state, by their names in the
            cluster; used if `cluster.needs_state`.
        is_preview: Whether this is a preview, in which a missing platform is only a warning.
        strict: Whether what was not checked refuses too. Default: only errors do.
        kubernetes: A release to which the cluster is to be upgraded; what that changes is
            reported. Default: no upgrade.
        refreshes: Whether the engine first reads the cluster into the state; None if that is
            not known. Default: it does not.

    Raises:
        ClusterError: The cluster stopped answering.
    """
    return planned(
        assessment.tenancy,
        stack,
        previous,
        cluster,
        findings=assessment.findings,
        documents=assessment.documents,
        namespaces_in_state=namespaces_in_state,
        manager=field_manager(assessment.name, stack, assessment.cluster(stack).provider_name),
        is_preview=is_preview,
        strict=strict,
        kubernetes=kubernetes,
        refreshes=refreshes,
    )


def planned(
    tenancy: Tenancy,
    stack: str,
    previous: PreviousUpdate,
    cluster: ClusterReading,
    *,
    findings: Collection[Finding] = (),
    documents: Mapping[str, Document] = {},
    namespaces_in_state: Collection[str] = (),
    manager: str | None = None,
    is_preview: bool = True,
    strict: bool = False,
    kubernetes: Release | None = None,
    refreshes: bool | None = False,
) -> StackPlan:
    """
    Return what an update of *stack* means; `plan_for` describes the other arguments.

    Args:
        tenancy: The whole project, or what a program passed to a component.
        findings: The findings of the checks. Default: none.
        documents: Every file that was read. Default: none.
        manager: The field manager of the stack. Default: not compared with that of existing
            namespaces.

    Raises:
        ClusterError: The cluster stopped answering.
    """
    made_plan = plan(
        previous.tenancy,
        tenancy,
        stack,
        cluster.live,
        in_state=frozenset(namespaces_in_state),
        why_not=cluster.why_not,
        manager=manager,
        only=previous.only,
        refreshes=refreshes,
    )
    missing: tuple[Finding, ...] = ()
    # If the files have errors, the cluster is not compared.
    if cluster.connection is not None and not errors_in(findings):
        missing = tuple(ground(tenancy, stack, cluster.connection, preview=is_preview))
    if kubernetes is not None and not errors_in(findings):
        current = None if cluster.connection is None else server_release(cluster.connection)
        missing += upgrade_findings(tenancy, stack, kubernetes, current)
    return StackPlan(
        plan=made_plan,
        findings=tuple(dict.fromkeys((*findings, *made_plan.findings, *missing))),
        documents=documents,
        is_strict=strict,
    )

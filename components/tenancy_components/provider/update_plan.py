"""`tenancy:kubernetes:UpdatePlan`: prints the plan of a component, and refuses its update."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import attrs
from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    CheckResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    PropertyDiff,
    PropertyDiffKind,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)

from tenancy.cluster import connect_by
from tenancy.config.document import JSON, mapping, text
from tenancy.diagnostics import ClusterError, RefusedError, TenancyError, report
from tenancy.drifting import FORCE_VARIABLE
from tenancy.output import plan_text
from tenancy.planning import ClusterReading, PreviousUpdate, StackPlan, planned, reading
from tenancy.planning.sections import RemainingAccessSection
from tenancy_components.field_gate import changing_from, conflicts_text, renamed, taken_text
from tenancy_components.node_taints import CLUSTER_UID
from tenancy_components.planned_component import PlannedComponent, planned_component
from tenancy_components.provider.log import EngineLog
from tenancy_components.provider.values import known, properties, unknown_keys
from tenancy_components.update_plan import ComponentPlan

__all__ = ["UpdatePlanResource"]

_SNAPSHOT: Final = "snapshot"
_ORGANIZATIONS: Final = "organizations"
_ID: Final = "plan"
_NOT_READ: Final = "cluster-not-asked"
"""The code of the finding that a cluster was not read."""
_WIDTH: Final = 76
"""The engine indents the lines of a message by four."""


class UpdatePlanResource:
    """
    The operations of one resource type.

    Its state has the goal of the last update and the UID of the cluster, and nothing of the
    kubeconfig.

    Args:
        log: Sends messages to the user of the engine.
    """

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._unread: set[tuple[str, str]] = set()
        self._created_by: dict[tuple[str, str], str] = {}

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Print the plan; the failure is the refusal with every reason."""
        inputs, before = known(request.new_inputs), known(request.old_inputs)
        previous = PreviousUpdate(
            tenancy=mapping(before.get(_SNAPSHOT)),
            cluster_uid=text(before, CLUSTER_UID) or None,
        )
        hidden = "kubeconfig" in unknown_keys(request.new_inputs)
        try:
            component, found, plan = await asyncio.to_thread(
                _planned, inputs, previous, _stack(request.urn), hidden
            )
            conflicts = await asyncio.to_thread(_conflicts, component, found, inputs)
        except TenancyError as error:
            return CheckResponse(failures=[CheckFailure("", str(error))])
        if renaming := _renaming(previous.tenancy, component.snapshot):
            old, new = renaming
            await self._log.info(
                f"{old} has the name {new} now: labels and selectors with its name change, and"
                " no namespace is replaced",
                request.urn,
            )
        await self._report(plan, inputs, request.urn)
        twice = self._created_twice(component, found, request.urn)
        uid = previous.cluster_uid if found.connection is None else found.connection.uid
        return CheckResponse(
            inputs=properties({_SNAPSHOT: component.snapshot, CLUSTER_UID: uid or ""}),
            failures=[
                CheckFailure("", reason) for reason in _refusals(plan, twice or conflicts)
            ],
        )

    async def _report(self, plan: StackPlan, inputs: Mapping[str, JSON], urn: str) -> None:
        """Send the plan and the warnings; a cluster that was not read is named once."""
        if not plan.plan.is_empty:
            await self._log.info(
                plan_text(plan.plan, findings=(), width=_WIDTH, most=None), urn
            )
        cluster = text(inputs, "kubeconfig"), text(inputs, "context")
        # What the checks leave out is the same at every run, so it is sent with a plan only.
        findings = [
            finding
            for finding in (plan.plan.findings if plan.plan.is_empty else plan.findings)
            if not (finding.code == _NOT_READ and cluster in self._unread)
        ]
        if any(finding.code == _NOT_READ for finding in findings):
            self._unread.add(cluster)
        if findings and not plan.is_refused:
            await self._log.warning(report.text(findings, {}), urn)

    def _created_twice(
        self, component: PlannedComponent, found: ClusterReading, urn: str
    ) -> str:
        """Return which namespace another component of the program creates too; else empty."""
        environment = component.tenancy.environments.get(component.stack)
        if found.connection is None or environment is None:
            return ""
        for namespace in environment.namespaces:
            key = found.connection.uid, namespace.name
            other = self._created_by.setdefault(key, urn)
            if other != urn:
                return (
                    f"the namespace {namespace.name} is created by two components on one"
                    f" cluster, {_component(other)} and {_component(urn)}; choose another"
                    " prefix or id"
                )
        return ""

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Return whether the goal changes; changes on the cluster do not count."""
        old, new = known(request.old_state), known(request.new_inputs)
        changed = [key for key in (_SNAPSHOT, CLUSTER_UID) if old.get(key) != new.get(key)]
        return DiffResponse(
            changes=bool(changed),
            diffs=changed,
            detailed_diff={key: PropertyDiff(PropertyDiffKind.UPDATE, True) for key in changed},
        )

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Record the goal."""
        return CreateResponse(resource_id=_ID, properties=dict(request.properties))

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Record the new goal."""
        return UpdateResponse(properties=dict(request.news))

    async def read(self, request: ReadRequest) -> ReadResponse:
        """Return the recorded goal; it is nowhere else."""
        if not request.properties:
            raise TenancyError(
                "a plan cannot be imported: it is created by the component whose plan it is"
            )
        return ReadResponse(
            resource_id=request.resource_id,
            properties=dict(request.properties),
            inputs=dict(request.inputs),
        )

    async def delete(self, request: DeleteRequest) -> None:
        """Forget the goal."""


def _planned(
    inputs: Mapping[str, JSON], previous: PreviousUpdate, stack: str, hidden: bool
) -> tuple[PlannedComponent, ClusterReading, StackPlan]:
    """Return the component, what was read of its cluster, and its plan."""
    context = text(inputs, "context")
    component = planned_component(
        ComponentPlan.from_inputs(inputs), stack, context or "of the kubeconfig"
    )
    if renaming := _renaming(previous.tenancy, component.snapshot):
        old, new = renaming
        before = mapping(previous.tenancy.get(_ORGANIZATIONS))[old]
        renamed_one = {**previous.tenancy, _ORGANIZATIONS: {new: before}}
        previous = attrs.evolve(previous, tenancy=renamed_one)
    found = _read(inputs, previous, component, hidden)
    plan = planned(
        component.tenancy,
        component.stack,
        previous,
        found,
        findings=component.findings,
        manager=text(inputs, "fieldManager") or None,
    )
    return component, found, plan


def _renaming(before: Mapping[str, JSON], now: Mapping[str, JSON]) -> tuple[str, str] | None:
    """
    Return the former and the present name of a component that an alias renames; else None.

    >>> _renaming({"organizations": {"acme": {}}}, {"organizations": {"globex": {}}})
    ('acme', 'globex')
    """
    old, new = (list(mapping(one.get(_ORGANIZATIONS))) for one in (before, now))
    return (old[0], new[0]) if len(old) == len(new) == 1 and old != new else None


def _read(
    inputs: Mapping[str, JSON],
    previous: PreviousUpdate,
    component: PlannedComponent,
    hidden: bool,
) -> ClusterReading:
    kubeconfig = text(inputs, "kubeconfig")
    if not kubeconfig:
        why = "is not known before the update" if hidden else "is not set"
        return ClusterReading(
            connection=None, live=None, why_not=f"the kubeconfig of its provider {why}"
        )
    try:
        connection = connect_by(kubeconfig, text(inputs, "context") or None)
    except ClusterError as error:
        return ClusterReading(connection=None, live=None, why_not=error.found)
    return reading(connection, component.tenancy, component.stack, previous)


def _conflicts(
    component: PlannedComponent, found: ClusterReading, inputs: Mapping[str, JSON]
) -> str:
    """Return who wrote fields that the update changes and may not; empty if it may."""
    changed = changing_from(inputs.get("changing"))
    if found.connection is None or not changed:
        return ""
    manager = str(inputs.get("fieldManager") or "")
    other = taken_text(found.connection, changed, manager) or renamed(changed, manager)
    if other:
        return other
    conflicts = conflicts_text(found.connection, component.manifests, changed)
    force = f"\nTo take them over, run `{FORCE_VARIABLE}=true pulumi up`."
    return f"{conflicts}{force}" if conflicts else ""


def _refusals(plan: StackPlan, other: str) -> Sequence[str]:
    """Return why the update is refused, in one text; empty if it is not, nor by *other*."""
    if plan.is_refused:
        return (str(RefusedError(plan.findings)),)
    if plan.plan.section(RemainingAccessSection).changes:
        return (
            "removed members would keep access by the bindings or token Secrets that the plan"
            " lists, and a program cannot remove these; delete them, then run this again"
            "\nNothing was changed.",
        )
    return (f"{other}\nNothing was changed.",) if other else ()


def _component(urn: str) -> str:
    """
    Return the component whose plan *urn* is.

    >>> _component("urn:pulumi:dev::web::tenancy:kubernetes:UpdatePlan::acme-plan")
    'acme'
    """
    return urn.rpartition("::")[2].removesuffix("-plan")


def _stack(urn: str) -> str:
    """
    Return the stack in *urn*.

    >>> _stack("urn:pulumi:dev::web::tenancy:kubernetes:UpdatePlan::acme-plan")
    'dev'
    """
    return urn.removeprefix("urn:pulumi:").partition("::")[0]

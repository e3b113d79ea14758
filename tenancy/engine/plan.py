"""From a stack to its plan: the last update from the engine, what is there from the cluster."""

from collections.abc import Mapping
from pathlib import Path

import attrs

from tenancy.assessment import Assessment, assess
from tenancy.cluster import ClusterError, connect
from tenancy.cluster.identity import require_same
from tenancy.cluster.live_reads import read
from tenancy.cluster.prerequisites import ground
from tenancy.config.document import JSON, Document
from tenancy.diagnostics.errors import EngineError, SandboxError, TenancyError, ToolsError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.finding import Finding, errors
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack
from tenancy.model.live import Live
from tenancy.planning.build import Plan, plan, removes_namespaces, unknown_names

__all__ = ["Planned", "planned"]

_NAMESPACE = "kubernetes:core/v1:Namespace"


class NoRecordError(TenancyError):
    """
    What the last update did cannot be read, so what changes cannot be said.

    Attributes:
        stack: The stack.
        why: What went wrong.
    """

    def __init__(self, stack: str, why: TenancyError) -> None:
        super().__init__(stack, why)
        self.stack = stack
        self.why = why

    def __str__(self) -> str:
        return (
            f"stack {self.stack}: what the last update did cannot be read: {self.why}\n"
            f"for what the files say, run `tenancy plan --offline --stack {self.stack}`"
        )


@attrs.frozen(kw_only=True)
class Planned:
    """
    A stack's plan.

    Attributes:
        findings: Everything that was found, by the checks and by the plan.
        documents: Every file that was read, for line numbers.
    """

    plan: Plan
    findings: tuple[Finding, ...]
    documents: Mapping[str, Document]

    @property
    def is_refused(self) -> bool:
        """Whether anything found refuses the update."""
        return bool(errors(self.findings))

    @property
    def exit(self) -> Exit:
        """Refused, or whether anything changes for anybody."""
        if self.is_refused:
            return Exit.REFUSED
        return Exit.DONE if self.plan.is_empty else Exit.CHANGES


def planned(root: Path, stack: str, open_stack: OpenStack) -> Planned:
    """
    Return what an update of *stack* would mean.

    A cluster that does not answer is said to be not checked; without the record of the last
    update, there is no plan.

    Args:
        root: The project's folder; its files are read and checked for this stack.
        open_stack: Returns the stack and an engine for it.

    Raises:
        NoRecordError: The engine or its backend cannot be asked.
        TenancyError: A newer version made the last update.
        ClusterError: Another cluster answers than the one that it was applied to.
    """
    found = assess(root, stack)
    try:
        opened = open_stack(stack)
        outputs = opened.outputs()
    except (EngineError, SandboxError, ToolsError) as error:
        raise NoRecordError(stack, error) from error
    before = outputs.get("tenancy")
    record = before if isinstance(before, Mapping) else {}
    live, lacking, why = _live(found, stack, record, outputs.get("clusterUid"))
    made = _made(opened) if unknown_names(record, found.tenancy, stack, live) else ()
    made_plan = plan(record, found.tenancy, stack, live, in_state=made, why_not=why)
    return Planned(
        plan=made_plan,
        findings=tuple(dict.fromkeys((*found.findings, *made_plan.findings, *lacking))),
        documents=found.documents,
    )


def _live(
    found: Assessment, stack: str, record: Mapping[str, JSON], uid: JSON
) -> tuple[Live | None, tuple[Finding, ...], str]:
    """Return what is on the cluster, what it lacks for the stack, and why it was not asked."""
    cluster = found.cluster(stack)
    try:
        connection = connect(cluster, found.root)
    except ClusterError as error:
        return None, (), error.found
    require_same(connection, uid)
    live = read(connection, contents=removes_namespaces(record, found.tenancy, stack))
    # As in the program: what the files say wrongly is not looked for on the cluster.
    if found.is_refused:
        return live, (), ""
    return live, tuple(ground(found.tenancy, stack, connection, preview=True)), ""


def _made(opened: Session) -> frozenset[str]:
    """Return the names of the namespaces in the state of *opened*."""
    names = set()
    for resource in opened.state():
        if resource.get("type") == _NAMESPACE:
            inputs = resource.get("inputs")
            metadata = inputs.get("metadata") if isinstance(inputs, dict) else None
            if isinstance(metadata, dict):
                names.add(str(metadata.get("name")))
    return frozenset(names)

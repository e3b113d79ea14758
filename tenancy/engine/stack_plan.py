"""The plan of a stack, with the record of its last update from the engine."""

from tenancy.assessment import Assessment
from tenancy.diagnostics import EngineError, SandboxError, TenancyError, ToolsError
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack
from tenancy.planning import PreviousUpdate, StackPlan, plan_for, read_cluster

__all__ = ["NoRecordError", "StackPlan", "plan_stack"]

_NAMESPACE = "kubernetes:core/v1:Namespace"


class NoRecordError(TenancyError):
    """
    The record of the last update cannot be read, so what changes is not known.

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
            f"stack {self.stack}: the record of the last update cannot be read: {self.why}\n"
            f"to see what the files describe, run `tenancy plan --offline --stack {self.stack}`"
        )


def plan_stack(assessment: Assessment, stack: str, open_stack: OpenStack) -> StackPlan:
    """
    Return what an update of *stack* means; only its outputs are read from the engine.

    A cluster that does not answer is reported as not checked.

    Args:
        assessment: The project.
        stack: The stack; only what concerns it is reported.
        open_stack: Returns the stack and an engine for it.

    Raises:
        NoRecordError: The engine or its backend does not answer.
        ClusterError: The cluster that answers is not the one to which the stack was applied.
        RefusedConfigError: The file of the stack cannot be read.
        TenancyError: A newer version made the last update.
        UnknownStackError: No file describes it.
    """
    assessment = assessment.of(stack)
    try:
        opened = open_stack(assessment.require(stack))
        previous = PreviousUpdate.from_outputs(opened.outputs())
    except (EngineError, SandboxError, ToolsError) as error:
        raise NoRecordError(stack, error) from error
    cluster = read_cluster(assessment, stack, previous)
    names = _namespaces_in_state(opened) if cluster.needs_state else frozenset[str]()
    return plan_for(assessment, stack, previous, cluster, namespaces_in_state=names)


def _namespaces_in_state(opened: Session) -> frozenset[str]:
    """Return the names of the namespaces in the state of *opened*."""
    names = set()
    for resource in opened.state():
        if resource.get("type") == _NAMESPACE:
            inputs = resource.get("inputs")
            metadata = inputs.get("metadata") if isinstance(inputs, dict) else None
            if isinstance(metadata, dict):
                names.add(str(metadata.get("name")))
    return frozenset(names)

"""The plan of a stack, with the record of its last update from the engine."""

from tenancy.assessment import Assessment
from tenancy.diagnostics import EngineError, SandboxError, TenancyError, ToolsError
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack
from tenancy.kubernetes.releases import Release
from tenancy.manifests import NAMESPACE_TOKEN
from tenancy.planning import StackPlan, plan_for, read_cluster

__all__ = ["StackPlan", "plan_stack"]


def plan_stack(
    assessment: Assessment,
    stack: str,
    open_stack: OpenStack,
    readings: ClusterReadings | None = None,
    *,
    strict: bool = False,
    kubernetes: Release | None = None,
) -> StackPlan:
    """
    Return what an update of *stack* means; only its outputs are read from the engine.

    A cluster that does not answer is reported as not checked.

    Args:
        assessment: The project.
        stack: The stack; only what concerns it is reported.
        open_stack: Returns the stack and an engine for it.
        readings: What was read of clusters in the same call. Default: nothing yet.
        strict: Whether what was not checked refuses it too. Default: only errors do.
        kubernetes: A release to which the cluster is to be upgraded. Default: no upgrade.

    Raises:
        EngineError: The engine or its backend does not answer.
        ClusterError: The cluster that answers is not the one to which the stack was applied.
        RefusedError: The file of the stack cannot be read.
        TenancyError: A newer version made the last update.
        NotFoundError: No file describes it.
    """
    assessment = assessment.of(stack)
    asked = readings or ClusterReadings()
    try:
        opened = open_stack(assessment.require(stack))
        previous = opened.previous_update()
    except (EngineError, SandboxError, ToolsError) as error:
        raise _no_record(stack, error) from error
    cluster = read_cluster(assessment, stack, previous, connect=asked.connect, read=asked.read)
    names = _namespaces_in_state(opened) if cluster.needs_state else frozenset[str]()
    return plan_for(
        assessment,
        stack,
        previous,
        cluster,
        namespaces_in_state=names,
        strict=strict,
        kubernetes=kubernetes,
    )


def _no_record(stack: str, why: TenancyError) -> EngineError:
    return EngineError(
        stack,
        f"the record of the last update cannot be read: {why}\n"
        f"to see what the files describe, run `tenancy plan --offline --stack {stack}`",
    )


def _namespaces_in_state(opened: Session) -> frozenset[str]:
    """Return the names of the namespaces in the state of *opened*."""
    names = set()
    for resource in opened.state():
        if resource.get("type") == NAMESPACE_TOKEN:
            inputs = resource.get("inputs")
            metadata = inputs.get("metadata") if isinstance(inputs, dict) else None
            if isinstance(metadata, dict):
                names.add(str(metadata.get("name")))
    return frozenset(names)

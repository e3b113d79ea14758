"""What an update would change for people; no update is started."""

from collections.abc import Iterable

from tenancy.assessment import Assessment
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.outcomes import Outcomes, for_each_stack
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.engine.stack_plan import StackPlan, plan_stack
from tenancy.kubernetes.releases import Release

__all__ = ["plan"]


def plan(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: OpenStack | None = None,
    strict: bool = False,
    kubernetes: Release | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[StackPlan]:
    """
    Return for each of *stacks* what an update would change for people.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        strict: Whether what was not checked refuses a stack too. Default: only errors do.
        kubernetes: A release to which the clusters are to be upgraded; what that changes for
            their guardrails is among the findings. Default: no upgrade.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        NotFoundError: No file describes one of them.
    """
    opens = open_stack or opener(assessment, interaction.note)
    names = assessment.in_order(stacks)
    readings = ClusterReadings(len(names))
    return for_each_stack(
        "planning",
        names,
        lambda stack, _: plan_stack(
            assessment, stack, opens, readings, strict=strict, kubernetes=kubernetes
        ),
        interaction,
        exit_of=lambda result: result.exit,
    )

"""What an update would change for people; no update is started."""

from collections.abc import Iterable

from tenancy.assessment import Assessment
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.outcomes import Outcomes, for_each_stack
from tenancy.engine.plan import Planned, planned
from tenancy.engine.stack_opener import OpenStack, opener

__all__ = ["plan"]


def plan(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[Planned]:
    """
    Return for each of *stacks* what an update would change for people.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        UnknownStackError: No file describes one of them.
    """
    opens = open_stack or opener(assessment, interaction.note)
    return for_each_stack(
        "planning",
        assessment.in_order(stacks),
        lambda stack, _: planned(assessment.root, stack, opens),
        interaction,
        exit_of=lambda result: result.exit,
    )

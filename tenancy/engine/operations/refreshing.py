"""Read the objects on the cluster into the state; the cluster is not changed."""

from collections.abc import Iterable

from tenancy.assessment import Assessment
from tenancy.cluster import connect, require_same
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.outcomes import Outcomes, for_each_stack
from tenancy.engine.results import Result
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack, opener

__all__ = ["refresh"]


def refresh(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[Result]:
    """
    Read every object of each of *stacks* into its state; no cluster is changed.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        NotFoundError: No file describes one of them.
    """
    opens = open_stack or opener(assessment, interaction.note)
    opens = resumed(assessment, opens, interaction.note)
    return for_each_stack(
        "refreshing",
        assessment.in_order(stacks),
        lambda stack, shown: _refresh(assessment, opens(stack), shown),
        interaction,
    )


def _refresh(assessment: Assessment, session: Session, interaction: Interaction) -> Result:
    # On another cluster every object would seem to have been deleted.
    uid = session.previous_update().cluster_uid
    require_same(connect(assessment.cluster(session.name), assessment.root), uid)
    with interaction.progress(f"refreshing stack {session.name}") as on_step:
        result = session.refresh(on_step=on_step)
    interaction.show_result(result)
    return result

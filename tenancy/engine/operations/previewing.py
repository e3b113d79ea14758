"""What the engine would do; nothing is changed."""

from collections.abc import Iterable

from tenancy.assessment import Assessment, require_valid
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.outcomes import Outcomes, for_each_stack
from tenancy.engine.results import Result
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack, opener

__all__ = ["preview", "preview_stack"]


def preview(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[Result]:
    """
    Return for each of *stacks* what the engine would do.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        RefusedError: The checks refuse the files.
        UnknownStackError: No file describes one of them.
    """
    require_valid(assessment)
    opens = open_stack or opener(assessment, interaction.note)
    return for_each_stack(
        "previewing",
        assessment.in_order(stacks),
        lambda stack, shown: preview_stack(opens(stack), shown),
        interaction,
        exit_of=lambda result: Exit.DONE if result.is_empty else Exit.CHANGES,
    )


def preview_stack(session: Session, interaction: Interaction) -> Result:
    """
    Preview an update of the stack of *session* and show what it would do.

    Raises:
        EngineError: The program refused, or the engine failed.
    """
    with interaction.progress(f"previewing stack {session.name}", lines=False) as on_step:
        result = session.preview(on_step=on_step)
    interaction.show_preview(result)
    return result

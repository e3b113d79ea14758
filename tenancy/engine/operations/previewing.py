"""What the engine would do; nothing is changed."""

from collections.abc import Iterable

from tenancy.assessment import STRICT_VARIABLE, Assessment
from tenancy.diagnostics import Exit
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.operations.requiring import require_stack
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
    strict: bool = False,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[Result]:
    """
    Return for each of *stacks* what the engine would do.

    A stack that the checks refuse is not previewed; the others are.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        strict: Whether what was not checked refuses a stack too. Default: only errors do.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        NotFoundError: No file describes one of them.
    """
    variables = {STRICT_VARIABLE: "1"} if strict else {}
    opens = open_stack or opener(assessment, interaction.note, variables)

    def work(stack: str, shown: Interaction) -> Result:
        require_stack(assessment, stack, shown, strict=strict)
        return preview_stack(opens(stack), shown)

    return for_each_stack(
        "previewing",
        assessment.in_order(stacks),
        work,
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

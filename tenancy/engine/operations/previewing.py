"""What the engine would do; nothing is changed."""

from collections.abc import Iterable

from tenancy.assessment import STRICT_VARIABLE, Assessment
from tenancy.diagnostics import Exit
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.engine.field_gate import field_conflicts
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.operations.requiring import require_stack
from tenancy.engine.outcomes import Outcomes, for_each_stack
from tenancy.engine.results import Result
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.engine.unchanged import Attempt

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

    A stack that the checks refuse is not previewed; the others are. An engine is started only
    for those that can have something to do; see `tenancy.engine.unchanged`.

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
    opens = resumed(assessment, opens, interaction.note)
    names = assessment.in_order(stacks)
    readings = ClusterReadings(len(names))

    def work(stack: str, shown: Interaction) -> Result:
        view = require_stack(assessment, stack, shown, strict=strict)
        attempt = Attempt(view, opens(stack), readings, strict=strict)
        return preview_stack(attempt, shown)

    return for_each_stack(
        "previewing",
        names,
        work,
        interaction,
        exit_of=lambda result: Exit.DONE if result.is_empty else Exit.CHANGES,
    )


def preview_stack(
    attempt: Attempt, interaction: Interaction, *, is_live: bool = False
) -> Result:
    """
    Preview an update of a stack and show what it would do.

    Args:
        attempt: The stack.
        interaction: What is shown meanwhile.
        is_live: Whether an engine is started where objects on the cluster differ from the
            files, even if nothing else has changed. Default: objects are not compared.

    Raises:
        RefusedError: Another field manager owns fields that the update changes.
        EngineError: The program refused, or the engine failed.
    """
    session = attempt.session
    with interaction.progress(f"previewing stack {session.name}", lines=False) as on_step:
        result = attempt.unchanged("preview", is_live=is_live)
        if result is None:
            conflicts = field_conflicts(attempt)
            if conflicts:
                conflicts.refuse()
            if attempt.interruption:
                interaction.note(attempt.interruption)
            result = session.preview(
                on_step=on_step,
                refresh=bool(attempt.interruption),
                fields_compared=conflicts is not None,
            )
            attempt.previewed(result)
    interaction.show_preview(result)
    return result

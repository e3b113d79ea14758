"""What the checks refuse is refused for each stack by itself, before an engine is started."""

from tenancy.assessment import Assessment, require_valid
from tenancy.diagnostics import report
from tenancy.engine.interaction import Interaction

__all__ = ["require_stack"]


def require_stack(
    assessment: Assessment, stack: str, interaction: Interaction, *, strict: bool = False
) -> str:
    """
    Return *stack* if nothing refuses it, after showing warnings and what was not checked.

    Args:
        assessment: The project.
        stack: The stack.
        interaction: What the other findings are shown with.
        strict: Whether what was not checked refuses too. Default: only errors do.

    Raises:
        RefusedConfigError: Something refuses it.
        UnknownStackError: No file describes it.
    """
    view = require_valid(assessment.of(stack), strict=strict)
    if view.findings:
        interaction.note(report.text(view.findings, view.documents))
    return view.require(stack)

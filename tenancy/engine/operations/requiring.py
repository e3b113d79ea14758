"""Refuse a stack that the checks refuse, before an engine is started; other stacks continue."""

from tenancy.assessment import Assessment, require_valid
from tenancy.diagnostics import report
from tenancy.engine.interaction import Interaction

__all__ = ["require_stack"]


def require_stack(
    assessment: Assessment, stack: str, interaction: Interaction, *, strict: bool = False
) -> str:
    """
    Return *stack* if no finding refuses it, after showing warnings and what was not checked.

    Args:
        assessment: The project.
        stack: The stack.
        interaction: Shows the other findings.
        strict: Whether what was not checked refuses too. Default: only errors do.

    Raises:
        RefusedError: A finding refuses it.
        NotFoundError: No file describes it.
    """
    view = require_valid(assessment.of(stack), strict=strict)
    if view.findings:
        interaction.note(report.text(view.findings, view.documents))
    return view.require(stack)

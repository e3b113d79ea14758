"""Refuse a stack that the checks refuse, before an engine is started; other stacks continue."""

from tenancy.assessment import Assessment, require_valid
from tenancy.diagnostics import report
from tenancy.engine.interaction import Interaction

__all__ = ["require_stack"]


def require_stack(
    assessment: Assessment, stack: str, interaction: Interaction, *, strict: bool = False
) -> Assessment:
    """
    Return *assessment* for *stack* if no finding refuses it, after showing the others.

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
    view.require(stack)
    return view

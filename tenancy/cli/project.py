"""Read the project of a command, and show its warnings."""

from pathlib import Path

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import report
from tenancy.diagnostics.finding import Severity

__all__ = ["read_valid_project"]


def read_valid_project(folder: Path | None, shell: Terminal) -> Assessment:
    """
    Return the project at *folder*, and write its warnings to *shell*.

    Raises:
        RefusedConfigError: The checks refuse it.
    """
    assessment = require_valid(assess(folder))
    warnings = [v for v in assessment.findings if v.severity is Severity.WARNING]
    if warnings:
        shell.note(report.text(warnings, assessment.documents))
    return assessment

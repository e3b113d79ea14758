"""What commands do before they work on stacks: read the project, open a stack, say so."""

from contextlib import AbstractContextManager

from tenancy.assessment import Assessment, require_valid
from tenancy.cli.progress import watching
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import report
from tenancy.diagnostics.finding import Severity
from tenancy.engine import OnStep
from tenancy.engine.interaction import Watch
from tenancy.engine.stack_opener import Open, opener

__all__ = ["opening", "readable", "watch_on"]


def readable(found: Assessment, shell: Terminal) -> Assessment:
    """
    Return *found* where nothing refuses it, and say what is merely to be warned of.

    Raises:
        RefusedConfigError: Something does.
    """
    require_valid(found)
    warnings = [v for v in found.findings if v.severity is Severity.WARNING]
    if warnings:
        shell.note(report.text(warnings, found.documents))
    return found


def opening(found: Assessment, shell: Terminal) -> Open:
    """Return what opens a stack of *found*, with the engine for its cluster."""
    return opener(found, shell.note)


def watch_on(shell: Terminal) -> Watch:
    """Return what shows on *shell* that the engine works."""

    def watch(doing: str, *, lines: bool = True) -> AbstractContextManager[OnStep | None]:
        return watching(doing, shell, lines=lines)

    return watch

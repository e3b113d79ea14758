"""`tenancy preview`, `up` and `destroy`: any cluster, one stack or several."""

import sys
from collections.abc import Sequence

import typer

from tenancy import report
from tenancy.automation import Result, Session
from tenancy.cli.engine import session
from tenancy.cli.options import NoColor, ProjectFolder, Stacks, Yes
from tenancy.cli.progress import done, planned, watching
from tenancy.cli.removal import destroy_stack, refuse_while_used
from tenancy.cli.terminal import Terminal, terminal
from tenancy.errors import TenancyError
from tenancy.exits import Exit
from tenancy.reading import Checked, checked
from tenancy.violation import Severity, errors

__all__ = [
    "DESTROY_EPILOG",
    "PREVIEW_EPILOG",
    "UP_EPILOG",
    "NotConfirmedError",
    "RefusedConfigError",
    "apply_stack",
    "confirm",
    "destroy",
    "in_order",
    "preview",
    "readable",
    "up",
]

PREVIEW_EPILOG = """
Examples:

  tenancy preview --stack dev

  tenancy preview --stack platform --stack dev

Nothing is changed. Plain `pulumi preview` says and refuses the same.
"""
UP_EPILOG = """
Examples:

  tenancy up --stack dev            shows the preview, then asks

  tenancy up --stack dev --yes      does not ask; for CI

A platform is applied before the environments on it, in whichever order they are named.
"""
DESTROY_EPILOG = """
Examples:

  tenancy destroy --stack dev           asks for the stack's name

  tenancy destroy --stack dev --yes     does not ask; for CI

Every namespace of the stack goes with all that it holds. Environments go before their platform.
"""


class NotConfirmedError(TenancyError):
    """Somebody was asked and did not agree, or there was nobody to ask."""

    exit = Exit.REFUSED


class RefusedConfigError(TenancyError):
    """
    The config is wrong, so nothing was asked of any cluster.

    Attributes:
        found: The project and what was found.
    """

    exit = Exit.REFUSED

    def __init__(self, found: Checked) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        refused = errors(self.found.violations)
        return f"{report.text(refused, self.found.documents)}\nNothing was changed."


def preview(stack: Stacks, project: ProjectFolder = None, no_color: NoColor = False) -> None:
    """Say what an update would do, and why it would be refused; nothing is changed."""
    shell = terminal(color=not no_color)
    found = readable(checked(project), shell)
    for name in in_order(found, stack):
        opened = session(found, name, shell)
        with watching(f"previewing stack {name}", shell, lines=False) as on_step:
            result = opened.preview(on_step=on_step)
        planned(result, shell)


def up(
    stack: Stacks, project: ProjectFolder = None, yes: Yes = False, no_color: NoColor = False
) -> None:
    """Make the cluster what the config says, after a preview and a question."""
    shell = terminal(color=not no_color)
    found = readable(checked(project), shell)
    for name in in_order(found, stack):
        apply_stack(session(found, name, shell), shell, ask=not yes)


def destroy(
    stack: Stacks, project: ProjectFolder = None, yes: Yes = False, no_color: NoColor = False
) -> None:
    """Delete everything of a stack, its namespaces and what they hold included."""
    shell = terminal(color=not no_color)
    found = checked(project)
    names = in_order(found, stack)[::-1]
    for name in names:
        opened = session(found, name, shell)
        refuse_while_used(found, opened, going=names)
        if not yes:
            _ask_for_name(found, name, shell)
        destroy_stack(found, opened, shell)


def in_order(found: Checked, stacks: Sequence[str]) -> list[str]:
    """
    Return *stacks*, each once, platforms before environments.

    Raises:
        UnknownStackError: There is one that no file describes.
    """
    wanted = {found.require(stack) for stack in stacks}
    return [stack for stack in found.stacks if stack in wanted]


def readable(found: Checked, shell: Terminal) -> Checked:
    """
    Return *found* where nothing refuses it, and say what is merely to be warned of.

    Raises:
        RefusedConfigError: Something does.
    """
    if found.is_refused:
        raise RefusedConfigError(found)
    warnings = [v for v in found.violations if v.severity is Severity.WARNING]
    if warnings:
        shell.note(report.text(warnings, found.documents))
    return found


def apply_stack(opened: Session, shell: Terminal, *, ask: bool) -> Result:
    """
    Preview *opened*, show it, ask, and apply it; where nothing changes, nothing is asked.

    Raises:
        NotConfirmedError: The answer was no, or there was nobody to ask.
        EngineError: The program refused, or the engine failed.
    """
    name = opened.name
    with watching(f"previewing stack {name}", shell, lines=False) as on_step:
        result = opened.preview(on_step=on_step)
    planned(result, shell)
    # An update that was cut off may have made everything and remembered nothing of it.
    if result.is_empty and "tenancy" in opened.outputs():
        return result
    if ask:
        confirm(f"apply this to stack {name}?", shell)
    with watching(f"applying stack {name}", shell) as on_step:
        result = opened.up(on_step=on_step)
    done(result, shell)
    return result


def confirm(question: str, shell: Terminal) -> None:
    """
    Ask *question*.

    Raises:
        NotConfirmedError: The answer was no, or there was nobody to ask.
    """
    _require_somebody()
    if not typer.confirm(question, err=True):
        raise NotConfirmedError("not confirmed; nothing was changed")


def _ask_for_name(found: Checked, stack: str, shell: Terminal) -> None:
    _require_somebody()
    shell.note(f"stack {stack} on cluster {found.cluster(stack).name}: everything goes.")
    environment = found.tenancy.environments.get(stack)
    for namespace in environment.namespaces if environment is not None else ():
        shell.note(f"  namespace {namespace.name}, with all that it holds", style="red")
    typed = typer.prompt(
        "type the stack's name to go on", err=True, default="", show_default=False
    )
    if typed != stack:
        raise NotConfirmedError(f"{typed!r} is not {stack!r}; nothing was changed")


def _require_somebody() -> None:
    if not sys.stdin.isatty():
        raise NotConfirmedError(
            "there is nobody to ask (standard input is no terminal); nothing was changed; "
            "run it in a terminal, or with --yes"
        )

"""`tenancy preview`, `up`, `refresh` and `destroy`: any cluster, one stack or several."""

import sys
from contextlib import AbstractContextManager

import typer

from tenancy import report
from tenancy.automation import Result, Session
from tenancy.automation.engines import Open, session
from tenancy.automation.events import OnStep
from tenancy.automation.outcomes import each
from tenancy.automation.removing import refuse_while_used, remove
from tenancy.automation.stacks import exit_of_preview, first, last, refresh_stack
from tenancy.automation.watching import Watch
from tenancy.cli.concluding import apart, conclude, saying, step_data
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stacks, Yes
from tenancy.cli.progress import done, planned, watching
from tenancy.cli.terminal import Terminal, terminal
from tenancy.errors import TenancyError
from tenancy.exits import Exit
from tenancy.reading import Checked, checked, require_right
from tenancy.violation import Severity

__all__ = [
    "DESTROY_EPILOG",
    "PREVIEW_EPILOG",
    "REFRESH_EPILOG",
    "UP_EPILOG",
    "NotConfirmedError",
    "apply_stack",
    "confirm",
    "destroy",
    "preview",
    "readable",
    "refresh",
    "up",
    "watch_on",
]

PREVIEW_EPILOG = """
Examples:

  tenancy preview --stack dev

  tenancy preview --stack platform --stack dev

Nothing is changed. Plain `pulumi preview` says and refuses the same.

Exit code: 0 where nothing changes, 2 where something does, 3 where it is refused.
"""
UP_EPILOG = """
Examples:

  tenancy up --stack dev            shows the preview, then asks

  tenancy up --stack dev --yes      does not ask; for CI

A platform is applied before the environments on it, in whichever order they are named. What is
refused or fails on one stack keeps no other from being applied, but those on its platform.
"""
REFRESH_EPILOG = """
Examples:

  tenancy refresh --stack dev

The state is changed, the cluster is not: what somebody deleted by hand is made again by the
next update. What was added by hand no refresh sees; `tenancy drift` does.
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


def preview(
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Say what an update would do, and why it would be refused; nothing is changed."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = readable(checked(project), told)
    opening = _opening(found, told)

    def work(name: str) -> Result:
        opened = opening(name)
        with watching(f"previewing stack {name}", told, lines=False) as on_step:
            result = opened.preview(on_step=on_step)
        planned(result, told)
        return result

    outcomes = each(found.in_order(stack), work, exit_of=exit_of_preview, on_error=saying(told))
    conclude("preview", outcomes, shell, as_json=as_json, data=step_data)


def up(
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Make the cluster what the config says, after a preview and a question."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = readable(checked(project), told)
    opening = _opening(found, told)
    names = found.in_order(stack)
    outcomes = each(
        names,
        lambda name: apply_stack(opening(name), told, ask=not yes),
        needs=first(found, names),
        on_error=saying(told),
    )
    conclude("up", outcomes, shell, as_json=as_json, data=step_data)


def refresh(
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Read every object of a stack into its state; the cluster is not changed."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = checked(project)
    opening = _opening(found, told)

    def work(name: str) -> Result:
        result = refresh_stack(found, opening(name), watch=watch_on(told))
        done(result, told)
        return result

    outcomes = each(found.in_order(stack), work, on_error=saying(told))
    conclude("refresh", outcomes, shell, as_json=as_json, data=step_data)


def destroy(
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Delete everything of a stack, its namespaces and what they hold included."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = checked(project)
    opening = _opening(found, told)
    names = found.in_order(stack)[::-1]

    def work(name: str) -> Result:
        opened = opening(name)
        refuse_while_used(found, opened, going=names)
        if not yes:
            _ask_for_name(found, name, told)
        result = remove(found, opened, say=told.note, watch=watch_on(told))
        removed(result, told)
        return result

    outcomes = each(names, work, needs=last(found, names), on_error=saying(told))
    conclude("destroy", outcomes, shell, as_json=as_json, data=step_data)


def removed(result: Result, shell: Terminal) -> None:
    """Say what was taken away."""
    if result.is_empty:
        shell.say(f"stack {result.stack}: nothing of it exists")
    else:
        done(result, shell)


def readable(found: Checked, shell: Terminal) -> Checked:
    """
    Return *found* where nothing refuses it, and say what is merely to be warned of.

    Raises:
        RefusedConfigError: Something does.
    """
    require_right(found)
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


def watch_on(shell: Terminal) -> Watch:
    """Return what shows on *shell* that the engine works."""

    def watch(doing: str, *, lines: bool = True) -> AbstractContextManager[OnStep | None]:
        return watching(doing, shell, lines=lines)

    return watch


def _opening(found: Checked, shell: Terminal) -> Open:
    return lambda stack: session(found, stack, shell.note)


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

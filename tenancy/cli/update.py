"""`tenancy preview`, `up`, `refresh` and `destroy`: any cluster, one stack or several."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import typer

from tenancy.assessment import Assessment, assess
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stacks, Yes
from tenancy.cli.parallel import together
from tenancy.cli.progress import done, planned, watching
from tenancy.cli.prompts import confirm
from tenancy.cli.results import apart, conclude
from tenancy.cli.stack_opener import opening, readable, watch_on
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import Result, SavedPlan, Session, read_plan
from tenancy.engine.operations import exit_of_preview, first, refresh_stack
from tenancy.engine.save_plan import apply_saved, require_fresh
from tenancy.output.outcomes_json import result_data

__all__ = [
    "PREVIEW_EPILOG",
    "REFRESH_EPILOG",
    "UP_EPILOG",
    "apply_plan",
    "apply_stack",
    "preview",
    "refresh",
    "up",
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

  tenancy up --stack dev                shows the preview, then asks

  tenancy up --stack dev --yes          does not ask; for CI

  tenancy up --stack dev --plan FILE    what `tenancy plan --save FILE` saved

A saved plan is refused, with everything that moved, when the files, the state, the cluster or
an object on it are not as they were. With several stacks, give the plan of each.

A platform is applied before the environments on it, in whichever order they are named. What is
refused or fails on one stack keeps no other from being applied, but those on its platform.
With --yes, four are applied at a time.
"""
REFRESH_EPILOG = """
Examples:

  tenancy refresh --stack dev

The state is changed, the cluster is not: what somebody deleted by hand is made again by the
next update. What was added by hand no refresh sees; `tenancy drift` does.
"""


class PlansError(TenancyError):
    """The saved plans that were given are not those of the stacks that were named."""

    exit = Exit.USAGE


def preview(
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Say what an update would do, and why it would be refused; nothing is changed."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = readable(assess(project), told)
    open_stack = opening(found, told)

    def work(name: str, own: Terminal) -> Result:
        opened = open_stack(name)
        with watching(f"previewing stack {name}", own, lines=False) as on_step:
            result = opened.preview(on_step=on_step)
        planned(result, own)
        return result

    outcomes = together(
        "previewing", found.in_order(stack), work, told, exit_of=exit_of_preview
    )
    conclude("preview", outcomes, shell, as_json=as_json, of_result=result_data)


def up(
    *,
    stack: Stacks,
    project: ProjectFolder = None,
    plan: list[Path] | None = typer.Option(  # noqa: B008
        None,
        "--plan",
        metavar="FILE",
        help="Apply a plan that was saved, and nothing else; may be given several times.",
        show_default=False,
    ),
    as_json: Json = False,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Make the cluster what the config says, after a preview and a question."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = readable(assess(project), told)
    open_stack = opening(found, told)
    names = found.in_order(stack)
    plans = _plans(plan or (), names)

    def work(name: str, own: Terminal) -> Result:
        if plans:
            return apply_plan(found, open_stack(name), plans[name], own, ask=not yes)
        return apply_stack(open_stack(name), own, ask=not yes)

    outcomes = together("applying", names, work, told, asks=not yes, needs=first(found, names))
    conclude("up", outcomes, shell, as_json=as_json, of_result=result_data)


def _plans(files: Iterable[Path], names: Sequence[str]) -> Mapping[str, SavedPlan]:
    """Return the saved plans by stack: one for each of *names*, or none at all."""
    found: dict[str, SavedPlan] = {}
    for file in files:
        saved = read_plan(file)
        if saved.stack in found:
            raise PlansError(f"--plan {file}: stack {saved.stack} has another plan; give one")
        if saved.stack not in names:
            raise PlansError(
                f"--plan {file}: it is the plan of stack {saved.stack}, which is not applied; "
                f"allowed: {', '.join(names)}; add --stack {saved.stack}, or leave it out"
            )
        found[saved.stack] = saved
    missing = [name for name in names if name not in found]
    if found and missing:
        raise PlansError(
            f"--plan: there is none for stack {', '.join(missing)}; give the plan of each stack"
        )
    return found


def refresh(
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Read every object of a stack into its state; the cluster is not changed."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = assess(project)
    open_stack = opening(found, told)

    def work(name: str, own: Terminal) -> Result:
        result = refresh_stack(found, open_stack(name), watch=watch_on(own))
        done(result, own)
        return result

    outcomes = together("refreshing", found.in_order(stack), work, told)
    conclude("refresh", outcomes, shell, as_json=as_json, of_result=result_data)


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


def apply_plan(
    found: Assessment, opened: Session, saved: SavedPlan, shell: Terminal, *, ask: bool
) -> Result:
    """
    Apply *saved*, which is compared with what is there now before the question and after it.

    Raises:
        StalePlanError: Something moved since the plan was made.
        NotConfirmedError: The answer was no, or there was nobody to ask.
        EngineError: The program or the engine refused, or it failed.
    """
    name = opened.name
    if ask:
        require_fresh(found.root, opened, saved)
        for fact in saved.plan["facts"]:
            shell.say(f"  {fact['text']}")
        confirm(f"apply this saved plan to stack {name}?", shell)
    with watching(f"applying the saved plan of stack {name}", shell) as on_step:
        result = apply_saved(found.root, opened, saved, on_step=on_step)
    done(result, shell)
    return result

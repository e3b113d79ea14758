"""
`tenancy quickstart`: create the sandbox, apply the example organizations to it, delete them.

`make up`, `make preview` and `make down` run this. It works on the sandbox only; for any other
cluster its error names the command to use.
"""

from pathlib import Path
from typing import Annotated

import typer

from tenancy import engine
from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cli.completion import complete_stacks
from tenancy.cli.existing_objects import show_existing_objects
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import NoColor, ProjectFolder
from tenancy.cli.terminal import Terminal, terminal
from tenancy.config import stack_file
from tenancy.diagnostics import RefusedError
from tenancy.engine import (
    TAKE_OVER_FIELDS,
    Outcomes,
    Result,
    opener,
    wait_for_sandbox,
)
from tenancy.local import sandbox, tools
from tenancy.local.sandbox import Layout, State, stacks_with_resources
from tenancy.local.tools import ToolSource

__all__ = ["down", "preview", "up"]


Stack = Annotated[
    str,
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        help="The environment: dev, staging, prod.",
        autocompletion=complete_stacks,
    ),
]


def _not_the_sandbox(stack: str, cluster: str, command: str) -> RefusedError:
    return RefusedError(
        reason=f"stack {stack} is on cluster {cluster}; quickstart works on the sandbox only; "
        f"run `tenancy {command} --stack {stack}` instead"
    )


def _without_file(stacks: tuple[str, ...]) -> RefusedError:
    files = ", ".join(stack_file(name) for name in stacks)
    return RefusedError(
        reason=f"stack {', '.join(stacks)} is applied, but {files} is missing or wrong; "
        "restore it (`tenancy check` reports what is wrong), or run "
        "`tenancy sandbox down --wipe`, which deletes the whole sandbox cluster"
    )


def up(stack: Stack = "dev", project: ProjectFolder = None, no_color: NoColor = False) -> None:
    """Run `tenancy quickstart up`."""
    shell = terminal(color=not no_color)
    assessment = assess(project)
    stacks = _on_sandbox(assessment, stack, "up")
    _announce(assessment.root, stacks, shell)
    _start(assessment.root, shell)
    outcomes = engine.up(
        assessment,
        stacks,
        open_stack=opener(assessment, shell.note, TAKE_OVER_FIELDS),
        interaction=TerminalInteraction(shell),
    )
    _require_done(outcomes)
    if all(result.is_empty for result in outcomes.results):
        shell.say("No changes. The cluster matches the configuration.", style="bold")
    shell.say()
    show_existing_objects(assessment, stack, shell)


def preview(
    stack: Stack = "dev", project: ProjectFolder = None, no_color: NoColor = False
) -> None:
    """Run `tenancy quickstart preview`."""
    shell = terminal(color=not no_color)
    assessment = assess(project)
    stacks = _on_sandbox(assessment, stack, "preview")
    _announce_tools(assessment.root, shell)
    was_running = sandbox.status(assessment.root).state is State.RUNNING
    _start(assessment.root, shell)
    try:
        outcomes = engine.preview(
            assessment,
            stacks,
            open_stack=opener(assessment, shell.note),
            interaction=TerminalInteraction(shell),
        )
        _require_done(outcomes)
        if not all(result.is_empty for result in outcomes.results):
            shell.say("This is a preview: nothing was applied. `make up` applies it.")
    finally:
        if not was_running:
            sandbox.down(assessment.root, console=shell.err)
            shell.note("the sandbox was stopped again; `make up` starts it")


def down(project: ProjectFolder = None, no_color: NoColor = False) -> None:
    """Run `tenancy quickstart down`."""
    shell = terminal(color=not no_color)
    assessment = assess(project)
    # A leftover engine may still write; the applied stacks are known only after it has ended.
    wait_for_sandbox(assessment.root, shell.note)
    applied = stacks_with_resources(Layout(assessment.root).pulumi_state)
    is_stopped = sandbox.status(assessment.root).state in {State.ABSENT, State.STOPPED}
    if is_stopped and not applied:
        # An interrupted start may have left a process that was not recorded yet.
        sandbox.down(assessment.root, console=shell.err)
        shell.say("Nothing to delete: no stack is applied, and the sandbox is not running.")
        return
    if applied:
        _destroy(assessment, applied, shell)
    ended = sandbox.down(assessment.root, console=shell.err)
    shell.say(f"The sandbox is stopped ({ended} processes).")
    shell.say(
        "Nothing is left running; the data directory .sandbox is kept, without objects.",
        style="bold",
    )


def _on_sandbox(assessment: Assessment, stack: str, command: str) -> list[str]:
    """Return the platform's stack and *stack*, both on the sandbox."""
    require_valid(assessment.of(stack)).require(stack)
    platform = assessment.platform_of(stack)
    stacks = [stack]
    if platform is not None and platform in assessment.project.platforms:
        stacks.insert(0, platform)
    for name in stacks:
        cluster = assessment.cluster(name)
        if not cluster.is_sandbox:
            raise _not_the_sandbox(name, cluster.name, command)
    return stacks


def _announce(root: Path, stacks: list[str], shell: Terminal) -> None:
    shell.say("This starts a real API server on this machine and applies, in this order:")
    for name in stacks:
        shell.say(f"  stack {name} ({stack_file(name)})")
    _announce_tools(root, shell)


def _announce_tools(root: Path, shell: Terminal) -> None:
    statuses = tools.report(root)
    missing = [status.name for status in statuses if status.source is ToolSource.MISSING]
    if missing:
        shell.say(f"Tools to build first, once for this user: {', '.join(missing)}.")
        shell.say("That takes 15 to 25 minutes on two cores, and needs Go 1.26 or newer.")
    else:
        shell.say("All tools are installed; this takes about a minute.")


def _start(root: Path, shell: Terminal) -> None:
    toolchain = tools.ensure(root, shell.err)
    if sandbox.status(root).state is not State.RUNNING:
        shell.note("starting the sandbox, which takes about 10 s")
    box = sandbox.up(root, console=shell.err, toolchain=toolchain)
    shell.note(f"the sandbox is running: {box.server}")


def _destroy(assessment: Assessment, applied: tuple[str, ...], shell: Terminal) -> None:
    unknown = tuple(name for name in applied if name not in assessment.stacks)
    if unknown:
        raise _without_file(unknown)
    _start(assessment.root, shell)
    outcomes = engine.destroy(
        assessment,
        applied,
        finish_interrupted=True,
        open_stack=opener(assessment, shell.note, TAKE_OVER_FIELDS),
        interaction=TerminalInteraction(shell),
    )
    _require_done(outcomes)


def _require_done(outcomes: Outcomes[Result]) -> None:
    """End the command with the code of *outcomes* if a stack has no result."""
    if outcomes.errors:
        raise typer.Exit(outcomes.exit)

"""
`tenancy quickstart`: from a clean clone to a tenancy on the embedded control plane, and back.

This is what `make up`, `make preview` and `make down` run. It works on the sandbox alone; for
any other cluster it says which command to use.
"""

from pathlib import Path
from typing import Annotated

import typer

from tenancy import engine as automation
from tenancy.assessment import Assessment, assess
from tenancy.cli.destroy import removed
from tenancy.cli.error_handling import Commands
from tenancy.cli.existing_objects import what_exists
from tenancy.cli.options import NoColor, ProjectFolder
from tenancy.cli.progress import planned, watching
from tenancy.cli.recovery import TAKE_OVER, was_cut_off
from tenancy.cli.stack_opener import readable, watch_on
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cli.update import apply_stack
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import Engine
from tenancy.engine.destroy import remove
from tenancy.engine.stack_opener import sandbox_engine, settle
from tenancy.local import sandbox, tools
from tenancy.local.sandbox import Sandbox, State
from tenancy.local.sandbox.layout import Layout
from tenancy.local.sandbox.state import stacks_with_resources
from tenancy.local.tools import Source

__all__ = ["app"]

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="From a clean clone to a tenancy on the embedded control plane, and back.",
)

Stack = Annotated[
    str,
    typer.Option("--stack", "-s", metavar="NAME", help="The environment: dev, staging, prod."),
]


class NotTheSandboxError(TenancyError):
    """
    The stack is on another cluster than the embedded one.

    Attributes:
        stack: The stack.
        cluster: Its cluster's name.
        command: What to use instead.
    """

    exit = Exit.REFUSED

    def __init__(self, stack: str, cluster: str, command: str) -> None:
        super().__init__(stack, cluster, command)
        self.stack = stack
        self.cluster = cluster
        self.command = command

    def __str__(self) -> str:
        return (
            f"stack {self.stack} is on cluster {self.cluster}, and this works on the embedded"
            f" one only; run `tenancy {self.command} --stack {self.stack}`, which asks first"
        )


@app.command()
def up(stack: Stack = "dev", project: ProjectFolder = None, no_color: NoColor = False) -> None:
    """Build the tools once, start the control plane, apply the platform and then the stack."""
    shell = terminal(color=not no_color)
    found = readable(assess(project), shell)
    stacks = _on_sandbox(found, stack, "up")
    _announce(found.root, stacks, shell)
    box = _started(found.root, shell)
    engine = sandbox_engine(box, shell.note, TAKE_OVER)
    changed = False
    for name in stacks:
        opened = automation.local(found.root, name, engine)
        was_cut_off(opened, shell)
        result = apply_stack(opened, shell, ask=False)
        changed = changed or not result.is_empty
    if not changed:
        shell.say("nothing changes: the cluster is what the files say", style="bold")
    shell.say()
    what_exists(found, stack, shell)


@app.command()
def preview(
    stack: Stack = "dev", project: ProjectFolder = None, no_color: NoColor = False
) -> None:
    """Say what `up` would change; nothing is applied."""
    shell = terminal(color=not no_color)
    found = readable(assess(project), shell)
    stacks = _on_sandbox(found, stack, "preview")
    _announce_tools(found.root, shell)
    ran = sandbox.status(found.root).state is State.RUNNING
    box = _started(found.root, shell)
    try:
        _preview(found, stacks, sandbox_engine(box, shell.note), shell)
    finally:
        if not ran:
            sandbox.down(found.root, console=shell.err)
            shell.note("the embedded control plane is stopped again; `make up` starts it")


@app.command()
def down(project: ProjectFolder = None, no_color: NoColor = False) -> None:
    """Delete what was applied, environments first, and stop the control plane."""
    shell = terminal(color=not no_color)
    found = assess(project)
    # An engine that lost its parent still writes; only after that is known what is applied.
    settle(found.root, shell.note)
    applied = stacks_with_resources(Layout(found.root).pulumi_state)
    if sandbox.status(found.root).state in {State.ABSENT, State.STOPPED} and not applied:
        # A start that was cut off may have left a part that nobody wrote down as started.
        sandbox.down(found.root, console=shell.err)
        shell.say("nothing is there: no stack is applied, and no control plane runs")
        return
    if applied:
        _destroy(found, applied, shell)
    ended = sandbox.down(found.root, console=shell.err)
    shell.say(f"the embedded control plane is stopped ({ended} processes ended)")
    shell.say("nothing is left running; its empty data stays in .sandbox", style="bold")


def _on_sandbox(found: Assessment, stack: str, command: str) -> list[str]:
    """Return the platform's stack and *stack*, all of them on the sandbox."""
    found.require(stack)
    environment = found.tenancy.environments.get(stack)
    stacks = [stack]
    if environment is not None and environment.platform in found.project.platforms:
        stacks.insert(0, environment.platform)
    for name in stacks:
        cluster = found.cluster(name)
        if not cluster.is_sandbox:
            raise NotTheSandboxError(name, cluster.name, command)
    return stacks


def _announce(root: Path, stacks: list[str], shell: Terminal) -> None:
    shell.say("This starts a real API server on this machine and applies to it, in this order:")
    for name in stacks:
        shell.say(f"  stack {name} (Pulumi.{name}.yaml)")
    _announce_tools(root, shell)


def _announce_tools(root: Path, shell: Terminal) -> None:
    statuses = tools.report(root)
    missing = [status.name for status in statuses if status.source is Source.MISSING]
    if missing:
        shell.say(f"Tools to build first, once for this user: {', '.join(missing)}.")
        shell.say("That takes 15 to 25 minutes on two cores, and Go 1.26 or newer.")
    else:
        shell.say("Every tool is there; this takes about a minute.")


def _started(root: Path, shell: Terminal) -> Sandbox:
    toolchain = tools.ensure(root, shell.err)
    if sandbox.status(root).state is not State.RUNNING:
        shell.note("starting the embedded control plane, which takes about 10 s")
    box = sandbox.up(root, console=shell.err, toolchain=toolchain)
    shell.note(f"the embedded control plane runs: {box.server}")
    return box


def _preview(found: Assessment, stacks: list[str], engine: Engine, shell: Terminal) -> None:
    empty = True
    for name in stacks:
        opened = automation.local(found.root, name, engine)
        with watching(f"previewing stack {name}", shell, lines=False) as on_step:
            result = opened.preview(on_step=on_step)
        planned(result, shell)
        empty = empty and result.is_empty
    if not empty:
        shell.say("this is a preview: nothing was applied; `make up` applies it")


def _destroy(found: Assessment, applied: tuple[str, ...], shell: Terminal) -> None:
    engine = sandbox_engine(_started(found.root, shell), shell.note, TAKE_OVER)
    known = [name for name in found.stacks[::-1] if name in applied]
    unknown = [name for name in applied if name not in known]
    if unknown:
        raise UnknownAppliedError(tuple(unknown))
    for name in known:
        opened = automation.local(found.root, name, engine)
        result = remove(
            found,
            opened,
            say=shell.note,
            watch=watch_on(shell),
            cut_off=was_cut_off(opened, shell),
        )
        removed(result, shell)


class UnknownAppliedError(TenancyError):
    """
    Stacks are applied whose files are gone or cannot be read.

    Attributes:
        stacks: The stacks.
    """

    exit = Exit.REFUSED

    def __init__(self, stacks: tuple[str, ...]) -> None:
        super().__init__(stacks)
        self.stacks = stacks

    def __str__(self) -> str:
        files = ", ".join(f"Pulumi.{name}.yaml" for name in self.stacks)
        return (
            f"stack {', '.join(self.stacks)} is applied, but {files} is missing or wrong; "
            "put it back (`tenancy check` says what is wrong), or run "
            "`tenancy sandbox down --wipe`, which forgets the whole embedded cluster"
        )

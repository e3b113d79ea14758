"""`tenancy sandbox`: start, stop and inspect the sandbox."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tenancy.assessment import find_root
from tenancy.cli.options import Json, NoColor, ProjectFolder
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics import Exit, UsageError
from tenancy.local import sandbox, tools
from tenancy.local.sandbox import SandboxStatus, State
from tenancy.output import sandbox_status_data

__all__ = ["build_tools", "down", "folder_of", "status", "up"]


Wipe = Annotated[
    bool, typer.Option("--wipe", help="Also delete the cluster's data and its Pulumi state.")
]


def folder_of(project: Path | None) -> Path:
    """
    Return the folder of the sandbox and the tools.

    Args:
        project: The value of --project. Default: the nearest project, else this folder: the
            tools are useful without a project, too.

    Raises:
        UsageError: The folder does not exist.
    """
    if project is not None:
        if not project.is_dir():
            raise UsageError(f"{project}: no such folder; name one with --project")
        return project.resolve()
    try:
        return find_root(None)
    except UsageError:
        return Path.cwd()


def up(
    project: ProjectFolder = None,
    wipe: Wipe = False,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy sandbox up`."""
    shown = terminal(color=not no_color)
    box = sandbox.up(folder_of(project), wipe=wipe, console=shown.err)
    if as_json:
        _show(sandbox.status(box.root), shown, as_json=True)
        return
    shown.say(f"the sandbox is running: {box.server}")
    shown.note('use it with: eval "$(tenancy env)"')


def down(
    project: ProjectFolder = None,
    wipe: Wipe = False,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy sandbox down`."""
    shown = terminal(color=not no_color)
    root = folder_of(project)
    ended = sandbox.down(root, wipe=wipe, console=shown.err)
    if as_json:
        _show(sandbox.status(root), shown, as_json=True)
        return
    processes = "1 process" if ended == 1 else f"{ended} processes"
    stopped = f"{processes} stopped" if ended else "nothing was running"
    shown.say(f"{stopped}; its data is {'deleted' if wipe else 'kept'}")


def build_tools(project: ProjectFolder = None, no_color: NoColor = False) -> None:
    """Run `tenancy sandbox tools`."""
    shown = terminal(color=not no_color)
    toolchain = tools.ensure(folder_of(project), shown.err)
    shown.say(f"{len(toolchain.statuses)} tools are ready in {toolchain.bin}")


def status(
    project: ProjectFolder = None, as_json: Json = False, no_color: NoColor = False
) -> None:
    """Run `tenancy sandbox status`."""
    current = sandbox.status(folder_of(project))
    _show(current, terminal(color=not no_color), as_json=as_json)
    if current.state is not State.RUNNING:
        raise typer.Exit(Exit.FAILED)


def _show(current: SandboxStatus, shown: Terminal, *, as_json: bool) -> None:
    if as_json:
        shown.write(json.dumps(sandbox_status_data(current), indent=2) + "\n")
        return
    shown.say(f"the sandbox is {current.state.value}")
    if current.state is State.ABSENT:
        shown.note("start it with: tenancy sandbox up")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("part", "state", "process", "port"):
        table.add_column(heading)
    for part in current.parts:
        style = "red" if part.state is State.BROKEN else None
        number = str(part.pid or "-"), str(part.port or "-")
        table.add_row(part.name, part.state.value, *number, style=style)
    shown.out.print(table)
    for part in current.parts:
        if part.state is State.BROKEN:
            shown.say(f"{part.name} exited by itself; the end of {part.log}:", style="red")
            for line in part.tail:
                shown.say(f"    {line}")
    for lack in current.missing:
        shown.say(lack, style="red")
    if current.state is not State.RUNNING:
        shown.note("start the missing parts with: tenancy sandbox up")

"""`tenancy sandbox`: start, end and look at the embedded control plane."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tenancy.assessment import NoProjectError, find_root
from tenancy.cli.error_handling import Commands
from tenancy.cli.options import Json, NoColor, ProjectFolder
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics.exit_codes import Exit
from tenancy.local import sandbox
from tenancy.local.sandbox import SandboxStatus, State

__all__ = ["app", "folder_of"]

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="The embedded control plane: a real API server on this machine, with fake nodes.",
)

Wipe = Annotated[
    bool, typer.Option("--wipe", help="Forget the cluster and Pulumi's state of it.")
]


def folder_of(project: Path | None) -> Path:
    """
    Return the folder whose sandbox and tools are meant.

    Args:
        project: What was asked for. Default: the nearest project, else this folder, for the
            tools are of use without a project, too.

    Raises:
        NoProjectError: The folder that was asked for does not exist.
    """
    if project is not None:
        if not project.is_dir():
            raise NoProjectError(f"{project}: there is no such folder; name one with --project")
        return project.resolve()
    try:
        return find_root(None)
    except NoProjectError:
        return Path.cwd()


@app.command()
def up(
    project: ProjectFolder = None,
    wipe: Wipe = False,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Start it, or what of it does not run, and wait until it can be used."""
    shown = terminal(color=not no_color)
    box = sandbox.up(folder_of(project), wipe=wipe, console=shown.err)
    if as_json:
        _show(sandbox.status(box.root), shown, as_json=True)
        return
    shown.say(f"the embedded control plane runs: {box.server}")
    shown.note('use it with: eval "$(tenancy env)"')


@app.command()
def down(
    project: ProjectFolder = None,
    wipe: Wipe = False,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """End its processes, exactly those; the data stays, unless it is wiped."""
    shown = terminal(color=not no_color)
    root = folder_of(project)
    ended = sandbox.down(root, wipe=wipe, console=shown.err)
    if as_json:
        _show(sandbox.status(root), shown, as_json=True)
        return
    said = f"{ended} processes ended" if ended else "nothing was running"
    shown.say(f"{said}; its data is {'wiped' if wipe else 'kept'}")


@app.command()
def status(
    project: ProjectFolder = None, as_json: Json = False, no_color: NoColor = False
) -> None:
    """Say what runs. The exit code is 0 when the cluster can be used, else 1."""
    found = sandbox.status(folder_of(project))
    _show(found, terminal(color=not no_color), as_json=as_json)
    if found.state is not State.RUNNING:
        raise typer.Exit(Exit.FAILED)


def _show(found: SandboxStatus, shown: Terminal, *, as_json: bool) -> None:
    if as_json:
        shown.say(json.dumps(_plain(found), indent=2))
        return
    shown.say(f"the embedded control plane is {found.state.value}")
    if found.state is State.ABSENT:
        shown.note("start it with: tenancy sandbox up")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("part", "state", "process", "port"):
        table.add_column(heading)
    for part in found.parts:
        style = "red" if part.state is State.BROKEN else None
        number = str(part.pid or "-"), str(part.port or "-")
        table.add_row(part.name, part.state.value, *number, style=style)
    shown.out.print(table)
    for part in found.parts:
        if part.state is State.BROKEN:
            shown.say(f"{part.name} ended by itself; the end of {part.log}:", style="red")
            for line in part.tail:
                shown.say(f"    {line}")
    for lack in found.missing:
        shown.say(lack, style="red")
    if found.state is not State.RUNNING:
        shown.note("start what does not run with: tenancy sandbox up")


def _plain(found: SandboxStatus) -> dict[str, object]:
    return {
        "root": str(found.root),
        "state": found.state.value,
        "server": found.server,
        "kubeconfig": None if found.kubeconfig is None else str(found.kubeconfig),
        "uid": found.uid,
        "missing": list(found.missing),
        "parts": [
            {
                "name": part.name,
                "state": part.state.value,
                "pid": part.pid,
                "port": part.port,
                "log": str(part.log),
                "tail": list(part.tail),
            }
            for part in found.parts
        ],
    }

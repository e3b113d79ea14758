"""`tenancy doctor`: each tool, its version, where it is from, and how to get a missing one."""

import json

import typer
from rich.table import Table

from tenancy.cli.options import Json, NoColor, ProjectFolder
from tenancy.cli.sandbox import folder_of
from tenancy.cli.terminal import Terminal, terminal
from tenancy.diagnostics import Exit
from tenancy.local import tools
from tenancy.local.tools import Source, ToolStatus
from tenancy.output import doctor_data

__all__ = ["command"]


def command(
    project: ProjectFolder = None, as_json: Json = False, no_color: NoColor = False
) -> None:
    """List each tool and where it comes from. The exit code is 1 if one is missing."""
    statuses = tools.report(folder_of(project))
    shown = terminal(color=not no_color)
    if as_json:
        shown.write(json.dumps(doctor_data(statuses), indent=2) + "\n")
    else:
        _show(statuses, shown, tools.unbuildable(folder_of(project)))
    if any(status.source is Source.MISSING for status in statuses):
        raise typer.Exit(Exit.FAILED)


def _show(statuses: tuple[ToolStatus, ...], shown: Terminal, obstacle: str | None) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("tool", "version", "from"):
        table.add_column(heading)
    for status in statuses:
        missing = status.source is Source.MISSING
        style = "red" if missing else None
        table.add_row(status.name, status.version or "-", status.source.value, style=style)
    shown.out.print(table)
    for status in statuses:
        if status.source is Source.MISSING:
            shown.say(f"{status.name} is missing; needed: {status.wanted}", style="red")
        for rejected in status.rejected:
            shown.say(f"{status.name}: not used: {rejected}")
    for remedy in dict.fromkeys(status.remedy for status in statuses if status.remedy):
        shown.say(f"what to do: {remedy}")
    if obstacle is not None:
        shown.say(f"first: {obstacle}", style="red")

"""`tenancy doctor`: where each tool is from and how to get it; the lifetime of pods' tokens."""

import json
from pathlib import Path
from typing import Final

import typer
from rich.table import Table

from tenancy.assessment import assess
from tenancy.cli.completion import complete_stacks
from tenancy.cli.options import Json, NoColor, ProjectFolder
from tenancy.cli.sandbox import folder_of
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cluster import connect, extends_tokens
from tenancy.diagnostics import ClusterError, Exit
from tenancy.local import tools
from tenancy.local.tools import ToolSource, ToolStatus
from tenancy.output import TokenLife, doctor_data

__all__ = ["command"]

_NOT_SEEN: Final = "the flags of its API server are not visible"


def command(
    project: ProjectFolder = None,
    stack: str | None = typer.Option(
        None,
        "--stack",
        "-s",
        metavar="NAME",
        help="Also check on this stack's cluster how long tokens of pods are valid.",
        show_default=False,
        autocompletion=complete_stacks,
    ),
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy doctor`."""
    statuses = tools.report(folder_of(project))
    shown = terminal(color=not no_color)
    tokens = None if stack is None else _tokens(project, stack)
    if as_json:
        shown.write(json.dumps(doctor_data(statuses, tokens), indent=2) + "\n")
    else:
        _show(statuses, shown, tools.unbuildable(folder_of(project)))
        if tokens is not None:
            shown.say(_tokens_text(tokens))
    if any(status.source is ToolSource.MISSING for status in statuses):
        raise typer.Exit(Exit.FAILED)


def _tokens(project: Path | None, stack: str) -> TokenLife:
    """Return what the cluster of *stack* shows about the lifetime of tokens."""
    assessment = assess(project, stack)
    cluster = assessment.cluster(assessment.require(stack))
    try:
        extends, why = extends_tokens(connect(cluster, assessment.root)), _NOT_SEEN
    except ClusterError as error:
        extends, why = None, error.found
    return TokenLife(cluster=cluster.name, is_extended=extends, why_not=why)


def _tokens_text(tokens: TokenLife) -> str:
    flag = "--service-account-extend-token-expiration"
    if tokens.is_extended is None:
        return (
            f"cluster {tokens.cluster}: not checked: whether pods' tokens last a year ({flag}):"
            f" {tokens.why_not}"
        )
    if tokens.is_extended:
        return (
            f"cluster {tokens.cluster}: tokens of pods are valid for up to a year while the "
            f"pod exists; with {flag}=false on the API server they expire after the requested "
            "time"
        )
    return f"cluster {tokens.cluster}: tokens of pods expire after the requested time"


def _show(statuses: tuple[ToolStatus, ...], shown: Terminal, obstacle: str | None) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("tool", "version", "from"):
        table.add_column(heading)
    for status in statuses:
        missing = status.source is ToolSource.MISSING
        style = "red" if missing else None
        table.add_row(status.name, status.version or "-", status.source.value, style=style)
    shown.out.print(table)
    for status in statuses:
        if status.source is ToolSource.MISSING:
            shown.say(f"{status.name} is missing; needed: {status.wanted}", style="red")
        for rejected in status.rejected:
            shown.say(f"{status.name}: not used: {rejected}")
    for remedy in dict.fromkeys(status.remedy for status in statuses if status.remedy):
        shown.say(f"what to do: {remedy}")
    if obstacle is not None:
        shown.say(f"first: {obstacle}", style="red")

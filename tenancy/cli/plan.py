"""`tenancy plan`: what the config means for people."""

import json

import typer

from tenancy import report
from tenancy.cli.group import EXIT_REFUSED
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stack
from tenancy.cli.reading import checked
from tenancy.cli.terminal import terminal
from tenancy.errors import TenancyError
from tenancy.plan.offline import OfflinePlan, data, offline
from tenancy.plan.offline_text import text

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy plan --offline                 every organization, from the files alone

  tenancy plan --offline --stack dev     what stack dev holds

  tenancy plan --offline --json          for programs

What needs a cluster is listed as "not checked", never as passed.
"""


class OnlineError(TenancyError):
    """A plan against a cluster was asked for where only the files can be read."""

    def __str__(self) -> str:
        return (
            "a plan against the cluster is what `tenancy preview --stack NAME` shows; "
            "for what the files say, run `tenancy plan --offline`"
        )


def command(
    project: ProjectFolder = None,
    stack: Stack = None,
    is_offline: bool = typer.Option(
        False, "--offline", help="From the files alone; no cluster is asked."
    ),
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Say per organization: namespaces, quota sums, access, GPUs, and what was found."""
    if not is_offline:
        raise OnlineError
    found = checked(project, stack)
    plan = offline(found.tenancy, found.violations, stack=stack)
    shell = terminal(color=not no_color)
    if as_json:
        findings = report.json(plan.violations, found.documents)
        shell.say(
            json.dumps(
                {**data(plan), "refused": found.is_refused, "findings": findings}, indent=2
            )
        )
    else:
        width = min(shell.out.width, 100)
        for line in _lines(plan, width):
            is_heading = bool(line) and not line.startswith(" ")
            shell.say(line, style="bold" if is_heading else None)
        shell.out.print(
            report.rich_report(plan.violations, found.documents, width=width), soft_wrap=True
        )
    if found.is_refused:
        raise typer.Exit(EXIT_REFUSED)


def _lines(plan: OfflinePlan, width: int) -> list[str]:
    return text(plan, width=width).splitlines()

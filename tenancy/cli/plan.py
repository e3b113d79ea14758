"""`tenancy plan`: what the config means for people, and what an update changes for them."""

import json
from collections.abc import Sequence

import typer

from tenancy import report
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stack
from tenancy.cli.planning import Planned, planned
from tenancy.cli.terminal import Terminal, terminal
from tenancy.errors import TenancyError
from tenancy.exits import Exit
from tenancy.plan.json import data as plan_data
from tenancy.plan.markdown import markdown
from tenancy.plan.offline import data, offline
from tenancy.plan.offline_text import text
from tenancy.plan.text import LINES, rich_text
from tenancy.reading import Checked, checked
from tenancy.violation import errors

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy plan --stack dev               what an update of stack dev would change for people

  tenancy plan --stack dev --markdown    the same as a comment on a pull request

  tenancy plan --offline                 every organization, from the files alone

  tenancy plan --json                    for programs; see docs/schema/plan.json

What could not be asked is listed as "not checked", never as passed.
"""


class FormsError(TenancyError):
    """Options were given that exclude each other."""

    exit = Exit.USAGE


def command(
    *,
    project: ProjectFolder = None,
    stack: Stack = None,
    is_offline: bool = typer.Option(
        False, "--offline", help="From the files alone; no cluster and no state is asked."
    ),
    as_json: Json = False,
    as_markdown: bool = typer.Option(
        False, "--markdown", help="Write Markdown, for a pull request."
    ),
    everything: bool = typer.Option(
        False, "--all", help="Every fact, on as many lines as it takes."
    ),
    no_color: NoColor = False,
) -> None:
    """Say what an update would change for people, and why it would be refused."""
    if as_markdown and (as_json or is_offline):
        raise FormsError("--markdown stands alone: leave --json or --offline out")
    shell = terminal(color=not no_color)
    found = checked(project, stack)
    if is_offline:
        _offline(found, stack, shell, as_json=as_json)
        return
    stacks = found.stacks if stack is None else (found.require(stack),)
    plans = [planned(checked(found.root, name), name, shell) for name in stacks]
    if as_json:
        written = [plan_data(p.plan, p.violations, found.documents) for p in plans]
        shell.say(json.dumps(written[0] if stack is not None else written, indent=2))
    elif as_markdown:
        shell.say("\n".join(markdown(p.plan, p.violations, found.documents) for p in plans))
    else:
        _say(plans, found, shell, most=None if everything else LINES)
    if any(errors(p.violations) for p in plans):
        raise typer.Exit(Exit.REFUSED)


def _say(plans: Sequence[Planned], found: Checked, shell: Terminal, most: int | None) -> None:
    width = min(shell.out.width, 100)
    for one in plans:
        shell.out.print(rich_text(one.plan, width=width, most=most), soft_wrap=True)
        shell.say()
    findings = dict.fromkeys(v for one in plans for v in one.violations)
    if findings:
        shell.out.print(
            report.rich_report(findings, found.documents, width=width), soft_wrap=True
        )


def _offline(found: Checked, stack: str | None, shell: Terminal, *, as_json: bool) -> None:
    plan = offline(found.tenancy, found.violations, stack=stack)
    if as_json:
        findings = report.json(plan.violations, found.documents)
        shell.say(
            json.dumps(
                {**data(plan), "refused": found.is_refused, "findings": findings}, indent=2
            )
        )
    else:
        width = min(shell.out.width, 100)
        for line in text(plan, width=width).splitlines():
            is_heading = bool(line) and not line.startswith(" ")
            shell.say(line, style="bold" if is_heading else None)
        shell.out.print(
            report.rich_report(plan.violations, found.documents, width=width), soft_wrap=True
        )
    if found.is_refused:
        raise typer.Exit(Exit.REFUSED)

"""`tenancy adopt`: existing namespaces become an organization's; nothing is recreated."""

import enum
from datetime import datetime
from typing import Annotated

import typer

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.completion import complete_organizations, complete_stacks
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import NoColor, ProjectFolder, Yes
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import RefusedError

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy adopt --report --organization acme --stack dev shop shop-test

  tenancy adopt --organization acme --stack dev shop shop-test

  tenancy adopt --stack dev --selector team --group-by label:team --write

  tenancy adopt --stack platform --shared observability monitoring

Takes over the namespaces in place, in audit: none is recreated, and no policy of Tenancy
refuses, changes or stops a pod there. To enforce, change `enforcement` in the organization's
file later. Only what is adopted is applied, not what else is pending in the stack.

--report writes nothing. --write writes the files and applies nothing; edit and review them,
then run `tenancy adopt` again: namespaces that the files describe already are not rewritten.

Exit code: 0 if everything was adopted, 3 if it was refused; the files are then as before.
"""

Names = Annotated[
    list[str] | None,
    typer.Argument(help="Names of namespaces in the cluster.", metavar="NAMESPACE"),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        formats=["%Y-%m-%d"],
        help="The last day of the audit. Default: in 90 days.",
        show_default=False,
    ),
]


class Shared(enum.Enum):
    """The purpose of a shared namespace."""

    OBSERVABILITY = "observability"
    SERVICES = "services"


AsShared = Annotated[
    Shared | None,
    typer.Option(
        "--shared",
        metavar="PURPOSE",
        help="Adopt shared namespaces of the platform in --stack, for observability or"
        " services.",
        show_default=False,
    ),
]


def command(
    *,
    namespaces: Names = None,
    organization: str | None = typer.Option(
        None,
        "--organization",
        "-o",
        metavar="NAME",
        help="The organization: a new one, or one that the stack names.",
        show_default=False,
        autocompletion=complete_organizations,
    ),
    stack: str = typer.Option(
        ...,
        "--stack",
        "-s",
        metavar="NAME",
        help="The stack of the environment, or with --shared of the platform.",
        autocompletion=complete_stacks,
    ),
    selector: str | None = typer.Option(
        None,
        "--selector",
        "-l",
        metavar="LABELS",
        help="Also adopt namespaces with these labels that no stack manages: key=value,key.",
        show_default=False,
    ),
    group_by: str | None = typer.Option(
        None,
        "--group-by",
        metavar="RULE",
        help="What names the organization: label:KEY, annotation:KEY or name:PATTERN.",
        show_default=False,
    ),
    prefix: str | None = typer.Option(
        None,
        "--prefix",
        metavar="TEXT",
        help="The prefix of the namespaces' names. Default: the organization's name.",
        show_default=False,
    ),
    shared: AsShared = None,
    until: Until = None,
    report: bool = typer.Option(
        False, "--report", help="Show what the command would do; write nothing."
    ),
    write: bool = typer.Option(False, "--write", help="Write the files; apply nothing."),
    allow_weaker: bool = typer.Option(
        False,
        "--allow-weaker",
        help="Adopt even if the files allow more than the namespaces do now.",
    ),
    project: ProjectFolder = None,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy adopt`."""
    shell = terminal(color=not no_color)
    if report and write:
        raise RefusedError(reason="give --report or --write, not both")
    how_far = engine.Adoption.APPLY
    if report or write:
        how_far = engine.Adoption.REPORT if report else engine.Adoption.WRITE
    engine.adopt(
        assess(project),
        stack,
        engine.Selection(
            names=namespaces or (),
            selector=selector,
            organization=organization,
            group_by=group_by,
        ),
        prefix=prefix,
        shared=None if shared is None else shared.value,
        until=None if until is None else until.date(),
        how_far=how_far,
        allow_weaker=allow_weaker,
        interaction=TerminalInteraction(shell, asks=not yes),
    )

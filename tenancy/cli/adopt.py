"""`tenancy adopt`: namespaces that exist become an organization; nothing is recreated."""

from typing import Annotated

import typer

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import NoColor, ProjectFolder, Yes
from tenancy.cli.terminal import terminal

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy adopt --organization acme --stack dev shop shop-test

Writes organizations/<name>.yaml, names the organization in the stack's file, lists what happens
to each object, asks, and takes the objects over in place: none is recreated. What Tenancy adds
(network policies, object counts) is listed as create: review it first.

Exit code: 0 if everything was adopted, 3 if it was refused; the files are then as before.
"""

Names = Annotated[
    list[str], typer.Argument(help="Names in the cluster.", metavar="NAMESPACE...")
]


def command(
    *,
    namespaces: Names,
    organization: str = typer.Option(
        ..., "--organization", "-o", metavar="NAME", help="The new organization's name."
    ),
    stack: str = typer.Option(..., "--stack", "-s", metavar="NAME", help="The environment."),
    prefix: str | None = typer.Option(
        None,
        "--prefix",
        help="What names of namespaces begin with. Default: the organization's name.",
        show_default=False,
    ),
    project: ProjectFolder = None,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Take over namespaces that exist, with their quotas, limit ranges and role bindings."""
    shell = terminal(color=not no_color)
    engine.adopt(
        assess(project),
        stack,
        namespaces,
        organization=organization,
        prefix=prefix,
        interaction=TerminalInteraction(shell, asks=not yes),
    )

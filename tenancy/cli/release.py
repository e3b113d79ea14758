"""`tenancy release`: Tenancy stops managing namespaces; their objects stay."""

from typing import Annotated

import typer

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import NoColor, ProjectFolder, Yes
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import RefusedError

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy release --keep --stack dev --organization acme

  tenancy release --keep --stack dev acme-dev

  tenancy release --remove-guardrails --stack dev --organization acme

  tenancy release --keep --stack platform monitoring

Namespaces, quotas, limit ranges, role bindings and Pod Security labels stay as they are; only
labels, annotations and field ownership of Tenancy are removed, those of the namespaces last.
No pod restarts. The files no longer describe them afterwards; have that change reviewed.
Shared namespaces of a platform stay in its file with `managed: false`, and stay reachable.

If it is interrupted, run the same command again.

Exit code: 0 if everything was released, 3 if it was refused; nothing is changed then.
"""

Names = Annotated[
    list[str] | None,
    typer.Argument(help="Names of namespaces in the cluster.", metavar="NAMESPACE"),
]


def command(
    *,
    namespaces: Names = None,
    organization: str | None = typer.Option(
        None,
        "--organization",
        "-o",
        metavar="NAME",
        help="Release all namespaces of this organization in the stack.",
        show_default=False,
    ),
    stack: str = typer.Option(
        ...,
        "--stack",
        "-s",
        metavar="NAME",
        help="The stack of the environment, or of the platform for shared namespaces.",
    ),
    keep: bool = typer.Option(False, "--keep", help="Keep every object."),
    remove_guardrails: bool = typer.Option(
        False,
        "--remove-guardrails",
        help="Delete the network policies and the quotas that Tenancy added; keep the rest.",
    ),
    project: ProjectFolder = None,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy release`."""
    shell = terminal(color=not no_color)
    if keep == remove_guardrails:
        raise RefusedError(reason="give either --keep or --remove-guardrails")
    released = engine.release(
        assess(project),
        stack,
        namespaces or (),
        organization=organization,
        keep_guardrails=keep,
        interaction=TerminalInteraction(shell, asks=not yes),
    )
    shell.say(f"stack {stack}: {len(released)} objects released")

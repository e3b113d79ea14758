"""The application `tenancy`: its own options, and every command."""

from typing import Annotated

import typer

from tenancy import __version__
from tenancy.cli.commands import COMMANDS
from tenancy.cli.error_handling import Commands
from tenancy.cli.registration import register
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import table

__all__ = ["app"]

app = typer.Typer(
    cls=Commands,
    name="tenancy",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help="Organizations on shared (GPU) Kubernetes clusters: check, plan, apply.",
    epilog="Start with `tenancy check` and `tenancy plan --offline`: neither needs a cluster."
    f"\n\nExit codes of every command:\n\n{table()}",
)


def _show_version(asked: bool) -> None:
    if asked:
        terminal().say(f"tenancy {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            is_eager=True,
            callback=_show_version,
        ),
    ] = False,
) -> None:
    """The options of `tenancy` itself."""


for _heading, _entries in COMMANDS.items():
    register(app, _heading, _entries)

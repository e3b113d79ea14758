"""Every command of `tenancy`, under its heading in the help."""

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from tenancy import __version__
from tenancy.cli import (
    access_questions,
    adopt,
    check,
    destroy,
    doctor,
    drift,
    env,
    explain,
    fleet,
    init,
    kubeconfig,
    plan,
    preview,
    quickstart,
    refresh,
    release,
    render,
    sandbox,
    schema,
    up,
)
from tenancy.cli.error_handling import Commands
from tenancy.cli.registration import Command, CommandGroup, register
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

_COMMANDS: Final[Mapping[str, tuple[Command | CommandGroup, ...]]] = {
    "From the files": (
        Command("init", init.command, init.EPILOG),
        Command("check", check.command, check.EPILOG),
        Command("render", render.command, render.EPILOG),
        Command("explain", explain.command, explain.EPILOG),
        Command("schema", schema.command, schema.EPILOG),
    ),
    "Plan, from the files, the state and the cluster": (
        Command("plan", plan.command, plan.EPILOG),
        Command("preview", preview.command, preview.EPILOG),
        Command("drift", drift.command, drift.EPILOG),
    ),
    "Apply": (
        Command("up", up.command, up.EPILOG),
        Command("refresh", refresh.command, refresh.EPILOG),
        Command("destroy", destroy.command, destroy.EPILOG),
        Command("adopt", adopt.command, adopt.EPILOG),
        Command("release", release.command, release.EPILOG),
    ),
    "Many stacks": (
        CommandGroup(
            "fleet", fleet.HELP, (Command("matrix", fleet.matrix, fleet.MATRIX_EPILOG),)
        ),
    ),
    "Access and usage": (
        Command("who-can", access_questions.who_can_command, access_questions.WHO_CAN_EPILOG),
        Command(
            "what-can", access_questions.what_can_command, access_questions.WHAT_CAN_EPILOG
        ),
        Command("usage", access_questions.usage, access_questions.USAGE_EPILOG),
        Command("kubeconfig", kubeconfig.command, kubeconfig.EPILOG),
    ),
    "This machine": (
        CommandGroup(
            "quickstart",
            quickstart.HELP,
            (
                Command("up", quickstart.up),
                Command("preview", quickstart.preview),
                Command("down", quickstart.down),
            ),
        ),
        CommandGroup(
            "sandbox",
            sandbox.HELP,
            (
                Command("up", sandbox.up),
                Command("down", sandbox.down),
                Command("status", sandbox.status),
                Command("tools", sandbox.build_tools),
            ),
        ),
        Command("doctor", doctor.command),
        Command("env", env.command),
    ),
}
"""Every command, under its heading in the help."""


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
    """Options without a command."""


for _heading, _entries in _COMMANDS.items():
    register(app, _heading, _entries)

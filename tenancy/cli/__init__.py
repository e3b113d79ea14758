"""The command line: `tenancy`."""

import sys

import typer

from tenancy.automation.engines import stack_variables
from tenancy.cli import (
    adopt,
    check,
    destroy,
    doctor,
    drift,
    env,
    kubeconfig,
    plan,
    questions,
    quickstart,
    render,
    sandbox,
    schema,
    update,
)
from tenancy.cli.group import Commands
from tenancy.exits import table

__all__ = ["app", "main"]

app = typer.Typer(
    cls=Commands,
    name="tenancy",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help="Organizations on shared (GPU) Kubernetes clusters: check, plan, apply.",
    epilog="Begin with `tenancy check` and `tenancy plan --offline`: neither needs a cluster."
    f"\n\nExit codes of every command:\n\n{table()}",
)

_READ, _APPLY, _HERE = "Read (no cluster)", "Apply (any cluster)", "This machine"
_ASK = "Ask"

app.command("check", epilog=check.EPILOG, rich_help_panel=_READ)(check.command)
app.command("plan", epilog=plan.EPILOG, rich_help_panel=_READ)(plan.command)
app.command("render", epilog=render.EPILOG, rich_help_panel=_READ)(render.command)
app.command("schema", epilog=schema.EPILOG, rich_help_panel=_READ)(schema.command)
app.command("who-can", epilog=questions.WHO_CAN_EPILOG, rich_help_panel=_ASK)(
    questions.who_can_command
)
app.command("what-can", epilog=questions.WHAT_CAN_EPILOG, rich_help_panel=_ASK)(
    questions.what_can_command
)
app.command("usage", epilog=questions.USAGE_EPILOG, rich_help_panel=_ASK)(questions.usage)
app.command("preview", epilog=update.PREVIEW_EPILOG, rich_help_panel=_APPLY)(update.preview)
app.command("up", epilog=update.UP_EPILOG, rich_help_panel=_APPLY)(update.up)
app.command("refresh", epilog=update.REFRESH_EPILOG, rich_help_panel=_APPLY)(update.refresh)
app.command("destroy", epilog=destroy.EPILOG, rich_help_panel=_APPLY)(destroy.command)
app.command("drift", epilog=drift.EPILOG, rich_help_panel=_APPLY)(drift.command)
app.command("adopt", epilog=adopt.EPILOG, rich_help_panel=_APPLY)(adopt.command)
app.command("kubeconfig", epilog=kubeconfig.EPILOG, rich_help_panel=_APPLY)(kubeconfig.command)
app.add_typer(quickstart.app, name="quickstart", rich_help_panel=_HERE)
app.add_typer(sandbox.app, name="sandbox", rich_help_panel=_HERE)
app.command("doctor", rich_help_panel=_HERE)(doctor.doctor)
app.command("env", rich_help_panel=_HERE)(env.command(stack_variables))


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    sys.exit(app(prog_name="tenancy"))

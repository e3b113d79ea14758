"""The command line: `tenancy`."""

import gc
import sys
from typing import Final

import typer

from tenancy.cli import (
    access_questions,
    adopt,
    check,
    destroy,
    doctor,
    drift,
    env,
    kubeconfig,
    plan,
    quickstart,
    render,
    sandbox,
    schema,
    update,
)
from tenancy.cli.error_handling import Commands
from tenancy.cli.terminal import flowing
from tenancy.diagnostics.exit_codes import table
from tenancy.engine.stack_opener import stack_variables

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

_COMMANDS: Final = (
    ("check", check.command, check.EPILOG, _READ),
    ("plan", plan.command, plan.EPILOG, _READ),
    ("render", render.command, render.EPILOG, _READ),
    ("schema", schema.command, schema.EPILOG, _READ),
    ("who-can", access_questions.who_can_command, access_questions.WHO_CAN_EPILOG, _ASK),
    ("what-can", access_questions.what_can_command, access_questions.WHAT_CAN_EPILOG, _ASK),
    ("usage", access_questions.usage, access_questions.USAGE_EPILOG, _ASK),
    ("preview", update.preview, update.PREVIEW_EPILOG, _APPLY),
    ("up", update.up, update.UP_EPILOG, _APPLY),
    ("refresh", update.refresh, update.REFRESH_EPILOG, _APPLY),
    ("destroy", destroy.command, destroy.EPILOG, _APPLY),
    ("drift", drift.command, drift.EPILOG, _APPLY),
    ("adopt", adopt.command, adopt.EPILOG, _APPLY),
    ("kubeconfig", kubeconfig.command, kubeconfig.EPILOG, _APPLY),
)
for _name, _function, _epilog, _panel in _COMMANDS:
    app.command(_name, epilog=flowing(_epilog), rich_help_panel=_panel)(_function)
app.add_typer(quickstart.app, name="quickstart", rich_help_panel=_HERE)
app.add_typer(sandbox.app, name="sandbox", rich_help_panel=_HERE)
app.command("doctor", rich_help_panel=_HERE)(doctor.doctor)
app.command("env", rich_help_panel=_HERE)(env.command(stack_variables))


def main() -> None:
    """Run the command of this process's arguments and exit with its code."""
    # What was imported lasts as long as the process, and need not be searched for garbage.
    gc.freeze()
    sys.exit(app(prog_name="tenancy"))

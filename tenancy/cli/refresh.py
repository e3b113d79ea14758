"""`tenancy refresh`: read the objects on the cluster into the state."""

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stacks
from tenancy.cli.outcome_report import finish, message_terminal
from tenancy.cli.terminal import terminal
from tenancy.output import result_data

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy refresh --stack dev

The state is changed, the cluster is not. Objects that were deleted by hand are created again by
the next update. Refresh does not detect manually added fields; `tenancy drift` does.
"""


def command(
    *,
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy refresh`."""
    shell = terminal(color=not no_color)
    messages = message_terminal(shell, as_json=as_json)
    outcomes = engine.refresh(assess(project), stack, interaction=TerminalInteraction(messages))
    finish("refresh", outcomes, shell, as_json=as_json, of_result=result_data)

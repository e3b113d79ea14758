"""`tenancy destroy`: delete everything in a stack, after the user typed its name."""

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stacks, Yes
from tenancy.cli.outcome_report import finish, message_terminal
from tenancy.cli.terminal import terminal
from tenancy.output import result_data

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy destroy --stack dev           asks for the stack's name

  tenancy destroy --stack dev --yes     does not ask; for CI

Every namespace of the stack is deleted with all objects in it. Environments are destroyed
before their platform.
"""


def command(
    *,
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy destroy`."""
    shell = terminal(color=not no_color)
    messages = message_terminal(shell, as_json=as_json)
    outcomes = engine.destroy(
        assess(project), stack, interaction=TerminalInteraction(messages, asks=not yes)
    )
    finish("destroy", outcomes, shell, as_json=as_json, of_result=result_data)

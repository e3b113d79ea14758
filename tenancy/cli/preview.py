"""`tenancy preview`: what an update would do; nothing is changed."""

from tenancy import engine
from tenancy.assessment import assess
from tenancy.cli.fleet import required
from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.options import All, AnyStacks, Json, NoColor, Part, ProjectFolder, Strict
from tenancy.cli.outcome_report import finish, message_terminal
from tenancy.cli.terminal import terminal
from tenancy.output import result_data

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy preview --stack dev

  tenancy preview --stack platform --stack dev

Nothing is changed. Plain `pulumi preview` reports and refuses the same.

Exit code: 0 if nothing changes, 2 if something does, 3 if it is refused.
"""


def command(
    *,
    stack: AnyStacks = None,
    shard: Part = None,
    project: ProjectFolder = None,
    strict: Strict = False,
    as_json: Json = False,
    everything: All = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy preview`."""
    shell = terminal(color=not no_color)
    messages = message_terminal(shell, as_json=as_json)
    assessment = assess(project)
    interaction = TerminalInteraction(messages, everything=everything)
    outcomes = engine.preview(
        assessment, required(assessment, stack, shard), strict=strict, interaction=interaction
    )
    finish("preview", outcomes, shell, as_json=as_json, of_result=result_data)

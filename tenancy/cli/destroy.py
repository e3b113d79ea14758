"""`tenancy destroy`: everything of a stack goes, after its name was typed."""

from tenancy.assessment import assess
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stacks, Yes
from tenancy.cli.parallel import together
from tenancy.cli.progress import done
from tenancy.cli.prompts import ask_for_name
from tenancy.cli.results import apart, conclude
from tenancy.cli.stack_opener import opening, watch_on
from tenancy.cli.terminal import Terminal, terminal
from tenancy.engine import Result
from tenancy.engine.destroy import refuse_while_used, remove
from tenancy.engine.operations import last
from tenancy.output.outcomes_json import result_data

__all__ = ["EPILOG", "command", "removed"]

EPILOG = """
Examples:

  tenancy destroy --stack dev           asks for the stack's name

  tenancy destroy --stack dev --yes     does not ask; for CI

Every namespace of the stack goes with all that it holds. Environments go before their platform.
"""


def command(
    stack: Stacks,
    project: ProjectFolder = None,
    as_json: Json = False,
    yes: Yes = False,
    no_color: NoColor = False,
) -> None:
    """Delete everything of a stack, its namespaces and what they hold included."""
    shell = terminal(color=not no_color)
    told = apart(shell, as_json=as_json)
    found = assess(project)
    open_stack = opening(found, told)
    names = found.in_order(stack)[::-1]

    def work(name: str, own: Terminal) -> Result:
        opened = open_stack(name)
        refuse_while_used(found, opened, going=names)
        if not yes:
            ask_for_name(found, name, own)
        result = remove(found, opened, say=own.note, watch=watch_on(own))
        removed(result, own)
        return result

    outcomes = together("destroying", names, work, told, asks=not yes, needs=last(found, names))
    conclude("destroy", outcomes, shell, as_json=as_json, of_result=result_data)


def removed(result: Result, shell: Terminal) -> None:
    """Say what was taken away."""
    if result.is_empty:
        shell.say(f"stack {result.stack}: nothing of it exists")
    else:
        done(result, shell)

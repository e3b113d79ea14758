"""`tenancy destroy`: everything of a stack goes, after its name was typed."""

from tenancy.automation import Result
from tenancy.automation.json import result_data
from tenancy.automation.removing import refuse_while_used, remove
from tenancy.automation.stacks import last
from tenancy.cli.asking import ask_for_name
from tenancy.cli.concluding import apart, conclude
from tenancy.cli.opening import opening, watch_on
from tenancy.cli.options import Json, NoColor, ProjectFolder, Stacks, Yes
from tenancy.cli.progress import done
from tenancy.cli.terminal import Terminal, terminal
from tenancy.cli.together import together
from tenancy.reading import checked

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
    found = checked(project)
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

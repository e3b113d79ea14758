"""How a command ends that worked on several stacks: what came of each, and one code."""

import json
from collections.abc import Callable
from typing import TypeVar

import typer

from tenancy.cli.terminal import Terminal
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import Outcomes
from tenancy.output.outcomes_json import DriftData, Kind, ResultData, data

__all__ = ["apart", "conclude", "saying"]

T = TypeVar("T")


def apart(shell: Terminal, *, as_json: bool) -> Terminal:
    """Return where people are told something: never where a program reads JSON."""
    return Terminal(out=shell.err, err=shell.err) if as_json else shell


def saying(shell: Terminal) -> Callable[[TenancyError], None]:
    """Return what says an error as soon as there is one."""
    return lambda error: shell.note(str(error))


def conclude(
    kind: Kind,
    outcomes: Outcomes[T],
    shell: Terminal,
    *,
    as_json: bool,
    of_result: Callable[[T], ResultData | DriftData],
) -> None:
    """
    Say what came of each stack, where it was more than one, and end with the heaviest code.

    Args:
        kind: The command's name.
        of_result: What programs read of a result.

    Raises:
        typer.Exit: The code is not 0.
    """
    if as_json:
        shell.say(json.dumps(data(kind, outcomes, of_result), indent=2))
    elif len(outcomes.of) > 1 and outcomes.errors:
        said = (f"{outcome.stack} {outcome.exit.name.lower()}" for outcome in outcomes)
        shell.note(f"in all: {', '.join(said)}", style="bold")
    if outcomes.exit is not Exit.DONE:
        raise typer.Exit(outcomes.exit)

"""How a command on several stacks ends: a summary or JSON, and one exit code."""

import json
from collections.abc import Callable
from typing import TypeVar

import typer

from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import Exit
from tenancy.engine import Outcomes
from tenancy.output import DriftData, Kind, ResultData, data

__all__ = ["finish", "message_terminal"]

T = TypeVar("T")


def message_terminal(shell: Terminal, *, as_json: bool) -> Terminal:
    """Return where messages are written: with JSON, standard output contains nothing else."""
    return Terminal(out=shell.err, err=shell.err) if as_json else shell


def finish(
    kind: Kind,
    outcomes: Outcomes[T],
    shell: Terminal,
    *,
    as_json: bool,
    of_result: Callable[[T], ResultData | DriftData],
) -> None:
    """
    Write *outcomes* as JSON, or a summary if there are several, and exit with their code.

    Args:
        kind: The command's name.
        outcomes: The outcome of each stack.
        shell: Where to write.
        as_json: Whether to write JSON.
        of_result: Returns the JSON of a result.

    Raises:
        typer.Exit: The exit code is not 0.
    """
    if as_json:
        shell.write(json.dumps(data(kind, outcomes, of_result), indent=2) + "\n")
    elif len(outcomes.of) > 1 and outcomes.errors:
        parts = (f"{outcome.stack} {outcome.exit.name.lower()}" for outcome in outcomes)
        shell.note(f"Summary: {', '.join(parts)}", style="bold")
    if outcomes.exit is not Exit.DONE:
        raise typer.Exit(outcomes.exit)

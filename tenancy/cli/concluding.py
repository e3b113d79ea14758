"""How a command ends that worked on several stacks: what came of each, and one code."""

import json
from collections.abc import Callable
from typing import TypeVar

import typer

from tenancy.automation import Outcomes, Result
from tenancy.cli.terminal import Terminal
from tenancy.document import JSON
from tenancy.errors import TenancyError
from tenancy.exits import Exit

__all__ = ["apart", "conclude", "saying", "step_data"]

T = TypeVar("T")

VERSION = 1
"""Raised whenever a key changes its meaning or goes; new keys do not raise it."""


def apart(shell: Terminal, *, as_json: bool) -> Terminal:
    """Return where people are told something: never where a program reads JSON."""
    return Terminal(out=shell.err, err=shell.err) if as_json else shell


def saying(shell: Terminal) -> Callable[[TenancyError], None]:
    """Return what says an error as soon as there is one."""
    return lambda error: shell.note(str(error))


def conclude(
    kind: str,
    outcomes: Outcomes[T],
    shell: Terminal,
    *,
    as_json: bool,
    data: Callable[[T], dict[str, JSON]],
) -> None:
    """
    Say what came of each stack, where it was more than one, and end with the heaviest code.

    Args:
        kind: The command's name.
        data: What programs read of a result.

    Raises:
        typer.Exit: The code is not 0.
    """
    if as_json:
        stacks = [
            {
                "stack": outcome.stack,
                "exit": outcome.exit.value,
                "status": outcome.exit.name.lower(),
                "error": None if outcome.error is None else str(outcome.error),
                **({} if outcome.result is None else data(outcome.result)),
            }
            for outcome in outcomes
        ]
        body = {"version": VERSION, "kind": kind, "exit": outcomes.exit.value, "stacks": stacks}
        shell.say(json.dumps(body, indent=2))
    elif len(outcomes.of) > 1 and outcomes.errors:
        said = (f"{outcome.stack} {outcome.exit.name.lower()}" for outcome in outcomes)
        shell.note(f"in all: {', '.join(said)}", style="bold")
    if outcomes.exit is not Exit.DONE:
        raise typer.Exit(outcomes.exit)


def step_data(result: Result) -> dict[str, JSON]:
    """Return what programs read of what the engine did or would do."""
    return {
        "empty": result.is_empty,
        "changes": dict(result.changes),
        "steps": [
            {
                "op": step.op,
                "type": step.type,
                "name": step.name,
                "urn": step.urn,
                "changes": list(step.changes),
            }
            for step in result.steps
        ],
        "messages": list(result.messages),
    }

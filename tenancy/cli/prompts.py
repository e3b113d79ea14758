"""Questions before a change, and the refusal if standard input is not a terminal."""

import sys
from collections.abc import Sequence

import typer

from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import RefusedError

__all__ = ["ask_for_name", "ask_text", "ask_yes_no", "can_ask"]


def ask_yes_no(question: str) -> None:
    """
    Ask *question*.

    Raises:
        RefusedError: The answer was no, or standard input is not a terminal.
    """
    _require_terminal()
    if not typer.confirm(question, err=True):
        raise RefusedError(reason="not confirmed; nothing was changed")


def ask_for_name(stack: str, cluster: str, namespaces: Sequence[str], shell: Terminal) -> None:
    """
    Ask the user to type the name of *stack*, after listing what will be deleted.

    Raises:
        RefusedError: Another text was typed, or standard input is not a terminal.
    """
    _require_terminal()
    shell.note(f"Everything in stack {stack} on cluster {cluster} will be deleted:")
    for namespace in namespaces:
        shell.note(f"  namespace {namespace} and all objects in it", style="red")
    typed = typer.prompt(
        "Type the stack's name to continue", err=True, default="", show_default=False
    )
    if typed != stack:
        raise RefusedError(reason=f"{typed!r} is not {stack!r}; nothing was changed")


def can_ask() -> bool:
    """Return whether standard input is a terminal."""
    return sys.stdin.isatty()


def ask_text(question: str, default: str) -> str:
    """Ask *question* and return the answer, or *default* if nothing was typed."""
    answer: str = typer.prompt(question, err=True, default=default, show_default=bool(default))
    return answer.strip()


def _require_terminal() -> None:
    if not can_ask():
        raise RefusedError(
            reason="cannot prompt: standard input is not a terminal; nothing was changed; "
            "run this in a terminal, or with --yes"
        )

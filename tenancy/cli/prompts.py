"""Questions before a change, and the refusal if standard input is not a terminal."""

import sys
from collections.abc import Sequence

import typer

from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import RefusedError

__all__ = ["ask_for_name", "ask_yes_no"]


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


def _require_terminal() -> None:
    if not sys.stdin.isatty():
        raise RefusedError(
            reason="cannot prompt: standard input is not a terminal; nothing was changed; "
            "run this in a terminal, or with --yes"
        )

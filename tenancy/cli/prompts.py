"""Questions before something is changed, and the refusal where nobody can answer."""

import sys
from collections.abc import Sequence

import typer

from tenancy.cli.terminal import Terminal
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit

__all__ = ["NotConfirmedError", "ask_for_name", "ask_yes_no"]


class NotConfirmedError(TenancyError):
    """The answer was no, or there is nobody to answer."""

    exit = Exit.REFUSED


def ask_yes_no(question: str) -> None:
    """
    Ask *question*.

    Raises:
        NotConfirmedError: The answer was no, or there is nobody to answer.
    """
    _require_terminal()
    if not typer.confirm(question, err=True):
        raise NotConfirmedError("not confirmed; nothing was changed")


def ask_for_name(stack: str, cluster: str, namespaces: Sequence[str], shell: Terminal) -> None:
    """
    Ask the user to type the name of *stack*, after listing what will be deleted.

    Raises:
        NotConfirmedError: Something else was typed, or there is nobody to answer.
    """
    _require_terminal()
    shell.note(f"Everything in stack {stack} on cluster {cluster} will be deleted:")
    for namespace in namespaces:
        shell.note(f"  namespace {namespace} and all objects in it", style="red")
    typed = typer.prompt(
        "Type the stack's name to continue", err=True, default="", show_default=False
    )
    if typed != stack:
        raise NotConfirmedError(f"{typed!r} is not {stack!r}; nothing was changed")


def _require_terminal() -> None:
    if not sys.stdin.isatty():
        raise NotConfirmedError(
            "cannot prompt: standard input is not a terminal; nothing was changed; "
            "run this in a terminal, or with --yes"
        )

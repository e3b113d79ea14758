"""Questions before something is done, and the refusal where nobody answers."""

import sys

import typer

from tenancy.assessment import Assessment
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit

__all__ = ["NotConfirmedError", "ask_for_name", "confirm"]


class NotConfirmedError(TenancyError):
    """Somebody was asked and did not agree, or there was nobody to ask."""

    exit = Exit.REFUSED


def confirm(question: str, shell: Terminal) -> None:
    """
    Ask *question*.

    Raises:
        NotConfirmedError: The answer was no, or there was nobody to ask.
    """
    _require_somebody()
    if not typer.confirm(question, err=True):
        raise NotConfirmedError("not confirmed; nothing was changed")


def ask_for_name(found: Assessment, stack: str, shell: Terminal) -> None:
    """
    Have the name of *stack* typed, after saying all that goes with it.

    Raises:
        NotConfirmedError: Something else was typed, or there was nobody to ask.
    """
    _require_somebody()
    shell.note(f"stack {stack} on cluster {found.cluster(stack).name}: everything goes.")
    environment = found.tenancy.environments.get(stack)
    for namespace in environment.namespaces if environment is not None else ():
        shell.note(f"  namespace {namespace.name}, with all that it holds", style="red")
    typed = typer.prompt(
        "type the stack's name to go on", err=True, default="", show_default=False
    )
    if typed != stack:
        raise NotConfirmedError(f"{typed!r} is not {stack!r}; nothing was changed")


def _require_somebody() -> None:
    if not sys.stdin.isatty():
        raise NotConfirmedError(
            "there is nobody to ask (standard input is no terminal); nothing was changed; "
            "run it in a terminal, or with --yes"
        )

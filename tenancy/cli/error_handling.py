"""Errors of every command: a clean message and an exit code, never a traceback."""

import contextlib
import errno
import os
import re
import sys
from collections.abc import Iterator
from typing import Final

import typer

from tenancy.cli.help_types import GroupOfCommands
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import Exit, TenancyError, nearest

__all__ = ["Commands"]

_UsageException: type[Exception] = typer.BadParameter.__bases__[0]
"""Raised by the command line's parser; its own code 2 has another meaning here."""
_CHOICES: Final = re.compile(r"(?s)'(?P<found>.*)' is not one of (?P<allowed>'.*')\.?")
_DATES: Final = re.compile(r"(?s)(?P<found>'.*') does not match the formats? '%Y-%m-%d'\.?")
_OF_A_LIBRARY: Final = "Value error, "
"""Pydantic writes it before the messages of Typer."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""A disk, a quota or a limit of this user is used up."""


class Commands(GroupOfCommands):
    """The commands; every expected error ends as a message on standard error."""

    def make_context(self, *arguments, **options):  # type: ignore[no-untyped-def]
        """Read the options before the command."""
        with _usage_code():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command."""
        try:
            with _usage_code():
                return super().invoke(ctx)
        except TenancyError as error:
            terminal().note(str(error))
            raise typer.Exit(error.exit) from None
        except OSError as error:
            if error.filename is None and error.errno not in _FULL:
                raise
            terminal().note(_of_file(error))
            _discard_output()
            raise typer.Exit(Exit.FAILED) from None
        except typer.Abort:
            terminal().note("\nnot confirmed")
            raise typer.Exit(Exit.REFUSED) from None
        except KeyboardInterrupt:
            terminal().note("\ninterrupted: finished changes are kept; the next run continues")
            raise typer.Exit(Exit.INTERRUPTED) from None


def _of_file(error: OSError) -> str:
    """Return what a file of the person's own prevented, and what to do."""
    why = os.strerror(error.errno) if error.errno else str(error)
    remedy = (
        "free some space, and run this again; finished changes are kept"
        if error.errno in _FULL
        else "correct the path or its permissions, and run this again"
    )
    file = error.filename or "standard output or a temporary file"
    return f"{file}: {why[:1].lower()}{why[1:]}; {remedy}"


def _discard_output() -> None:
    """Write no more once standard output is full: Python would fail again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _usage_code() -> Iterator[None]:
    try:
        yield
    except _UsageException as error:
        if isinstance(error, typer.BadParameter):
            error.message = _wrong_value(error.message)
        error.exit_code = Exit.USAGE  # type: ignore[attr-defined]
        raise


def _wrong_value(message: str) -> str:
    """
    Return what is wrong with the value of an option, and what is allowed.

    >>> _wrong_value("Value error, 'sariff' is not one of 'sarif', 'github'.")
    "'sariff', did you mean 'sarif'?; allowed: sarif, github"
    >>> _wrong_value("Value error, '20' does not match the formats '%Y-%m-%d'.")
    "'20'; allowed: a date such as 2026-12-31"
    """
    plain = message.removeprefix(_OF_A_LIBRARY)
    if date := _DATES.fullmatch(plain):
        return f"{date['found']}; allowed: a date such as 2026-12-31"
    if (choice := _CHOICES.fullmatch(plain)) is None:
        return plain
    allowed = re.findall("'([^']*)'", choice["allowed"])
    near = nearest(choice["found"], allowed)
    meant = f", did you mean '{near}'?" if near else ""
    return f"'{choice['found']}'{meant}; allowed: {', '.join(allowed)}"

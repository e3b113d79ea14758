"""What every command does about errors: a clean message and an exit code, never a traceback."""

import contextlib
from collections.abc import Iterator

import typer
from typer.core import TyperGroup

from tenancy.cli.terminal import terminal
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit

__all__ = ["Commands"]

_WrongUse: type[Exception] = typer.BadParameter.__bases__[0]
"""What the parser of the command line raises; its own code is 2, which has a meaning here."""


class Commands(TyperGroup):
    """The commands; whatever a person can mend ends as a message on standard error."""

    def make_context(self, *arguments, **options):  # type: ignore[no-untyped-def]
        """Read the options that stand before the command."""
        with _wrong_use():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was asked for."""
        try:
            with _wrong_use():
                return super().invoke(ctx)
        except TenancyError as error:
            terminal().note(str(error))
            raise typer.Exit(error.exit) from None
        except typer.Abort:
            terminal().note("\nnot confirmed")
            raise typer.Exit(Exit.REFUSED) from None
        except KeyboardInterrupt:
            terminal().note(
                "\ninterrupted: what was done stays done, and the next run goes on from there"
            )
            raise typer.Exit(Exit.INTERRUPTED) from None


@contextlib.contextmanager
def _wrong_use() -> Iterator[None]:
    try:
        yield
    except _WrongUse as error:
        error.exit_code = Exit.USAGE  # type: ignore[attr-defined]
        raise

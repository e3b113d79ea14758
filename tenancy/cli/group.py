"""What every command does about errors: a clean message and an exit code, never a traceback."""

import typer
from typer.core import TyperGroup

from tenancy.cli.terminal import terminal
from tenancy.errors import TenancyError

__all__ = ["EXIT_INTERRUPTED", "EXIT_REFUSED", "Commands"]

EXIT_REFUSED = 1
"""Something is wrong or was refused; the message says what to do."""
EXIT_INTERRUPTED = 130
"""The user interrupted, as shells say it."""


class Commands(TyperGroup):
    """The commands; whatever a person can mend ends as a message on standard error."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except TenancyError as error:
            terminal().note(str(error))
            raise typer.Exit(EXIT_REFUSED) from None
        except KeyboardInterrupt:
            terminal().note(
                "\ninterrupted: what was done stays done, and the next run goes on from there"
            )
            raise typer.Exit(EXIT_INTERRUPTED) from None

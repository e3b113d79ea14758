"""How commands and groups of commands are registered: a command is imported when it is used."""

import functools
import gc
import importlib
from collections.abc import Iterable
from typing import Final

import attrs
import typer
from typer.core import TyperCommand

from tenancy.cli.error_handling import Commands
from tenancy.cli.help_types import SingleCommand
from tenancy.cli.terminal import flowing

__all__ = ["Command", "CommandGroup", "register"]

_MARKUP: Final = "rich"


@attrs.frozen
class Command:
    """
    A command.

    Attributes:
        name: The word that users type.
        place: `<module>:<function>` in `tenancy.cli`; the function is called with the options,
            which its signature describes.
        help: What it does, in one line.
        epilog: The name of the text in its module that follows the options: examples and exit
            codes. Default: `EPILOG`; empty for none.
    """

    name: str
    place: str
    help: str
    epilog: str = "EPILOG"

    def imported(self) -> TyperCommand:
        """Import the module of the command, and return the command with its options."""
        name, _, function = self.place.partition(":")
        module = importlib.import_module(f"tenancy.cli.{name}")
        # Modules last as long as the process: the garbage collector need not visit them.
        gc.freeze()
        epilog = getattr(module, self.epilog) if self.epilog else ""
        app = typer.Typer(add_completion=False, rich_markup_mode=_MARKUP)
        app.command(self.name, cls=SingleCommand, help=self.help, epilog=flowing(epilog))(
            getattr(module, function)
        )
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand)
        return command


@attrs.frozen
class CommandGroup:
    """
    Commands with a common first word.

    Attributes:
        name: The first word.
        help: What the commands have in common.
        commands: The commands.
    """

    name: str
    help: str
    commands: tuple[Command, ...]


def register(
    app: typer.Typer, heading: str | None, entries: Iterable[Command | CommandGroup]
) -> None:
    """Register *entries* in *app*, under *heading* in its help."""
    for entry in entries:
        if isinstance(entry, Command):
            app.command(
                entry.name, cls=_listed(entry), help=entry.help, rich_help_panel=heading
            )(_nothing)
            continue
        group = typer.Typer(cls=Commands, no_args_is_help=True, help=entry.help)
        register(group, None, entry.commands)
        app.add_typer(group, name=entry.name, rich_help_panel=heading)


def _nothing() -> None:
    """Stand for the function of a command that was not imported yet."""


def _listed(entry: Command) -> type[TyperCommand]:
    """Return *entry* as it is listed; its module is imported when it is used."""
    imported = functools.cache(entry.imported)

    class Listed(SingleCommand):
        @property
        def params(self):  # type: ignore[no-untyped-def]
            return imported().params

        @params.setter
        def params(self, _none):  # type: ignore[no-untyped-def]
            """Keep the parameters of the command."""

        def make_context(self, *arguments, **options):  # type: ignore[no-untyped-def]
            return imported().make_context(*arguments, **options)

    return Listed

"""How commands and groups of commands are registered."""

from collections.abc import Callable, Iterable

import attrs
import typer

from tenancy.cli.error_handling import Commands
from tenancy.cli.terminal import flowing

__all__ = ["Command", "CommandGroup", "register"]


@attrs.frozen
class Command:
    """
    A command.

    Attributes:
        name: The word that users type.
        function: Called with the options; its signature describes them, its docstring is
            the help.
        epilog: Examples and exit codes, after the options. Default: none.
    """

    name: str
    function: Callable[..., None]
    epilog: str = ""


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
            app.command(entry.name, epilog=flowing(entry.epilog), rich_help_panel=heading)(
                entry.function
            )
            continue
        group = typer.Typer(cls=Commands, no_args_is_help=True, help=entry.help)
        register(group, None, entry.commands)
        app.add_typer(group, name=entry.name, rich_help_panel=heading)

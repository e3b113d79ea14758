"""The types in `--help`: only those that say more than the option's name, such as choices."""

from typing import Final

from typer.core import TyperCommand, TyperGroup

__all__ = ["GroupOfCommands", "SingleCommand"]

_NAMES_OF_PYTHON: Final = frozenset({"<bool>", "<str>", "<path>", "<list[str]>"})


class SingleCommand(TyperCommand):
    """A command whose help shows no names of Python's types."""

    def get_params(self, ctx):  # type: ignore[no-untyped-def]
        """Return the options and arguments, `--help` too."""
        return _without_types(super().get_params(ctx), ctx)  # type: ignore[no-untyped-call]


class GroupOfCommands(TyperGroup):
    """A group of commands whose help shows no names of Python's types."""

    def get_params(self, ctx):  # type: ignore[no-untyped-def]
        """Return the options and arguments, `--help` too."""
        return _without_types(super().get_params(ctx), ctx)  # type: ignore[no-untyped-call]


def _without_types(params, ctx):  # type: ignore[no-untyped-def]
    for param in params:
        if param.display_type_rich(ctx=ctx) in _NAMES_OF_PYTHON:
            param.display_type_rich = _nothing
    return params


def _nothing(*, ctx: object) -> None:
    """Stand for a type that is not shown."""

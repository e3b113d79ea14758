"""The types in `--help`: only those that tell more than the option's name, such as choices."""

from typing import Final

from typer.core import TyperCommand, TyperGroup

__all__ = ["GroupOfCommands", "SingleCommand"]

_NAMES_OF_PYTHON: Final = frozenset({"<bool>", "<str>", "<path>", "<list[str]>"})


class _WithoutTypes:
    def get_params(self, ctx):  # type: ignore[no-untyped-def]
        """Return the options and arguments, `--help` too, without names of Python's types."""
        params = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if param.display_type_rich(ctx=ctx) in _NAMES_OF_PYTHON:
                param.display_type_rich = _nothing
        return params


class SingleCommand(_WithoutTypes, TyperCommand):
    """A command whose help shows no names of Python's types."""


class GroupOfCommands(_WithoutTypes, TyperGroup):
    """A group of commands whose help shows no names of Python's types."""


def _nothing(*, ctx: object) -> None:
    """Stand for a type that is not shown."""

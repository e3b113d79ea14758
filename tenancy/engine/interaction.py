"""How whoever asks for something long is told how it goes."""

import contextlib
from contextlib import AbstractContextManager
from typing import Protocol

from tenancy.engine.events import OnStep

__all__ = ["Watch", "unwatched"]


class Watch(Protocol):
    """Opens a block in which the engine works."""

    def __call__(
        self, doing: str, *, lines: bool = True
    ) -> AbstractContextManager[OnStep | None]:
        """
        Return the block; it yields what the engine is to call for each step.

        Args:
            doing: What goes on, in the progressive: `destroying stack dev`.
            lines: Whether each finished change is worth a line. Default: yes.
        """


def unwatched(doing: str, *, lines: bool = True) -> AbstractContextManager[OnStep | None]:
    """Tell nobody."""
    del doing, lines
    return contextlib.nullcontext(None)

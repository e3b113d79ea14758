"""What an operation shows and asks while it works: on a terminal, in CI, or nothing at all."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Final

from tenancy.diagnostics import TenancyError
from tenancy.engine.events import OnStep
from tenancy.engine.results import Result

__all__ = ["AUTOMATIC", "ForStack", "Interaction", "Note"]

Note = Callable[[str], None]
"""A function that is called with a line for people, such as what the command waits for."""


class Interaction:
    """
    Progress, questions and messages of an operation; subclass it to show or ask something.

    This class itself shows nothing and answers every question with yes.

    Attributes:
        asks: Whether a person answers the questions. Stacks are then worked on one after
            another, never side by side. Default: no.
        previews: Whether `up` makes a preview first, for `show_preview`. Without it an update
            takes half the time. Default: no.
    """

    asks: bool = False
    previews: bool = False

    @contextlib.contextmanager
    def side_by_side(
        self, doing: str, stacks: Sequence[str], at_once: int
    ) -> Iterator["ForStack"]:
        """
        Open a block in which several stacks are worked on at once, each in its own thread.

        Args:
            doing: What is done to them, in the progressive: `applying`.
            stacks: The stacks.
            at_once: How many of them are worked on at a time.

        Yields:
            A function that opens the interaction of one stack.
        """
        del doing, stacks, at_once
        yield lambda _stack: contextlib.nullcontext(self)

    def progress(
        self, doing: str, *, lines: bool = True, total: int | None = None
    ) -> AbstractContextManager[OnStep | None]:
        """
        Open a block in which the engine works; it yields a function to call for each step.

        Args:
            doing: What the engine does, in the progressive: `applying stack dev`.
            lines: Whether each finished change is worth a line. Default: yes.
            total: How many resources the engine will report. Default: not known.
        """
        del doing, lines, total
        return contextlib.nullcontext(None)

    def note(self, line: str) -> None:
        """Show a line that is not a result."""

    def show_error(self, error: TenancyError) -> None:
        """Show why a stack has no result, as soon as this is known."""

    def show_preview(self, result: Result) -> None:
        """Show what an update would do."""

    def show_result(self, result: Result) -> None:
        """Show what was done."""

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show what the next question is about."""

    def confirm(self, question: str) -> None:
        """
        Ask *question*; return only if the answer is yes.

        Raises:
            RefusedError: The answer was no, or the user cannot be asked.
        """

    def confirm_destroy(self, stack: str, cluster: str, namespaces: Sequence[str]) -> None:
        """
        Ask whether to delete *stack* on *cluster*, with *namespaces* and everything in them.

        Raises:
            RefusedError: The answer was no, or the user cannot be asked.
        """


ForStack = Callable[[str], AbstractContextManager[Interaction]]
"""Opens the interaction of one stack among several that are worked on at once."""

AUTOMATIC: Final = Interaction()
"""Shows nothing and asks nothing: for CI and for programs."""

"""Operations on a terminal: progress, previews, questions and errors as people see them."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from tenancy.cli.batch import BufferedTerminal, batch_status
from tenancy.cli.progress import show_preview, show_progress, show_result
from tenancy.cli.prompts import ask_for_name, ask_yes_no
from tenancy.cli.signals import interrupt_now
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import TenancyError
from tenancy.engine import ForStack, Interaction, OnStep, Result

__all__ = ["TerminalInteraction"]


class TerminalInteraction(Interaction):
    """
    Shows everything on a terminal.

    Attributes:
        shell: Where to write.
        asks: Whether the user is asked before something is changed.
        everything: Whether long lists are shown in full. Default: they are shortened.
    """

    previews = True

    def __init__(
        self, shell: Terminal, *, asks: bool = False, everything: bool = False
    ) -> None:
        self.shell = shell
        self.asks = asks
        self.everything = everything
        self._interrupted: threading.Event | None = None

    @contextlib.contextmanager
    def side_by_side(
        self, doing: str, stacks: Sequence[str], at_once: int
    ) -> Iterator[ForStack]:
        """Show one status line, and the output of each stack in one piece."""
        with (
            batch_status(doing, len(stacks), at_once, self.shell) as status,
            interrupt_now() as self._interrupted,
        ):

            @contextlib.contextmanager
            def for_stack(stack: str) -> Iterator[Interaction]:
                buffered = BufferedTerminal()
                with status.showing(stack):
                    try:
                        yield TerminalInteraction(buffered, everything=self.everything)
                    finally:
                        buffered.write_to(self.shell)

            yield for_stack

    def progress(
        self, doing: str, *, lines: bool = True, total: int | None = None
    ) -> AbstractContextManager[OnStep | None]:
        """Show a spinner with how much is done and the time, or a line every ten seconds."""
        return show_progress(doing, self.shell, lines=lines, total=total)

    def note(self, line: str) -> None:
        """Write *line* to standard error."""
        self.shell.note(line)

    def show_error(self, error: TenancyError) -> None:
        """Write *error* to standard error, unless the user interrupted the batch."""
        if self._interrupted is None or not self._interrupted.is_set():
            self.shell.note(str(error))

    def show_preview(self, result: Result) -> None:
        """Write what an update means, and then what it would do."""
        show_preview(result, self.shell, everything=self.everything)

    def show_result(self, result: Result) -> None:
        """Write in a line what was done."""
        show_result(result, self.shell)

    def show_lines(self, lines: Sequence[str]) -> None:
        """Write *lines* to standard output."""
        for line in lines:
            self.shell.say(line)

    def confirm(self, question: str) -> None:
        """Ask *question*, if the user is asked at all."""
        if self.asks:
            ask_yes_no(question)

    def confirm_destroy(self, stack: str, cluster: str, namespaces: Sequence[str]) -> None:
        """Ask for the name of *stack*, if the user is asked at all."""
        if self.asks:
            ask_for_name(stack, cluster, namespaces, self.shell)

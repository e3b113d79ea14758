"""Several stacks side by side: a line says how it goes, and each stack speaks in one piece."""

import contextlib
import io
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import attrs
from rich.console import Console
from rich.status import Status

from tenancy.cli.results import saying
from tenancy.cli.signals import interrupt_now
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import Outcomes
from tenancy.engine.outcomes import AT_ONCE, each

__all__ = ["together"]

T = TypeVar("T")

_SPEAKING = threading.Lock()


def together(
    doing: str,
    stacks: Sequence[str],
    work: Callable[[str, Terminal], T],
    shell: Terminal,
    *,
    asks: bool = False,
    exit_of: Callable[[T], Exit] = lambda _: Exit.DONE,
    needs: Mapping[str, Sequence[str]] | None = None,
) -> Outcomes[T]:
    """
    Return what comes of *work* for each of *stacks*, side by side where that can be.

    Args:
        doing: What is done to them, in the progressive: `applying`.
        work: Gets a stack and where to speak, which is not *shell* where others speak as well.
        asks: Whether it asks people something, so that one comes after the other.

    Raises:
        KeyboardInterrupt: The user interrupted, and the engines have ended.
    """
    needed = needs or {}
    in_a_row = all(first in needed.get(then, ()) for first, then in itertools.pairwise(stacks))
    if asks or in_a_row:
        return each(
            stacks,
            lambda stack: work(stack, shell),
            exit_of=exit_of,
            needs=needs,
            on_error=saying(shell),
        )
    with _board(doing, len(stacks), shell) as board, interrupt_now() as interrupted:

        def aside(stack: str) -> T:
            held = _Held()
            with board.showing(stack):
                try:
                    return work(stack, held)
                finally:
                    held.speak(shell)

        return each(
            stacks,
            aside,
            exit_of=exit_of,
            needs=needs,
            at_once=AT_ONCE,
            on_error=lambda error: None if interrupted.is_set() else saying(shell)(error),
        )


@attrs.frozen(kw_only=True)
class _Held(Terminal):
    """Keeps what is said until it is said in one piece."""

    out: Console = attrs.field(factory=lambda: Console(file=io.StringIO()))
    err: Console = attrs.field(factory=lambda: Console(file=io.StringIO()))
    _kept: list[tuple[bool, str, str | None]] = attrs.field(factory=list, init=False)

    def say(self, text: str = "", style: str | None = None) -> None:
        self._kept.append((True, text, style))

    def note(self, text: str = "", style: str | None = None) -> None:
        self._kept.append((False, text, style))

    def speak(self, shell: Terminal) -> None:
        """Say it all on *shell*."""
        with _SPEAKING:
            for is_result, text, style in self._kept:
                (shell.say if is_result else shell.note)(text, style)


@attrs.define
class _Board:
    """The stacks that are worked on, on a line of a terminal."""

    doing: str
    count: int
    status: Status | None
    done: int = 0
    going: list[str] = attrs.field(factory=list)
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    @contextlib.contextmanager
    def showing(self, stack: str) -> Iterator[None]:
        with self.lock:
            self.going.append(stack)
            self._update()
        try:
            yield
        finally:
            with self.lock:
                self.going.remove(stack)
                self.done += 1
                self._update()

    def _update(self) -> None:
        if self.status is not None:
            names = ", ".join(self.going)
            self.status.update(f"{self.doing} {names}: {self.done} of {self.count} done")


@contextlib.contextmanager
def _board(doing: str, count: int, shell: Terminal) -> Iterator[_Board]:
    said = f"{doing} {count} stacks, at most {AT_ONCE} at a time"
    if not shell.err.is_terminal:
        shell.note(said)
        yield _Board(doing, count, None)
        return
    with shell.err.status(said) as status:
        yield _Board(doing, count, status)

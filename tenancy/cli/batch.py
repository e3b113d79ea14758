"""Several stacks at once: one status line, and the output of each stack in one piece."""

import contextlib
import io
import threading
import time
from collections.abc import Iterator

import attrs
from rich.console import Console
from rich.status import Status
from rich.text import Text

from tenancy.cli.terminal import Terminal

__all__ = ["BatchStatus", "BufferedTerminal", "batch_status"]

_WRITING = threading.Lock()


@attrs.frozen(kw_only=True)
class BufferedTerminal(Terminal):
    """Keeps output until `write_to` writes all of it in one piece."""

    out: Console = attrs.field(
        factory=lambda: Console(file=io.StringIO(), markup=False, emoji=False)
    )
    err: Console = attrs.field(
        factory=lambda: Console(file=io.StringIO(), markup=False, emoji=False)
    )
    _kept: list[tuple[bool, str, str | None]] = attrs.field(factory=list, init=False)

    def say(self, text: str = "", style: str | None = None) -> None:
        """Keep *text* for standard output."""
        self._kept.append((True, text, style))

    def note(self, text: str = "", style: str | None = None) -> None:
        """Keep *text* for standard error."""
        self._kept.append((False, text, style))

    def write_to(self, shell: Terminal) -> None:
        """Write everything to *shell*."""
        with _WRITING:
            for is_result, text, style in self._kept:
                (shell.say if is_result else shell.note)(text, style)


@attrs.define
class BatchStatus:
    """A line of a terminal with the stacks that are being worked on."""

    doing: str
    count: int
    status: Status | None
    started: float = attrs.field(factory=time.monotonic)
    done: int = 0
    working_on: list[str] = attrs.field(factory=list)
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    @contextlib.contextmanager
    def showing(self, stack: str) -> Iterator[None]:
        """List *stack* as being worked on while the block runs."""
        with self.lock:
            self.working_on.append(stack)
            self._update()
        try:
            yield
        finally:
            with self.lock:
                self.working_on.remove(stack)
                self.done += 1
                self._update()

    def _update(self) -> None:
        if self.status is not None:
            names = ", ".join(self.working_on)
            seconds = time.monotonic() - self.started
            self.status.update(
                Text(f"{self.doing} {names}: {self.done} of {self.count} done, {seconds:.0f} s")
            )


@contextlib.contextmanager
def batch_status(
    doing: str, count: int, at_once: int, shell: Terminal
) -> Iterator[BatchStatus]:
    """Show the status of a batch of *count* stacks while the block runs."""
    title = f"{doing} {count} stacks, at most {at_once} at a time"
    if not shell.err.is_terminal:
        shell.note(title)
        yield BatchStatus(doing, count, None)
        return
    with shell.err.status(Text(title)) as status:
        yield BatchStatus(doing, count, status)

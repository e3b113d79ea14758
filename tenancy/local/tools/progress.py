"""How far a build is: a bar on a terminal, a line now and then in a log."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["Shown", "shown"]

_EVERY: Final = 30.0
"""Seconds between two lines in a log."""


class Shown:
    """Counts what `go` reports: modules that are downloaded, packages that are compiled."""

    def __init__(self, show: Callable[["Shown"], None]) -> None:
        self._show = show
        self.packages = 0
        self.compiled = 0
        self.downloaded = 0

    def total(self, packages: int) -> None:
        """Say how many packages there are at most."""
        self.packages = packages
        self._show(self)

    def line(self, text: str) -> None:
        """Take one line of what `go` prints."""
        if text.startswith("go: downloading "):
            self.downloaded += 1
        elif text and " " not in text:
            self.compiled += 1
        self._show(self)

    def __str__(self) -> str:
        if not self.packages:
            return f"{self.downloaded} modules downloaded"
        return f"{self.compiled} of at most {self.packages} packages compiled"


@contextlib.contextmanager
def shown(name: str, console: Console) -> Iterator[Shown]:
    """
    Show the build of *name* while the block runs, and how it ended.

    Args:
        name: The module.
        console: Where; what is not a terminal gets plain lines.
    """
    started = time.monotonic()
    with _bar(name, console) if console.is_terminal else _lines(name, console) as progress:
        yield progress
    took = time.monotonic() - started
    console.print(f"{name}: built in {_clock(took)}", highlight=False)


@contextlib.contextmanager
def _bar(name: str, console: Console) -> Iterator[Shown]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None, said="")

        def show(state: Shown) -> None:
            bar.update(
                task,
                total=state.packages or None,
                completed=state.compiled,
                said=f"{state.compiled}/{state.packages}" if state.packages else str(state),
            )

        yield Shown(show)


@contextlib.contextmanager
def _lines(name: str, console: Console) -> Iterator[Shown]:
    started = last = time.monotonic()
    console.print(f"{name}: building", highlight=False)

    def show(state: Shown) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            console.print(f"{name}: {state}, {_clock(now - started)}", highlight=False)

    yield Shown(show)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"

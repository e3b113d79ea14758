"""The progress of a build: a bar on a terminal, a line every 30 seconds in a log."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["BuildProgress", "show_build"]

_EVERY: Final = 30.0
"""Seconds between two lines in a log."""


class BuildProgress:
    """Counts what `go` reports: downloaded modules and compiled packages."""

    def __init__(self, show: Callable[["BuildProgress"], None]) -> None:
        self._show = show
        self.packages = 0
        self.compiled = 0
        self.downloaded = 0

    def total(self, packages: int) -> None:
        """Set the largest number of packages there can be."""
        self.packages = packages
        self._show(self)

    def line(self, text: str) -> None:
        """Count one line that `go` prints."""
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
def show_build(name: str, console: Console) -> Iterator[BuildProgress]:
    """
    Show the progress of building *name* while the block runs, then how long it took.

    Args:
        name: The module.
        console: Where to show it; if it is not a terminal, as plain lines.
    """
    started = time.monotonic()
    with _bar(name, console) if console.is_terminal else _lines(name, console) as progress:
        yield progress
    elapsed = time.monotonic() - started
    console.print(f"{name}: built in {_clock(elapsed)}", highlight=False)


@contextlib.contextmanager
def _bar(name: str, console: Console) -> Iterator[BuildProgress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[status]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=None, status="")

        def show(state: BuildProgress) -> None:
            bar.update(
                task,
                total=state.packages or None,
                completed=state.compiled,
                status=f"{state.compiled}/{state.packages}" if state.packages else str(state),
            )

        yield BuildProgress(show)


@contextlib.contextmanager
def _lines(name: str, console: Console) -> Iterator[BuildProgress]:
    started = last = time.monotonic()
    console.print(f"{name}: building", highlight=False)

    def show(state: BuildProgress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            console.print(f"{name}: {state}, {_clock(now - started)}", highlight=False)

    yield BuildProgress(show)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"

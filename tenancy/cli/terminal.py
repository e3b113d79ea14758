"""Where commands write: results to standard output, everything else to standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
from rich.console import Console
from rich.text import Text

from tenancy.diagnostics import clean_lines

__all__ = ["Terminal", "flowing", "terminal"]


class _Console(Console):
    """A console that writes nothing once its reader has closed the pipe; the work continues."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        stream = sys.stderr if self.stderr else sys.stdout
        # Otherwise Python fails when it closes the stream at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@attrs.frozen(kw_only=True)
class Terminal:
    """
    The two streams of a command.

    Attributes:
        out: Results, and nothing else.
        err: Progress, questions and messages.
    """

    out: Console
    err: Console

    def write(self, text: str) -> None:
        """Write *text*, a result for programs, to standard output as it is, in UTF-8."""
        file = self.out.file
        try:
            file.flush()
            if (buffer := getattr(file, "buffer", None)) is not None:
                # The encoding of a terminal is not what programs expect.
                buffer.write(text.encode())
            else:
                file.write(text)
            file.flush()
        except BrokenPipeError:
            self.out.on_broken_pipe()

    def say(self, text: str = "", style: str | None = None) -> None:
        """Write *text*, which is for people, to standard output."""
        self.out.print(Text(clean_lines(text)), style=style, soft_wrap=True)

    def note(self, text: str = "", style: str | None = None) -> None:
        """Write *text*, which is for people, to standard error."""
        self.err.print(Text(clean_lines(text)), style=style, soft_wrap=True)

    @contextmanager
    def paged(self, lines: int, *, everything: bool = False) -> Iterator[None]:
        """
        Show the output of the block in a pager, if it does not fit the terminal.

        Args:
            lines: How many lines are written.
            everything: Whether to write them without a pager anyway.
        """
        if everything or not self.out.is_terminal or lines < self.out.height:
            yield
            return
        with self.out.pager(styles=self.out.color_system is not None, links=False):
            yield


def terminal(*, color: bool = True) -> Terminal:
    """
    Return the streams of this process.

    Args:
        color: Whether a terminal may get colors; a pipe or a file never does. Default: yes,
            unless the variable `NO_COLOR` is set.
    """

    def console(*, stderr: bool) -> Console:
        if color:
            return _Console(stderr=stderr, highlight=False, markup=False, emoji=False)
        return _Console(
            stderr=stderr,
            highlight=False,
            markup=False,
            emoji=False,
            no_color=True,
            color_system=None,
        )

    return Terminal(out=console(stderr=False), err=console(stderr=True))


def flowing(text: str) -> str:
    r"""
    Return *text* with each paragraph on one line, which the terminal wraps.

    Indented lines stay as they are.

    >>> flowing("one\ntwo\n\n  an example")
    'one two\n\n  an example'
    """
    return "\n\n".join(
        part if part.startswith("  ") else part.replace("\n", " ")
        for part in text.strip("\n").split("\n\n")
    )

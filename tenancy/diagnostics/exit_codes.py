"""The exit codes of every command, in one table."""

import enum
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["MEANINGS", "Exit", "table", "worst"]


class Exit(enum.IntEnum):
    """
    An exit code.

    Equal to its number, so that `sys.exit` takes it. Its meaning is in `MEANINGS`.
    """

    DONE = 0
    FAILED = 1
    CHANGES = 2
    REFUSED = 3
    USAGE = 64
    INTERRUPTED = 130


MEANINGS: Final[Mapping[Exit, str]] = {
    Exit.DONE: "done, or there is nothing to do",
    Exit.FAILED: "failed, or the result is unknown",
    Exit.CHANGES: "there are changes (plan, preview, drift)",
    Exit.REFUSED: "refused: by a check, because a plan is stale, or not confirmed",
    Exit.USAGE: "usage error: an unknown option or name",
    Exit.INTERRUPTED: "interrupted",
}
"""Every code and its meaning. A number never gets another meaning."""

_BY_WEIGHT: Final = (
    Exit.INTERRUPTED,
    Exit.USAGE,
    Exit.FAILED,
    Exit.REFUSED,
    Exit.CHANGES,
    Exit.DONE,
)


def worst(exits: Iterable[Exit]) -> Exit:
    """
    Return the code of a call that did several things.

    A failure takes precedence over a refusal.

    >>> worst([Exit.CHANGES, Exit.FAILED, Exit.REFUSED]).name, worst([]).name
    ('FAILED', 'DONE')
    """
    return min(exits, key=_BY_WEIGHT.index, default=Exit.DONE)


def table() -> str:
    """Return the table as lines for a terminal, separated by blank lines, for help."""
    return "\n\n".join(f"{code.value:>5}  {meaning}" for code, meaning in MEANINGS.items())

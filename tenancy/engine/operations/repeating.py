"""Repeats an update that failed because the API server did not answer for a moment."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from tenancy.diagnostics import EngineError, EngineFailure
from tenancy.engine.interaction import Note

__all__ = ["repeated"]

_PAUSES: Final = (5.0, 15.0)
"""Seconds before each further attempt."""

T = TypeVar("T")


def repeated(
    stack: str,
    update: Callable[[], T],
    note: Note,
    *,
    not_again: Callable[[], str] | None = None,
) -> T:
    """
    Return the result of *update*, which is repeated twice if it fails on a transient error.

    The state records what an attempt has done, so the next one continues from there.

    Args:
        stack: The stack's name.
        update: Applies it.
        note: Called with a line before each further attempt.
        not_again: Returns why it must not be repeated now, and what to do; "" if it may be.
            Default: it always may.

    Raises:
        EngineError: The update failed for another reason, or three times, or must not be
            repeated.
    """
    attempts = len(_PAUSES) + 1
    for number, pause in enumerate(_PAUSES, start=2):
        try:
            return update()
        except EngineError as error:
            if error.failure is not EngineFailure.TRANSIENT:
                raise
            if not_again is not None and (reason := not_again()):
                raise EngineError(stack, f"{error.message}\n{reason}", error.failure) from error
            note(
                f"{error}\nstack {stack}: trying again in {pause:.0f} s"
                f" (attempt {number} of {attempts})"
            )
        time.sleep(pause)
    return update()

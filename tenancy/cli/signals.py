"""Ctrl-C while the engine works: it hears it too, and gets the time to write its state."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from tenancy.engine import EngineError

__all__ = ["defer_interrupt", "interrupt_now"]

_SAID = (
    b"\ninterrupting: the engine finishes what it has begun; Ctrl-C again stops it at once\n"
)
_LAST = 3
"""The Ctrl-C after which nobody is waited for any more; the engine itself obeys the second."""


@contextlib.contextmanager
def defer_interrupt() -> Iterator[None]:
    """
    Wait for the engine when the user interrupts the block, and only then be interrupted.

    A terminal sends Ctrl-C to the engine as well. If we went first, the engine would lose
    whom it writes to and end without having written its state.

    Raises:
        KeyboardInterrupt: The user interrupted, and the engine has ended.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = 0

    def interrupted(_number: int, _frame: object) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            # Not through a buffer, which may be half-way through another line.
            os.write(2, _SAID)
        if asked >= _LAST:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    except EngineError:
        if not asked:
            raise
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
    if asked:
        raise KeyboardInterrupt


@contextlib.contextmanager
def interrupt_now() -> Iterator[threading.Event]:
    """
    Be interrupted at once, and say so: for a block that waits for engines in other threads.

    Yields:
        What is set from then on: that the engines were interrupted is no failure of theirs.

    Raises:
        KeyboardInterrupt: The user interrupted.
    """
    asked = threading.Event()

    def interrupted(number: int, frame: FrameType | None) -> None:
        asked.set()
        os.write(2, _SAID)
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)

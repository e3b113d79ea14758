"""Ctrl-C while the engine works: it is interrupted too, and gets time to write its state."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from tenancy.engine import EngineError

__all__ = ["defer_interrupt", "interrupt_now"]

_MESSAGE = b"\ninterrupting: the engine finishes what it began; Ctrl-C again stops it at once\n"
_LAST = 3
"""The Ctrl-C after which nothing is waited for; the engine itself stops at the second."""


@contextlib.contextmanager
def defer_interrupt() -> Iterator[None]:
    """
    Wait for the engine when the user interrupts the block, and only then be interrupted.

    A terminal sends Ctrl-C to the engine as well. If this process ended first, the engine could
    not write its output any more, and would end without having written its state.

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
            os.write(2, _MESSAGE)
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
    Interrupt the block at once, with a message: for one that waits for engines in threads.

    Yields:
        An event that is set from then on: errors of interrupted engines are not failures.

    Raises:
        KeyboardInterrupt: The user interrupted.
    """
    asked = threading.Event()

    def interrupted(number: int, frame: FrameType | None) -> None:
        asked.set()
        os.write(2, _MESSAGE)
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)

"""Ctrl-C and SIGTERM: the engine is interrupted too, and has time to write its state."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from tenancy.engine import EngineError, interrupt_engines

__all__ = ["defer_interrupt", "interrupt_now"]

_MESSAGE = b"\ninterrupting: the engine finishes what it began; Ctrl-C again stops it at once\n"
_LAST = 3
"""The Ctrl-C that ends the wait; the engine itself stops at the second."""


@contextlib.contextmanager
def defer_interrupt() -> Iterator[None]:
    """
    When the user interrupts the block, wait for the engine before the interruption is raised.

    A terminal sends Ctrl-C to the engine as well. If this process ended first, the engine could
    not write its output any more, and would end without having written its state.

    Raises:
        KeyboardInterrupt: The user interrupted, and the engine has ended.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = 0

    def interrupted(number: int, _frame: object) -> None:
        nonlocal asked
        asked += 1
        if number == signal.SIGTERM:
            # A terminal sends Ctrl-C to the engine too; SIGTERM goes to this process alone.
            interrupt_engines()
        if asked == 1:
            # A buffer may be half-way through another line, so it is not used.
            os.write(2, _MESSAGE)
        if asked >= _LAST:
            raise KeyboardInterrupt

    try:
        with _handled(interrupted):
            yield
    except EngineError:
        if not asked:
            raise
    if asked:
        raise KeyboardInterrupt


@contextlib.contextmanager
def interrupt_now() -> Iterator[threading.Event]:
    """
    Interrupt a block that waits for engines in threads at once, with a message.

    Yields:
        An event that is set from then on: errors of interrupted engines are not failures.

    Raises:
        KeyboardInterrupt: The user interrupted.
    """
    asked = threading.Event()

    def interrupted(number: int, frame: FrameType | None) -> None:
        asked.set()
        if number == signal.SIGTERM:
            interrupt_engines()
        os.write(2, _MESSAGE)
        signal.default_int_handler(number, frame)

    with _handled(interrupted):
        yield asked


@contextlib.contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let *handler* answer Ctrl-C and SIGTERM in the block."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old or signal.default_int_handler)

"""Waiting for EKS, which answers at once and does the work afterwards."""

import datetime
import threading
import time
from collections.abc import Callable

import attrs

__all__ = ["Patience"]


@attrs.frozen(kw_only=True, slots=True)
class Patience:
    """
    How long to wait for EKS, and how often to ask.

    Attributes:
        timeout: The longest wait for one call. Default: 30 minutes, as EKS itself gives up
            on nodes that do not join by then.
        interval: Between two questions. Default: 10 seconds.
        stop: Set when the person does not want to wait any longer. Default: never.
        now: The clock, in seconds. Default: a monotonic one.
    """

    timeout: datetime.timedelta = datetime.timedelta(minutes=30)
    interval: datetime.timedelta = datetime.timedelta(seconds=10)
    stop: threading.Event = attrs.field(factory=threading.Event)
    now: Callable[[], float] = time.monotonic

    def until(self) -> float:
        """Return the moment at which patience ends, by its own clock."""
        return self.now() + self.timeout.total_seconds()

    def pause(self) -> None:
        """Wait for one interval, or until *stop* is set."""
        self.stop.wait(self.interval.total_seconds())

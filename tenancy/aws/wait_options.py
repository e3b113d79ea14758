"""How to wait for EKS, which works in the background after each request."""

import datetime
import threading
import time
from collections.abc import Callable

import attrs

__all__ = ["WaitOptions"]


@attrs.frozen(kw_only=True, slots=True)
class WaitOptions:
    """
    How long to wait for EKS, and how often to poll.

    Attributes:
        timeout: The longest wait for one call. Default: 30 minutes, after which EKS itself
            gives up on nodes that do not join.
        interval: The time between two polls. Default: 10 seconds.
        stop: Set it to stop waiting. Default: never set.
        now: The clock, in seconds. Default: a monotonic one.
    """

    timeout: datetime.timedelta = datetime.timedelta(minutes=30)
    interval: datetime.timedelta = datetime.timedelta(seconds=10)
    stop: threading.Event = attrs.field(factory=threading.Event)
    now: Callable[[], float] = time.monotonic

    def until(self) -> float:
        """Return the time at which the timeout passes, by the clock *now*."""
        return self.now() + self.timeout.total_seconds()

    def pause(self) -> None:
        """Wait for one interval, or until *stop* is set."""
        self.stop.wait(self.interval.total_seconds())

"""Locks of a file backend: whose they are, and those that a dead process left behind."""

import json
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs

from tenancy.diagnostics.errors import TenancyError

__all__ = ["BusyError", "Lock", "clear_stale", "locks", "wait_until_free"]

_INTERVAL_SECONDS = 0.5


@attrs.frozen(kw_only=True)
class Lock:
    """
    One lock file of the engine.

    Attributes:
        stack: The stack that it holds.
        pid: The engine's process.
        host: The machine on which it runs.
        since: When it was taken; None where the file does not say.
    """

    path: Path
    stack: str
    pid: int
    host: str
    since: datetime | None = None

    @property
    def is_here(self) -> bool:
        """Whether it was taken on this machine, where its process can be looked at."""
        return self.host == socket.gethostname()

    @property
    def is_stale(self) -> bool:
        """Whether its process is proven to be gone; one on another machine never is."""
        if not self.is_here:
            return False
        if not _is_alive(self.pid):
            return True
        started = _started(self.pid)
        # The number was given to another process since.
        return started is not None and self.since is not None and started > self.since


class BusyError(TenancyError):
    """
    Somebody else works on the stack.

    Attributes:
        lock: Who.
    """

    def __init__(self, lock: Lock) -> None:
        super().__init__(lock)
        self.lock = lock

    def __str__(self) -> str:
        since = "" if self.lock.since is None else f" since {self.lock.since:%H:%M:%S} UTC"
        return (
            f"stack {self.lock.stack}: process {self.lock.pid} on {self.lock.host} "
            f"works on it{since}; wait until it is done, or end it, and run this again"
        )


def locks(state: Path) -> Iterator[Lock]:
    """Yield the locks of the file backend in the folder *state*, if they say whose they are."""
    for path in sorted((state / ".pulumi" / "locks").rglob("*.json")):
        try:
            content = json.loads(path.read_text())
            yield Lock(
                path=path,
                stack=path.parent.name,
                pid=int(content["pid"]),
                host=str(content["hostname"]),
                since=_moment(content.get("timestamp")),
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue


def clear_stale(state: Path) -> tuple[Lock, ...]:
    """Remove the locks in *state* whose processes are proven to be gone, and return them."""
    stale = tuple(lock for lock in locks(state) if lock.is_stale)
    for lock in stale:
        lock.path.unlink(missing_ok=True)
    return stale


def wait_until_free(state: Path, *, seconds: float) -> tuple[Lock, ...]:
    """
    Remove stale locks in *state* and wait for those whose processes live.

    Returns:
        The locks that were removed.

    Raises:
        BusyError: After *seconds* somebody still works on a stack.
    """
    removed = list(clear_stale(state))
    deadline = time.monotonic() + seconds
    while held := list(locks(state)):
        if time.monotonic() > deadline:
            raise BusyError(held[0])
        time.sleep(_INTERVAL_SECONDS)
        removed += clear_stale(state)
    return tuple(removed)


def _moment(written: object) -> datetime | None:
    if not isinstance(written, str):
        return None
    try:
        # Go writes nanoseconds, of which Python reads six digits.
        return datetime.fromisoformat(written).astimezone(UTC)
    except ValueError:
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    status = _stat(pid)
    return status is None or status[0] != "Z"


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/<pid>/stat from the state on; None where there is no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _started(pid: int) -> datetime | None:
    """Return when the process *pid* started; None where the system does not say."""
    status = _stat(pid)
    if status is None:
        return None
    try:
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except OSError:
        return None
    age = uptime - int(status[19]) / os.sysconf("SC_CLK_TCK")
    # A second of slack: the two clocks are read one after the other.
    return datetime.fromtimestamp(time.time() - age - 1, tz=UTC)

"""Locks of a file backend: which process holds each, and which are stale."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import psutil

from tenancy.diagnostics import EngineError, EngineFailure
from tenancy.engine.file_backend import BackendFiles

__all__ = ["Lock", "busy", "clear_stale", "locks", "remove_unfinished", "wait_until_free"]

_INTERVAL_SECONDS = 0.5


@attrs.frozen(kw_only=True)
class Lock:
    """
    One lock file of the engine.

    Attributes:
        stack: The locked stack.
        pid: The engine's process.
        host: The machine on which it runs.
        since: When it was locked; None if the file does not have the time.
    """

    path: Path
    stack: str
    pid: int
    host: str
    since: datetime | None = None

    @property
    def is_here(self) -> bool:
        """Whether its process is on this machine, where it can be inspected."""
        return self.host == socket.gethostname()

    @property
    def is_stale(self) -> bool:
        """Whether its process has certainly ended; on another machine this is never certain."""
        if not self.is_here:
            return False
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            started = process.create_time()
        except psutil.NoSuchProcess:
            return True
        # Whether the process id was reused since, with a second of slack between the clocks.
        return self.since is not None and started - 1 > self.since.timestamp()


def busy(lock: Lock) -> EngineError:
    """Return the error about a stack on which the process of *lock* works."""
    since = "" if lock.since is None else f" since {lock.since:%H:%M:%S} UTC"
    return EngineError(
        lock.stack,
        f"process {lock.pid} on {lock.host} has been working on it{since}; wait until it is "
        "done, or stop it, and run this again",
        EngineFailure.LOCKED,
    )


def locks(state: Path) -> Iterator[Lock]:
    """Yield the locks of the file backend in the folder *state* that name their process."""
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
    """Remove the locks in *state* whose processes have certainly ended, and return them."""
    stale = tuple(lock for lock in locks(state) if lock.is_stale)
    for lock in stale:
        lock.path.unlink(missing_ok=True)
    return stale


def wait_until_free(state: Path, *, seconds: float) -> tuple[Lock, ...]:
    """
    Remove stale locks in *state* and wait for the other ones.

    Returns:
        The locks that were removed.

    Raises:
        EngineError: After *seconds* another process still works on a stack.
    """
    removed = list(clear_stale(state))
    deadline = time.monotonic() + seconds
    while held := list(locks(state)):
        if time.monotonic() > deadline:
            raise busy(held[0])
        time.sleep(_INTERVAL_SECONDS)
        removed += clear_stale(state)
    return tuple(removed)


def remove_unfinished(files: BackendFiles, *, seconds: float = 1.0) -> None:
    """
    Remove locks of a stack whose writing ended halfway, as on a full disk.

    The engine takes them for locks, cannot read them, and fails.

    Args:
        files: The files of the stack.
        seconds: How long each has to stay the same; writing one takes a moment. Default: a
            second.
    """
    before = {path: _written(path) for path in files.unfinished_locks}
    if not before:
        return
    time.sleep(seconds)
    for path, written in before.items():
        if written is not None and written == _written(path):
            path.unlink(missing_ok=True)


def _written(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _moment(written: object) -> datetime | None:
    if not isinstance(written, str):
        return None
    try:
        # Go writes nanoseconds, of which Python reads six digits.
        return datetime.fromisoformat(written).astimezone(UTC)
    except ValueError:
        return None

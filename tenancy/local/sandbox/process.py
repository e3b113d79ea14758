"""
Start and stop processes that outlive this command, and never signal another process.

A process is identified by its id *and* its start time. Both are in a file before the program
runs: a shell waits for a line on a pipe, which the system closes if this command is killed,
and then the shell exits. So a part never runs without a record of it, however this command
ends.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
import psutil

from tenancy.local.processes import living, start_of

__all__ = ["Process", "end", "recorded", "start"]

_LAUNCH: Final = 'read -r recorded && exec "$@" < /dev/null'


@attrs.frozen
class Process:
    """
    A process that this or an earlier command started.

    Attributes:
        pid: Its process id, which the system may have reused since.
        started: Its start time, by `start_of`.
    """

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie process does not count."""
        return start_of(self.pid) == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; if it has exited, no process gets the signal."""
        process = living(self.pid, self.started)
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)


def start(
    command: Sequence[str],
    *,
    record: Path,
    log: Path,
    cwd: Path,
    environment: Mapping[str, str],
) -> None:
    """
    Record a new process and start *command* in it, in its own session.

    Args:
        command: The program and its arguments.
        record: The file for its process id and start time.
        log: Its output; the log of the previous start is kept with the suffix `.1`.
        cwd: Its working folder.
        environment: All of its variables.
    """
    record.unlink(missing_ok=True)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("wb") as out:
        log.chmod(0o600)
        shell = subprocess.Popen(
            ["/bin/sh", "-c", _LAUNCH, "sandbox", *command],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(environment),
            start_new_session=True,
        )
    assert shell.stdin is not None
    # If no line is written, the shell reads the end of the pipe and exits.
    with contextlib.suppress(BrokenPipeError), shell.stdin as pipe:
        new = record.with_name(f"{record.name}.new")
        new.write_text(f"{shell.pid}\n{start_of(shell.pid)}\n")
        new.replace(record)
        pipe.write(b"recorded\n")


def recorded(record: Path) -> Process | None:
    """Return the process that *record* names, running or not."""
    try:
        pid, started = record.read_text().splitlines()
        return Process(int(pid), started)
    except (FileNotFoundError, ValueError):
        return None


def end(processes: Sequence[Process], timeout: float) -> None:
    """
    Send SIGTERM to *processes*, and SIGKILL to those that still run after *timeout* seconds.

    Returns when all have exited.
    """
    for process in processes:
        process.signal(signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while any(process.alive for process in processes):
        if time.monotonic() > deadline:
            for process in processes:
                process.signal(signal.SIGKILL)
        time.sleep(0.02)

"""
Start and stop processes that outlive this command, and never signal another process.

A process is identified by its id *and* its start time. The shell writes both to a file before
it executes the program, and holds the sandbox's lock as its standard input until then. So a
part never runs without a record of it, however this command ends.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

__all__ = ["Process", "end", "recorded", "start"]

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")

_LAUNCH: Final = """
record=$1; shift
{
  echo "$$"
  cat "/proc/$$/stat" /proc/sys/kernel/random/boot_id 2>/dev/null ||
    LC_ALL=C ps -o lstart= -p "$$"
} > "$record.new" && mv "$record.new" "$record" && exec "$@" < /dev/null
"""


@attrs.frozen
class Process:
    """
    A process that this or an earlier command started.

    Attributes:
        pid: Its process id, which the system may have reused since.
        started: Its start time, as the system prints it.
    """

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie process does not count."""
        return _started(self.pid) == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; if it has exited, no process gets the signal."""
        if not hasattr(os, "pidfd_open"):  # pragma: no cover (other systems than Linux)
            if self.alive:
                os.kill(self.pid, number)
            return
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            # A descriptor refers to one process only, so this check stays valid.
            if self.alive:
                signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            pass
        finally:
            os.close(descriptor)


def start(
    command: Sequence[str],
    *,
    record: Path,
    log: Path,
    lock: int,
    cwd: Path,
    environment: Mapping[str, str],
) -> None:
    """
    Start *command* in its own session and return once its process id is recorded.

    Args:
        command: The program and its arguments.
        record: The file for its process id and start time.
        log: Its output; the log of the previous start is kept with the suffix `.1`.
        lock: The descriptor of the lock that the caller holds.
        cwd: Its working folder.
        environment: All of its variables.
    """
    record.unlink(missing_ok=True)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("wb") as out:
        log.chmod(0o600)
        shell = subprocess.Popen(
            ["/bin/sh", "-c", _LAUNCH, "sandbox", str(record), *command],
            stdin=lock,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(environment),
            start_new_session=True,
        )
    while not record.exists() and shell.poll() is None:
        time.sleep(0.005)


def recorded(record: Path) -> Process | None:
    """Return the process that *record* names, running or not."""
    try:
        pid, *rest = record.read_text().splitlines()
        return Process(int(pid), _identity(rest))
    except (FileNotFoundError, ValueError, IndexError):
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


def _started(pid: int) -> str | None:
    if not _BOOT.exists():  # pragma: no cover (other systems than Linux)
        run = subprocess.run(
            ["/bin/ps", "-o", "state=,lstart=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
            env={"LC_ALL": "C"},
        )
        state, _, started = run.stdout.strip().partition(" ")
        return None if not started or state.startswith("Z") else started.strip()
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The state is the first field after the name, which is in parentheses.
    if stat.rpartition(")")[2].split()[0] in "ZX":
        return None
    return _identity([stat, _BOOT.read_text()])


def _identity(lines: Sequence[str]) -> str:
    if len(lines) == 1:  # pragma: no cover (other systems than Linux)
        return lines[0].strip()
    # proc_pid_stat(5): `starttime` is field 22, and field 3 is the first after the name. It
    # counts from the boot, so it names a process only together with which boot that was.
    started = lines[0].rpartition(")")[2].split()[19]
    return f"{lines[1].strip()} {started}"

"""Finds engines that keep running after the process that started them was killed."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import attrs

from tenancy.engine.cleanup_after_kill import send_signal, variables_of

__all__ = [
    "STARTED_BY",
    "EngineProcess",
    "end_orphans",
    "engines",
    "interrupt_engines",
    "is_running",
    "this_process",
]

STARTED_BY = "TENANCY_STARTED_BY"
"""The variable by which an engine knows the process that started it: id and start time."""

_PROC = Path("/proc")
_STEPS = ((0.0, signal.SIGINT), (20.0, signal.SIGINT), (30.0, signal.SIGKILL))
"""After how many seconds an orphan gets what: the first asks, the second insists."""
_INTERVAL_SECONDS = 0.2


@attrs.frozen(kw_only=True)
class EngineProcess:
    """
    A process of the engine: itself, one of its plugins, or the program that it runs.

    Attributes:
        pid: Its id.
        is_engine: Whether it is the engine itself.
        started_by: The process that started it, as returned by `this_process`; None if it was
            not ours.
    """

    pid: int
    is_engine: bool
    started_by: str | None

    @property
    def is_orphaned(self) -> bool:
        """Whether the process of ours that started it no longer exists."""
        if self.started_by is None:
            return False
        pid, _, _ = self.started_by.partition(" ")
        return not pid.isdigit() or _identity(int(pid)) != self.started_by


def this_process() -> str:
    """Return what this process is known by, also after its id is given to another one."""
    return _identity(os.getpid()) or ""


def is_running(process: str, host: str) -> bool:
    """Return whether *process* of *host* is another one of this machine, and still runs."""
    pid, _, _ = process.partition(" ")
    if host != socket.gethostname() or not pid.isdigit() or int(pid) == os.getpid():
        return False
    return _identity(int(pid)) == process


def interrupt_engines() -> None:
    """Ask the engines that this process started to end, as Ctrl-C in a terminal does."""
    mine = this_process()
    for found in engines(None):
        if found.is_engine and found.started_by == mine:
            send_signal(found.pid, signal.SIGINT)


def engines(home: Path | None) -> Iterator[EngineProcess]:
    """
    Yield every process of an engine that works with the Pulumi home *home*; None for any.

    Nothing where the system does not show the variables of processes.
    """
    for folder in _PROC.glob("[0-9]*"):
        pid = int(folder.name)
        variables = variables_of(folder)
        is_wanted = home is None or variables.get("PULUMI_HOME") == str(home)
        if pid == os.getpid() or not is_wanted:
            continue
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        programs = [os.fsdecode(argument).rpartition("/")[2] for argument in arguments[:3]]
        if any(name.startswith("pulumi") for name in programs):
            yield EngineProcess(
                pid=pid,
                is_engine=programs[0] == "pulumi",
                started_by=variables.get(STARTED_BY),
            )


def end_orphans(home: Path | None) -> int:
    """
    End the engines of *home* whose starter is gone; None for those of any home.

    They are asked as by Ctrl-C, so that they write down what they did; those that do not end
    are killed.

    Returns:
        How many engines there were.
    """
    began = time.monotonic()
    steps = list(_STEPS)
    seen: set[int] = set()
    while orphans := [found for found in engines(home) if found.is_orphaned]:
        engine = [found for found in orphans if found.is_engine]
        seen |= {found.pid for found in engine}
        # Plugins and programs end with their engine, and are only asked where it is gone.
        chosen = engine or orphans
        if steps and time.monotonic() - began >= steps[0][0]:
            _, number = steps.pop(0)
            for found in chosen:
                send_signal(found.pid, number)
        elif not steps:
            for found in orphans:
                send_signal(found.pid, signal.SIGKILL)
        time.sleep(_INTERVAL_SECONDS)
    return len(seen)


def _identity(pid: int) -> str | None:
    """Return the id and the start time of a process that lives."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{pid} {fields[19]}"

"""Finds engines that keep running after the process that started them was killed."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import psutil

from tenancy.engine.cleanup_after_kill import send_signal, variables_of
from tenancy.local.processes import start_of

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

_STEPS = ((0.0, signal.SIGINT), (20.0, signal.SIGINT), (30.0, signal.SIGKILL))
"""Seconds, and the signal that an engine without its starter gets then."""
_INTERVAL_SECONDS = 0.2


@attrs.frozen(kw_only=True)
class EngineProcess:
    """
    A process of the engine: itself, one of its plugins, or the program that it runs.

    Attributes:
        process: What to send signals to.
        is_engine: Whether it is the engine itself.
        started_by: The process that started it, as returned by `this_process`; None if it was
            not ours.
    """

    process: psutil.Process
    is_engine: bool
    started_by: str | None

    @property
    def is_orphaned(self) -> bool:
        """Whether the process of ours that started it no longer exists."""
        if self.started_by is None:
            return False
        return not _lives(self.started_by)


def this_process() -> str:
    """Return the identity of this process: its id can be given to another process later."""
    return f"{os.getpid()} {start_of(os.getpid())}"


def is_running(process: str, host: str) -> bool:
    """Return whether *process* of *host* is another one of this machine, and still runs."""
    pid, _, _ = process.partition(" ")
    return host == socket.gethostname() and pid != str(os.getpid()) and _lives(process)


def interrupt_engines() -> None:
    """Ask the engines that this process started to end, as Ctrl-C in a terminal does."""
    mine = this_process()
    for found in engines(None):
        if found.is_engine and found.started_by == mine:
            send_signal(found.process, signal.SIGINT)


def engines(home: Path | None) -> Iterator[EngineProcess]:
    """
    Yield every process of an engine that works with the Pulumi home *home*; None for any.

    Nothing where the system does not show the variables of processes.
    """
    for process in psutil.process_iter():
        variables = variables_of(process)
        is_wanted = home is None or variables.get("PULUMI_HOME") == str(home)
        if process.pid == os.getpid() or not is_wanted:
            continue
        try:
            arguments = process.cmdline()
        except (psutil.Error, OSError):
            continue
        programs = [Path(argument).name for argument in arguments[:3]]
        if any(name.startswith("pulumi") for name in programs):
            yield EngineProcess(
                process=process,
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
    seen: set[psutil.Process] = set()
    while orphans := [found for found in engines(home) if found.is_orphaned]:
        engine = [found for found in orphans if found.is_engine]
        seen |= {found.process for found in engine}
        # Plugins and programs end with their engine; they get a signal only if it is gone.
        chosen = engine or orphans
        if steps and time.monotonic() - began >= steps[0][0]:
            _, number = steps.pop(0)
            for found in chosen:
                send_signal(found.process, number)
        elif not steps:
            for found in orphans:
                send_signal(found.process, signal.SIGKILL)
        time.sleep(_INTERVAL_SECONDS)
    return len(seen)


def _lives(process: str) -> bool:
    """Return whether *process*, as returned by `this_process`, still runs."""
    pid, _, start = process.partition(" ")
    return pid.isdigit() and start_of(int(pid)) == start

"""
What cleans up when this process is killed: it ends the engine's processes and removes a folder.

A shell waits on a pipe that only this process holds open. The system closes the pipe at a kill,
also one that nothing can handle. The shell then runs this file alone, without the package.
"""

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

__all__ = ["TEMPORARY", "cleaned_up_after_kill", "send_signal", "variables_of"]

TEMPORARY = "TMPDIR"
"""The variable by which the processes of one run are known; each run has its own folder."""

_STEPS = ((0.0, signal.SIGINT), (3.0, signal.SIGINT), (7.0, signal.SIGKILL))
"""Seconds, and the signal that is sent then; the engine writes its state at the first one."""
_INTERVAL_SECONDS = 0.1
_SHELL = 'trap "" INT TERM HUP; read -r line; [ "$line" = done ] || exec "$0" -P "$1" "$2"'


@contextlib.contextmanager
def cleaned_up_after_kill(folder: Path) -> Iterator[None]:
    """
    Clean up after a run of the engine within 10 seconds if this process is killed in the block.

    Where the system does not show the variables of processes, only the folder is removed.

    Args:
        folder: The run's folder for temporary files, which is `TMPDIR` of its processes.
    """
    waiting = subprocess.Popen(
        ["/bin/sh", "-c", _SHELL, sys.executable, __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        # It has to outlive a kill of the whole group, and a terminal that is closed.
        start_new_session=True,
    )
    try:
        yield
    finally:
        with contextlib.suppress(BrokenPipeError):
            waiting.communicate(b"done\n")


def _end_and_remove(folder: Path) -> None:
    """End every process whose `TMPDIR` is *folder*, then remove it."""
    began = time.monotonic()
    steps = list(_STEPS)
    while found := list(_processes(folder)):
        if steps and time.monotonic() - began >= steps[0][0]:
            _, number = steps.pop(0)
            # Plugins and programs end with their engine; they get a signal only if it is gone.
            engine = [process for process, is_engine in found if is_engine]
            every = [process for process, _ in found]
            for process in every if number is signal.SIGKILL else engine or every:
                send_signal(process, number)
        elif not steps:
            for process, _ in found:
                send_signal(process, signal.SIGKILL)
        time.sleep(_INTERVAL_SECONDS)
    shutil.rmtree(folder, ignore_errors=True)


def variables_of(process: psutil.Process) -> Mapping[str, str]:
    """Return the environment variables of *process*; empty if they are hidden."""
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def send_signal(process: psutil.Process, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended, or be another user's."""
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)


def _processes(folder: Path) -> Iterator[tuple[psutil.Process, bool]]:
    """Yield each process of the run, and whether it is the engine itself."""
    for process in psutil.process_iter():
        if variables_of(process).get(TEMPORARY) != str(folder):
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if arguments := process.cmdline():
                yield process, Path(arguments[0]).name == "pulumi"


if __name__ == "__main__":
    _end_and_remove(Path(sys.argv[1]))

"""Processes of this machine, known by their id and their start: the system reuses ids."""

import psutil

__all__ = ["living", "start_of"]


def start_of(pid: int) -> str | None:
    """
    Return when the process *pid* started, in seconds; None if it has exited.

    A zombie process has exited. On Linux the seconds count from the boot, so that setting the
    clock changes nothing.
    """
    try:
        process = psutil.Process(pid)
        if process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}:
            return None
        if not psutil.LINUX:
            return f"{process.create_time():.2f}"
        while True:
            # psutil adds the boot time, in whole seconds: a correction of the clock moves it.
            boot = psutil.boot_time()
            created = psutil.Process(pid).create_time()
            if boot == psutil.boot_time():
                return f"{created - boot:.2f}"
    except psutil.NoSuchProcess:
        return None


def living(pid: int, start: str) -> psutil.Process | None:
    """Return the process *pid* that started at *start*; None if it has exited."""
    try:
        # The object sends signals to this process only: create it before the comparison.
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    return process if start_of(pid) == start else None

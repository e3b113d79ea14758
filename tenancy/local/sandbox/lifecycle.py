"""The sandbox's processes: which run, and stop them."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from typing import Final

from rich.console import Console

from tenancy.local.sandbox.api import Api
from tenancy.local.sandbox.certificate_files import pair
from tenancy.local.sandbox.layout import Layout
from tenancy.local.sandbox.parts import ADMIN, NAMES
from tenancy.local.sandbox.process import Process, end, recorded
from tenancy.local.sandbox.record import SandboxRecord

__all__ = [
    "STOP_TIMEOUT",
    "administrator",
    "locked",
    "process_of",
    "report",
    "tail",
    "take_down",
]

STOP_TIMEOUT: Final = 10.0
"""Seconds that a part has to exit after SIGTERM, before SIGKILL."""
_TAIL_LINES: Final = 15
_TAIL_WIDTH: Final = 1000


@contextlib.contextmanager
def locked(layout: Layout, console: Console | None) -> Iterator[None]:
    """Hold the lock under which parts of this sandbox are started and stopped."""
    layout.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(console, "another command holds the lock of this sandbox; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def administrator(layout: Layout, record: SandboxRecord) -> Api:
    """Return an API client of a sandbox that was started before, running or not."""
    authority, user = pair(layout.pki, "ca"), pair(layout.pki, ADMIN)
    return Api(record.ports["kube-apiserver"], authority, user)


def process_of(layout: Layout, part: str) -> Process | None:
    """Return the process of *part*, running or exited; None if it was stopped on purpose."""
    return recorded(layout.run / f"{part}.pid")


def tail(layout: Layout, part: str) -> tuple[str, ...]:
    """Return the last lines of the log of *part*."""
    try:
        lines = layout.log(part).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(line[:_TAIL_WIDTH] for line in lines[-_TAIL_LINES:])


def take_down(layout: Layout) -> int:
    """
    Stop every running part of this sandbox; the caller holds the lock.

    Returns:
        How many were stopped.
    """
    processes = {name: process_of(layout, name) for name in NAMES}
    living = {name: p for name, p in processes.items() if p is not None and p.alive}
    # etcd last, so that the others do not log errors while they stop.
    end([process for name, process in living.items() if name != "etcd"], STOP_TIMEOUT)
    end([process for name, process in living.items() if name == "etcd"], STOP_TIMEOUT)
    for name in NAMES:
        (layout.run / f"{name}.pid").unlink(missing_ok=True)
    return len(living)


def report(console: Console | None, text: str) -> None:
    """Show *text* where progress is shown."""
    if console is not None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

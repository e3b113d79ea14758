"""Start and end the control plane: each step can be interrupted, and the next run goes on."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
from rich.console import Console

from tenancy.local.sandbox.api import Api, UnreachableError
from tenancy.local.sandbox.errors import SandboxError, SandboxFailure, process_ended
from tenancy.local.sandbox.layout import Layout, private
from tenancy.local.sandbox.parts import (
    ADMIN,
    NAMES,
    PORTS,
    SERVICE_IP,
    USERS,
    Part,
    parts,
    write_configuration,
)
from tenancy.local.sandbox.pki import Pki, ensure, pair
from tenancy.local.sandbox.ports import choose, free, listens
from tenancy.local.sandbox.process import Process, end, recorded, start
from tenancy.local.sandbox.ready import cluster_uid, create_nodes, missing, serves
from tenancy.local.sandbox.record import Record
from tenancy.local.sandbox.state import gone, refuse_orphans, stacks_with_resources

__all__ = ["administrator", "bring_up", "locked", "process_of", "tail", "take_down"]

_PATIENCE: Final = 60.0
"""Seconds until a start is given up; it takes 10 on two cores."""
_LAST_WILL: Final = 10.0
"""Seconds that a part has to end by itself."""
_WRITTEN_DOWN: Final = 2.0
"""Seconds within which a process that was begun writes down that it is."""
_ATTEMPTS: Final = 3
"""How often ports are chosen anew because somebody else was quicker."""
_LINES: Final = 15
_WIDTH: Final = 1000


@contextlib.contextmanager
def locked(layout: Layout, console: Console | None) -> Iterator[int]:
    """
    Be the only one who starts or ends parts of this sandbox.

    Yields:
        The lock's descriptor.
    """
    layout.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(console, "another run works on this sandbox; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def administrator(layout: Layout, record: Record) -> Api:
    """Return the API of a sandbox that was started before, running or not."""
    authority, user = pair(layout.pki, "ca"), pair(layout.pki, ADMIN)
    return Api(record.ports["kube-apiserver"], authority, user)


def process_of(layout: Layout, part: str) -> Process | None:
    """Return the process that *part* is or was; none if it was ended on purpose."""
    return recorded(layout.run / f"{part}.pid")


def tail(layout: Layout, part: str) -> tuple[str, ...]:
    """Return the end of what *part* said."""
    try:
        lines = layout.log(part).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(line[:_WIDTH] for line in lines[-_LINES:])


def take_down(layout: Layout) -> int:
    """
    End every part that lives and was started from here; the caller holds the lock.

    Returns:
        How many there were.
    """
    processes = {name: process_of(layout, name) for name in NAMES}
    living = {name: p for name, p in processes.items() if p is not None and p.alive}
    # etcd last, so that nobody complains about it in their last moments.
    end([process for name, process in living.items() if name != "etcd"], _LAST_WILL)
    end([process for name, process in living.items() if name == "etcd"], _LAST_WILL)
    for name in NAMES:
        (layout.run / f"{name}.pid").unlink(missing_ok=True)
    return len(living)


def bring_up(
    layout: Layout,
    programs: Mapping[str, Path],
    lock: int,
    console: Console | None,
    flags: Mapping[str, Sequence[str]],
) -> Record:
    """
    Start what does not run and wait until the cluster can be used; the caller holds the lock.

    Raises:
        SandboxError: Pulumi's state describes another cluster, a process ended, or the cluster
            did not become usable in time.
    """
    layout.make()
    refuse_orphans(layout)
    pki = ensure(layout.pki, dict(USERS), SERVICE_IP)
    if not layout.passphrase.exists():
        private(layout.passphrase, secrets.token_urlsafe(32).encode())
    record = Record.load(layout.record) or Record()
    for attempt in range(1, _ATTEMPTS + 1):
        record = _with_ports(layout, record, console)
        starter = _Start(
            layout=layout,
            programs=programs,
            pki=pki,
            record=record,
            lock=lock,
            flags=flags,
        )
        try:
            return starter.run()
        except SandboxError as error:
            starter.undo()
            if error.failure is not SandboxFailure.PORT_TAKEN or attempt == _ATTEMPTS:
                raise
        except BaseException:
            starter.undo()
            raise
    raise AssertionError("the last attempt returns or raises")


def _with_ports(layout: Layout, record: Record, console: Console | None) -> Record:
    chosen = dict(record.ports)
    for name in PORTS:
        part = "etcd" if name == "etcd-peer" else name
        process = process_of(layout, part)
        ours = process is not None and process.alive
        if name in chosen and (ours or free(chosen[name])):
            continue
        if name in chosen:
            _say(console, f"port {chosen[name]} of {part} is taken; choosing another")
        chosen[name] = choose(set(chosen.values()))
    if record.ports and chosen != record.ports:
        # Others were told the old ports when they were started.
        take_down(layout)
    record = attrs.evolve(record, ports=chosen)
    record.save(layout.record)
    return record


class _Start:
    """One attempt; knows what it started, so that it can end just that."""

    def __init__(
        self,
        *,
        layout: Layout,
        programs: Mapping[str, Path],
        pki: Pki,
        record: Record,
        lock: int,
        flags: Mapping[str, Sequence[str]],
    ) -> None:
        self._layout = layout
        self._pki = pki
        self._record = record
        self._lock = lock
        self._parts = parts(layout, programs, record.ports, pki, flags)
        self._api = administrator(layout, record)
        self._deadline = time.monotonic() + _PATIENCE
        self._started: list[str] = []

    def run(self) -> Record:
        """Start, wait, and return what is to be remembered."""
        if any(self._changed(part) for part in self._parts):
            # All of them: an API server waits long for clients that stay connected.
            take_down(self._layout)
        write_configuration(self._layout, self._record.ports, self._pki)
        etcd, server, *clients = self._parts
        self._ensure(etcd)
        # First: an API server that has no etcd does not end when it is asked to.
        self._wait("etcd does not listen", lambda: listens(self._record.ports["etcd"]))
        self._ensure(server)
        self._wait("the API server does not say that it is ready", lambda: serves(self._api))
        # Only now: the controller-manager ends when there is no API server for a while.
        for client in clients:
            self._ensure(client)
        self._verify_identity()
        self._wait("the fake nodes are not created", self._create_nodes)
        self._wait_until_usable()
        return self._record

    def undo(self) -> None:
        """End what this attempt started, and leave what ran before."""
        names = [name for name in reversed(NAMES) if name in self._started]
        end([process for name in names for process in self._begun(name)], _LAST_WILL)
        for name in names:
            (self._layout.run / f"{name}.pid").unlink(missing_ok=True)

    def _begun(self, name: str) -> Iterator[Process]:
        """Yield the process of a part; right after an interrupted start it is waited for."""
        deadline = time.monotonic() + _WRITTEN_DOWN
        while (process := process_of(self._layout, name)) is None:
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)
        yield process

    def _changed(self, part: Part) -> bool:
        return self._lives(part) and self._record.commands.get(part.name) != _digest(part)

    def _lives(self, part: Part) -> bool:
        process = process_of(self._layout, part.name)
        return process is not None and process.alive

    def _ensure(self, part: Part) -> None:
        if self._lives(part):
            return
        commands = {**self._record.commands, part.name: _digest(part)}
        self._record = attrs.evolve(self._record, commands=commands)
        self._record.save(self._layout.record)
        self._started.append(part.name)
        start(
            part.command,
            record=self._layout.run / f"{part.name}.pid",
            log=self._layout.log(part.name),
            lock=self._lock,
            cwd=self._layout.folder,
            # No more: etcd takes every ETCD_* variable for a flag, and kwok reads a home.
            environment={"PATH": os.defpath, "HOME": str(self._layout.run)},
        )

    def _verify_identity(self) -> None:
        self._wait(
            "the namespace kube-system is missing", lambda: cluster_uid(self._api) is not None
        )
        uid = cluster_uid(self._api)
        stacks = stacks_with_resources(self._layout.pulumi_state)
        if self._record.uid is not None and uid != self._record.uid and stacks:
            found = f"the cluster is {uid} and was {self._record.uid}"
            raise gone(self._layout, stacks, found)
        self._record = attrs.evolve(self._record, uid=uid)
        self._record.save(self._layout.record)

    def _create_nodes(self) -> bool:
        try:
            create_nodes(self._api)
        except UnreachableError:
            return False
        return True

    def _wait_until_usable(self) -> None:
        absent: tuple[str, ...] = ()

        def usable() -> bool:
            nonlocal absent
            absent = missing(self._api)
            return not absent

        self._wait(lambda: "; ".join(absent), usable)

    def _wait(self, absent: str | Callable[[], str], there: Callable[[], bool]) -> None:
        while True:
            # First, since an answer may come from somebody who took a dead part's port.
            for part in self._parts:
                if part.name in self._started and not self._lives(part):
                    raise process_ended(
                        part.name, self._layout.log(part.name), tail(self._layout, part.name)
                    )
            if there():
                return
            if time.monotonic() > self._deadline:
                raise SandboxError(
                    f"the sandbox is not ready after {_PATIENCE:.0f} s: "
                    f"{absent if isinstance(absent, str) else absent()}; "
                    f"the output of its processes is in {self._layout.logs}. "
                    "Run `tenancy sandbox up` again; with --wipe it starts with new data.",
                    SandboxFailure.NOT_READY,
                )
            time.sleep(0.1)


def _digest(part: Part) -> str:
    return hashlib.sha256("\0".join(part.command).encode()).hexdigest()[:16]


def _say(console: Console | None, text: str) -> None:
    if console is not None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

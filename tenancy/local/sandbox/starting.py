"""Start the sandbox. Every step can be interrupted; the next run continues."""

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs
from rich.console import Console

from tenancy.local.sandbox.api import UnreachableError
from tenancy.local.sandbox.certificate_files import Pki
from tenancy.local.sandbox.errors import SandboxError, SandboxFailure, process_ended
from tenancy.local.sandbox.layout import Layout
from tenancy.local.sandbox.lifecycle import (
    STOP_TIMEOUT,
    administrator,
    process_of,
    report,
    tail,
    take_down,
)
from tenancy.local.sandbox.orphaned_state import (
    cluster_gone_error,
    refuse_orphans,
    stacks_with_resources,
)
from tenancy.local.sandbox.parts import (
    NAMES,
    PORTS,
    SERVICE_IP,
    USERS,
    ControlPlanePart,
    parts,
    write_configuration,
)
from tenancy.local.sandbox.pki import ensure
from tenancy.local.sandbox.ports import choose, free, freed, listens
from tenancy.local.sandbox.process import Process, end, start
from tenancy.local.sandbox.ready import cluster_uid, create_nodes, missing, serves
from tenancy.local.sandbox.record import SandboxRecord

__all__ = ["bring_up"]

_START_TIMEOUT: Final = 180.0
"""Seconds after which a start fails: 10 are enough on two cores, if nothing else runs there."""
_ATTEMPTS: Final = 3
"""How often to choose new ports when another process took one in the meantime."""
_OF_GO: Final = ("GOGC", "GOMAXPROCS", "GOMEMLIMIT")
"""The variables that every part gets from the shell: its garbage collection and processors."""


def bring_up(
    layout: Layout,
    programs: Mapping[str, Path],
    console: Console | None,
    flags: Mapping[str, Sequence[str]],
) -> SandboxRecord:
    """
    Start the stopped parts and wait until the cluster is usable; the caller holds the lock.

    Raises:
        SandboxError: Pulumi's state describes another cluster, a process ended, or the cluster
            did not become usable in time.
    """
    layout.make()
    refuse_orphans(layout)
    pki = ensure(layout.pki, dict(USERS), SERVICE_IP)
    record = SandboxRecord.load(layout.record) or SandboxRecord()
    for attempt in range(1, _ATTEMPTS + 1):
        record = _with_ports(layout, record, console)
        starter = _Start(
            layout=layout,
            programs=programs,
            pki=pki,
            record=record,
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


def _with_ports(
    layout: Layout, record: SandboxRecord, console: Console | None
) -> SandboxRecord:
    chosen = dict(record.ports)
    for name in PORTS:
        part = "etcd" if name == "etcd-peer" else name
        process = process_of(layout, part)
        if name in chosen and _is_usable(chosen[name], process):
            continue
        if name in chosen:
            report(console, f"port {chosen[name]} of {part} is in use; choosing another")
        chosen[name] = choose(set(chosen.values()))
    if record.ports and chosen["kube-apiserver"] != record.ports["kube-apiserver"]:
        # Running parts connect to the API server's old port, from their kubeconfigs. Other
        # ports are in the commands of parts, so a part whose command changed starts again.
        take_down(layout)
    record = attrs.evolve(record, ports=chosen)
    record.save(layout.record)
    return record


def _is_usable(port: int, process: Process | None) -> bool:
    if process is None:
        return free(port)
    return process.alive or freed(port)


class _Start:
    """One attempt to start; records which parts it started, so that it can stop just those."""

    def __init__(
        self,
        *,
        layout: Layout,
        programs: Mapping[str, Path],
        pki: Pki,
        record: SandboxRecord,
        flags: Mapping[str, Sequence[str]],
    ) -> None:
        self._layout = layout
        self._pki = pki
        self._record = record
        self._parts = parts(layout, programs, record.ports, pki, flags)
        self._api = administrator(layout, record)
        self._deadline = time.monotonic() + _START_TIMEOUT
        self._started: list[str] = []

    def run(self) -> SandboxRecord:
        """Start the parts, wait, and return the record to keep."""
        if any(self._changed(part) for part in self._parts):
            # Stop every part: an API server takes long to stop while clients stay connected.
            take_down(self._layout)
        write_configuration(self._layout, self._record.ports, self._pki)
        etcd, server, *clients = self._parts
        self._start_if_stopped(etcd)
        # etcd comes first: an API server without etcd does not stop on SIGTERM.
        self._wait("etcd does not listen", lambda: listens(self._record.ports["etcd"]))
        self._start_if_stopped(server)
        self._wait("the API server does not report ready", lambda: serves(self._api))
        # The clients come last: the controller-manager exits if it reaches no API server.
        for client in clients:
            self._start_if_stopped(client)
        self._verify_identity()
        self._wait("the fake nodes are not created", self._create_nodes)
        self._wait_until_usable()
        return self._record

    def undo(self) -> None:
        """Stop what this attempt started; what ran before keeps running."""
        names = [name for name in reversed(NAMES) if name in self._started]
        processes = [process_of(self._layout, name) for name in names]
        end([process for process in processes if process is not None], STOP_TIMEOUT)
        for name in names:
            (self._layout.run / f"{name}.pid").unlink(missing_ok=True)

    def _changed(self, part: ControlPlanePart) -> bool:
        return self._is_running(part) and self._record.commands.get(part.name) != _digest(part)

    def _is_running(self, part: ControlPlanePart) -> bool:
        process = process_of(self._layout, part.name)
        return process is not None and process.alive

    def _start_if_stopped(self, part: ControlPlanePart) -> None:
        if self._is_running(part):
            return
        commands = {**self._record.commands, part.name: _digest(part)}
        self._record = attrs.evolve(self._record, commands=commands)
        self._record.save(self._layout.record)
        self._started.append(part.name)
        start(
            part.command,
            record=self._layout.run / f"{part.name}.pid",
            log=self._layout.log(part.name),
            cwd=self._layout.folder,
            # No other variable: etcd reads each ETCD_* as a flag. kwok needs a HOME.
            environment={
                "PATH": os.defpath,
                "HOME": str(self._layout.run),
                **{name: os.environ[name] for name in _OF_GO if name in os.environ},
            },
        )

    def _verify_identity(self) -> None:
        self._wait(
            "the namespace kube-system is missing", lambda: cluster_uid(self._api) is not None
        )
        uid = cluster_uid(self._api)
        stacks = stacks_with_resources(self._layout.pulumi_state)
        if self._record.uid is not None and uid != self._record.uid and stacks:
            reason = f"the UID of the cluster is {uid} and was {self._record.uid}"
            raise cluster_gone_error(self._layout, stacks, reason)
        self._record = attrs.evolve(self._record, uid=uid)
        self._record.save(self._layout.record)

    def _create_nodes(self) -> bool:
        try:
            create_nodes(self._api)
        except UnreachableError:
            return False
        return True

    def _wait_until_usable(self) -> None:
        problems: tuple[str, ...] = ()

        def usable() -> bool:
            nonlocal problems
            problems = missing(self._api)
            return not problems

        self._wait(lambda: "; ".join(problems), usable)

    def _wait(self, problem: str | Callable[[], str], is_done: Callable[[], bool]) -> None:
        while True:
            # Look at the parts first: another process may answer on the port of a dead part.
            for part in self._parts:
                if part.name in self._started and not self._is_running(part):
                    raise process_ended(
                        part.name, self._layout.log(part.name), tail(self._layout, part.name)
                    )
            if is_done():
                return
            if time.monotonic() > self._deadline:
                raise SandboxError(
                    f"the sandbox is not ready after {_START_TIMEOUT:.0f} s: "
                    f"{problem if isinstance(problem, str) else problem()}; "
                    f"the output of its processes is in {self._layout.logs}. "
                    "Run `tenancy sandbox up` again; with --wipe it starts with new data.",
                    SandboxFailure.NOT_READY,
                )
            time.sleep(0.1)


def _digest(part: ControlPlanePart) -> str:
    return hashlib.sha256("\0".join(part.command).encode()).hexdigest()[:16]

"""The status of a sandbox and of each of its parts."""

import enum
from pathlib import Path

import attrs

from tenancy.local.sandbox.layout import Layout
from tenancy.local.sandbox.lifecycle import administrator, process_of, tail
from tenancy.local.sandbox.parts import NAMES
from tenancy.local.sandbox.ports import HOST
from tenancy.local.sandbox.ready import missing
from tenancy.local.sandbox.record import SandboxRecord

__all__ = ["PartStatus", "SandboxStatus", "State", "status"]


class State(enum.Enum):
    """The state of a sandbox or of one part."""

    RUNNING = "running"
    STOPPED = "stopped"
    """Stopped on purpose; its data is kept."""
    BROKEN = "broken"
    """A part exited by itself, or the cluster does not answer."""
    ABSENT = "absent"
    """Never started, or wiped."""


@attrs.frozen(kw_only=True)
class PartStatus:
    """
    The status of one part.

    Attributes:
        name: Its name.
        state: Whether it runs.
        pid: Its process id. Default: not running.
        port: Its port. Default: not listening.
        log: Its log file.
        tail: The last lines of the log if it exited by itself. Default: none.
    """

    name: str
    state: State
    pid: int | None = None
    port: int | None = None
    log: Path
    tail: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class SandboxStatus:
    """
    The status of a sandbox.

    Attributes:
        root: The folder of the project.
        state: RUNNING only if the cluster is usable.
        parts: In the order in which they start.
        server: The API server's URL. Default: never started.
        kubeconfig: The administrator's kubeconfig. Default: never started.
        uid: The UID of `kube-system`. Default: not known yet.
        missing: What the cluster lacks to be usable, one sentence each. Default: nothing.
    """

    root: Path
    state: State
    parts: tuple[PartStatus, ...]
    server: str | None = None
    kubeconfig: Path | None = None
    uid: str | None = None
    missing: tuple[str, ...] = ()


def status(root: Path) -> SandboxStatus:
    """
    Return the status of the sandbox of *root*; nothing is changed.

    Args:
        root: The folder of the project.
    """
    layout = Layout(root)
    record = SandboxRecord.load(layout.record)
    if record is None:
        absent = tuple(
            PartStatus(name=name, state=State.ABSENT, log=layout.log(name)) for name in NAMES
        )
        return SandboxStatus(root=layout.root, state=State.ABSENT, parts=absent)
    parts = tuple(_part(layout, name, record) for name in NAMES)
    states = {part.state for part in parts}
    lacks: tuple[str, ...] = ()
    if states == {State.RUNNING}:
        lacks = missing(administrator(layout, record))
    if states == {State.STOPPED}:
        state = State.STOPPED
    else:
        state = State.RUNNING if states == {State.RUNNING} and not lacks else State.BROKEN
    port = record.ports.get("kube-apiserver")
    return SandboxStatus(
        root=layout.root,
        state=state,
        parts=parts,
        server=None if port is None else f"https://{HOST}:{port}",
        kubeconfig=layout.kubeconfig,
        uid=record.uid,
        missing=lacks,
    )


def _part(layout: Layout, name: str, record: SandboxRecord) -> PartStatus:
    process = process_of(layout, name)
    log = layout.log(name)
    if process is None:
        return PartStatus(name=name, state=State.STOPPED, log=log)
    if not process.alive:
        return PartStatus(name=name, state=State.BROKEN, log=log, tail=tail(layout, name))
    return PartStatus(
        name=name,
        state=State.RUNNING,
        pid=process.pid,
        port=record.ports.get(name),
        log=log,
    )

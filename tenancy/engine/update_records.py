"""
A record of each stack's last update on this machine: with these inputs, it has no changes.

A record has only digests and a number. It may be deleted at any time: the next preview or
update then starts an engine, and writes a new one.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Final

import attrs

from tenancy.config import keep_file, user_cache
from tenancy.engine.session import Session

__all__ = ["UpdateRecord", "forget", "read_record", "write_record"]

_VERSION: Final = 1


@attrs.frozen(kw_only=True)
class UpdateRecord:
    """
    The inputs with which a stack has no changes.

    Attributes:
        inputs: A digest of the inputs of the update; see `update_inputs`.
        state: The checksum of the state.
        unchanged: How many resources the engine reports as unchanged.
    """

    inputs: str
    state: str
    unchanged: int


def read_record(session: Session) -> UpdateRecord | None:
    """Return the record of the stack of *session*; None if it cannot be read."""
    try:
        written = json.loads(_file(session).read_text())
        if written["version"] != _VERSION:
            return None
        record = UpdateRecord(
            inputs=written["inputs"], state=written["state"], unchanged=written["unchanged"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    values = (record.inputs, record.state, record.unchanged)
    return record if [type(value) for value in values] == [str, str, int] else None


def write_record(session: Session, record: UpdateRecord) -> None:
    """Write *record*; if that fails, the next update starts an engine."""
    written = {"version": _VERSION, **attrs.asdict(record)}
    keep_file(_file(session), json.dumps(written).encode())


def forget(session: Session) -> None:
    """Delete the record of the stack of *session*, before a change."""
    with contextlib.suppress(OSError):
        _file(session).unlink(missing_ok=True)


def _file(session: Session) -> Path:
    workspace = session.stack.workspace
    backend = {**os.environ, **workspace.env_vars}.get("PULUMI_BACKEND_URL", "")
    place = [os.path.realpath(workspace.work_dir), backend, session.name]
    name = hashlib.sha256(json.dumps(place).encode()).hexdigest()[:32]
    return user_cache() / "updates" / f"{name}.json"

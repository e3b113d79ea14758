"""The whole state of a stack, read from its backend and written by one write."""

import os
from collections.abc import Mapping
from typing import cast

import attrs
from pulumi import automation as auto

from tenancy.config.document import JSON, mapping
from tenancy.diagnostics import EngineError, EngineFailure
from tenancy.engine.file_backend import STATE_VERSIONS, BackendFiles, backend_files, parsed
from tenancy.engine.session import Session

__all__ = ["Resources", "StoredState", "files_of", "read_stored", "write_stored"]

Resources = list[dict[str, JSON]]


@attrs.frozen(kw_only=True)
class StoredState:
    """
    A state as it was read.

    Attributes:
        version: The version of its format.
        deployment: As the engine exports it; empty for a stack without resources.
        text: The whole file, with which a later reading is compared; None if exported.
    """

    version: int | None
    deployment: Mapping[str, JSON]
    text: bytes | None = None

    @property
    def resources(self) -> Resources:
        """The resources in it; change only copies of them."""
        return cast("Resources", self.deployment.get("resources") or [])

    @property
    def is_pending(self) -> bool:
        """Whether an operation was cut while the engine wrote every step."""
        return bool(self.deployment.get("pending_operations"))

    def without_pending(self) -> "StoredState":
        """Return the same state without operations that were cut."""
        kept = {k: v for k, v in self.deployment.items() if k != "pending_operations"}
        return attrs.evolve(self, deployment=kept)


def files_of(session: Session) -> BackendFiles | None:
    """Return the files of the stack of *session*; None if it is not in a file backend."""
    workspace = session.stack.workspace
    project = workspace.project_settings().name
    return backend_files(project, session.name, {**os.environ, **workspace.env_vars})


def read_stored(session: Session) -> StoredState:
    """
    Return the state of *session*: from its file, which takes no process, or by an export.

    Raises:
        EngineError: It cannot be read.
    """
    files = files_of(session)
    file = None if files is None else files.state
    if file is not None:
        try:
            text = file.read_bytes()
            whole = mapping(parsed(text))
            version = whole["version"]
            if isinstance(version, int) and version in STATE_VERSIONS:
                latest = mapping(mapping(whole["checkpoint"]).get("latest"))
                return StoredState(version=version, deployment=latest, text=text)
        except (OSError, ValueError, KeyError, TypeError):
            # The engine reports what is wrong with it.
            pass
    exported = session.exported()
    return StoredState(version=exported.version, deployment=exported.deployment or {})


def write_stored(session: Session, before: StoredState, resources: Resources) -> None:
    """
    Replace the resources in the state *before* of *session*, under the backend's lock.

    It never overwrites what another update wrote.

    Raises:
        EngineError: It cannot be written, or another update changed it since it was read.
    """
    # The backend locks only the write, so the state is read once more right before it.
    now = read_stored(session)
    if (now.text, now.resources) != (before.text, before.resources):
        raise EngineError(
            session.name,
            "another update changed the state in between; run this again",
            EngineFailure.LOCKED,
        )
    written = {**before.deployment, "resources": resources}
    with session.readable_errors():
        session.stack.import_stack(auto.Deployment(version=before.version, deployment=written))

"""The files of a stack in a file backend of Pulumi: its state, copies of it, and locks."""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import attrs

from tenancy.config.document import JSON

__all__ = ["STATE_VERSIONS", "BackendFiles", "backend_files", "parsed"]

STATE_VERSIONS: Final = (3, 4)
"""The versions of a state that are read; source: pulumi, sdk/go/common/apitype/core.go."""


@attrs.frozen
class BackendFiles:
    """
    The files of one stack.

    Attributes:
        folder: The backend's `.pulumi`.
        project: The project's name.
        stack: The stack's name.
    """

    folder: Path
    project: str
    stack: str

    @property
    def state(self) -> Path | None:
        """The file with the state; None if there is none, or if it is compressed."""
        file = self._state
        packed = any(file.with_name(f"{file.name}.{end}").exists() for end in ("gz", "zst"))
        return file if file.is_file() and not packed else None

    @property
    def copies(self) -> Iterator[Path]:
        """Copies of the state, the newest first: of each update, and before the last write."""
        history = (self.folder / "history" / self.project / self.stack).glob(
            "*.checkpoint.json"
        )
        before = self._state.with_name(f"{self.stack}.json.bak")
        found = [*history, *([before] if before.is_file() else [])]
        yield from sorted(found, key=lambda one: one.stat().st_mtime_ns, reverse=True)

    @property
    def locks(self) -> Iterator[Path]:
        """The locks of the stack, each held by one operation."""
        found = (self.folder / "locks").rglob(f"{self.project}/{self.stack}/*.json")
        yield from sorted(found)

    @property
    def unfinished_locks(self) -> Iterator[Path]:
        """Locks of the stack that are being written; a full disk leaves them, empty."""
        yield from (self.folder / "locks").rglob(f"{self.project}/{self.stack}/*.tmp")

    @property
    def _state(self) -> Path:
        return self.folder / "stacks" / self.project / f"{self.stack}.json"


@functools.lru_cache(maxsize=4)
def parsed(text: bytes) -> JSON:
    """
    Return the JSON document *text*, which is not parsed again while a command works on it.

    It is shared; change only copies of it.

    Raises:
        ValueError: It is not JSON.
    """
    value: JSON = json.loads(text)
    return value


def backend_files(
    project: str, stack: str, variables: Mapping[str, str]
) -> BackendFiles | None:
    """
    Return the files of *stack* of *project*; None with a backend of another kind.

    Args:
        project: The project's name.
        stack: The stack's name.
        variables: The engine's environment, which names the backend.
    """
    backend = urlsplit(variables.get("PULUMI_BACKEND_URL", ""))
    if backend.scheme != "file" or not backend.path:
        return None
    return BackendFiles(Path(unquote(backend.path)) / ".pulumi", project, stack)

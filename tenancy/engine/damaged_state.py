"""
A state or a lock in a file backend that cannot be read, found before the engine fails on it.

Pulumi keeps two copies of a state: the one before its last write, and one of each finished
update. Objects on the cluster are never affected.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from tenancy.diagnostics import EngineError, EngineFailure

__all__ = ["require_readable"]

_NEWEST: Final = 4
"""Source: pulumi, sdk/go/common/apitype/core.go."""


def require_readable(project: str, stack: str, variables: Mapping[str, str]) -> None:
    """
    Refuse a stack whose state or lock in a file backend is damaged, or of a newer Pulumi.

    Other backends are not looked at, nor is a state that does not exist.

    Args:
        project: The project's name.
        stack: The stack.
        variables: The engine's environment, which names the backend.

    Raises:
        EngineError: With the file, what is lost, and the command that repairs it.
    """
    backend = urlsplit(variables.get("PULUMI_BACKEND_URL", ""))
    if backend.scheme != "file" or not backend.path:
        return
    pulumi = Path(unquote(backend.path)) / ".pulumi"
    file = pulumi / "stacks" / project / f"{stack}.json"
    if file.is_file():
        _require_state(file, stack, _copies(pulumi, project, stack))
    for lock in sorted((pulumi / "locks").rglob(f"{project}/{stack}/*.json")):
        _require_lock(lock, stack)


def _require_state(file: Path, stack: str, copies: Iterator[Path]) -> None:
    damage = _damage(file)
    if damage is None:
        return
    if damage.startswith("version"):
        raise EngineError(
            stack,
            f"its state {file} was written by a newer Pulumi ({damage}; this one reads up to"
            f" {_NEWEST}); nothing is lost; use that Pulumi or a newer one, which"
            " `pulumi version` names",
        )
    copy = next((one for one in copies if _damage(one) is None), None)
    if copy is None:
        raise EngineError(
            stack,
            f"its state {file} is {damage}, and no copy of it can be read; nothing on the"
            " cluster is lost; restore the file from a backup of the backend's folder",
        )
    raise EngineError(
        stack,
        f"its state {file} is {damage}; nothing on the cluster is lost, and {copy} is a copy;"
        f" run `cp {shlex.quote(str(copy))} {shlex.quote(str(file))}`, then this command again:"
        " it repeats what the copy lacks",
    )


def _require_lock(lock: Path, stack: str) -> None:
    damage = _damage(lock, is_state=False)
    if damage is not None:
        raise EngineError(
            stack,
            f"its lock {lock} is {damage}, so it names no process; nothing is lost; if no other"
            f" update of this stack runs, run `rm {shlex.quote(str(lock))}` and this command"
            " again",
            EngineFailure.LOCKED,
        )


def _copies(pulumi: Path, project: str, stack: str) -> Iterator[Path]:
    """Yield the copies of a state, the newest first."""
    history = (pulumi / "history" / project / stack).glob("*.checkpoint.json")
    before = pulumi / "stacks" / project / f"{stack}.json.bak"
    found = [*history, *([before] if before.is_file() else [])]
    yield from sorted(found, key=lambda one: one.stat().st_mtime_ns, reverse=True)


def _damage(file: Path, *, is_state: bool = True) -> str | None:
    """Return what is wrong with *file*, in words; None if it can be read or is gone."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"not readable ({error.strerror})"
    if not content.strip():
        return "empty"
    try:
        whole = json.loads(content)
    except ValueError:
        return "not valid JSON; it may be truncated"
    if not isinstance(whole, dict):
        return "not a JSON object"
    version = whole.get("version")
    if is_state and isinstance(version, int) and version > _NEWEST:
        return f"version {version}"
    return None

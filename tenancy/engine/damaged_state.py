"""
A state or a lock in a file backend that cannot be read, found before the engine fails on it.

Pulumi keeps two copies of a state: the one before its last write, and one of each finished
update. Objects on the cluster are never affected.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tenancy.config.document import JSON
from tenancy.diagnostics import EngineError, EngineFailure, clean
from tenancy.engine.file_backend import STATE_VERSIONS, BackendFiles, backend_files, parsed

__all__ = ["require_readable"]


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
    files = backend_files(project, stack, variables)
    if files is None:
        return
    if (file := files.state) is not None:
        _require_state(file, files)
    for lock in files.locks:
        _require_lock(lock, stack)


def _require_state(file: Path, files: BackendFiles) -> None:
    damage = _damage(file)
    newest = STATE_VERSIONS[-1]
    if damage is None:
        version = _read(file).get("version")
        if not isinstance(version, int) or version <= newest:
            return
        raise EngineError(
            files.stack,
            f"its state {file} was written by a newer Pulumi (version {version}; this one reads"
            f" up to {newest}); nothing is lost; use that Pulumi or a newer one, which"
            " `pulumi version` names",
        )
    copy = next((one for one in files.copies if _damage(one) is None), None)
    if copy is None and damage.startswith(_INVALID):
        raise EngineError(
            files.stack,
            f"its state {file} is {damage}, and there is no valid copy; nothing on the cluster"
            f" is lost; run `pulumi state repair --stack {shlex.quote(files.stack)}`, then this"
            " command again",
        )
    if copy is None:
        raise EngineError(
            files.stack,
            f"its state {file} is {damage}, and no copy of it can be read; nothing on the"
            " cluster is lost; restore the file from a backup of the backend's folder",
        )
    raise EngineError(
        files.stack,
        f"its state {file} is {damage}; nothing on the cluster is lost, and {copy} is a copy;"
        f" run `cp {shlex.quote(str(copy))} {shlex.quote(str(file))}`, then this command again:"
        " it repeats what the copy lacks",
    )


_INVALID: Final = "invalid"


def _require_lock(lock: Path, stack: str) -> None:
    damage = _damage(lock)
    if damage is not None:
        raise EngineError(
            stack,
            f"its lock {lock} is {damage}, so it names no process; nothing is lost; if no other"
            f" update of this stack runs, run `rm {shlex.quote(str(lock))}` and this command"
            " again",
            EngineFailure.LOCKED,
        )


def _damage(file: Path) -> str | None:
    """Return what is wrong with *file*, in words; None if it can be read or is gone."""
    try:
        if not file.read_bytes().strip():
            return "empty"
        return _invalid(_read(file))
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"not readable ({error.strerror})"
    except ValueError as error:
        return str(error)


def _invalid(whole: Mapping[str, JSON]) -> str | None:
    """
    Return what the engine itself found invalid in a state that it wrote; None if nothing.

    It writes resources without their component, for example, if `--exclude` leaves that out.
    """
    found: JSON = dict(whole)
    for key in ("checkpoint", "latest", "metadata", "integrity_error", "error"):
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, str):
        return None
    return f"{_INVALID} ({clean(found)}), so Pulumi refuses to read it"


def _read(file: Path) -> dict[str, JSON]:
    try:
        whole = parsed(file.read_bytes())
    except ValueError:
        raise ValueError("not valid JSON; it may be truncated") from None
    if not isinstance(whole, dict):
        raise ValueError("not a JSON object")
    return whole

"""The command line of the engine, whose version is asked for once for each program file."""

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pulumi import automation as auto
from semver import VersionInfo

from tenancy.config import keep_file, user_cache

__all__ = ["engine_command"]

_COMPILED: Final = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How compiled programs begin. A script may start another version each time."""


class _KnownCommand(auto.PulumiCommand):
    """A command line whose version is known: the SDK's own class runs it to ask."""

    def __init__(self, program: Path, version: VersionInfo) -> None:
        self.command = str(program)
        self.version = version


def engine_command(
    root: Path, ask: Callable[[str], auto.PulumiCommand] = auto.PulumiCommand
) -> auto.PulumiCommand:
    """
    Return the command line `bin/pulumi` below *root*.

    Starting it takes half a second, so its version is kept in a cache of this user, for exactly
    this file. A cache that is missing or damaged only costs that time.

    Args:
        ask: Starts the command line, which reports its version.
    """
    program = root / "bin" / "pulumi"
    file = _file(program)
    known = None if file is None else _read(file)
    if known is not None:
        return _KnownCommand(program, known)
    command = ask(str(root))
    if file is not None and command.version is not None:
        _write(file, command.version)
    return command


def _file(program: Path) -> Path | None:
    """Return the file that has the version of *program*; None for a script."""
    try:
        with program.open("rb") as content:
            if not content.read(4).startswith(_COMPILED):
                return None
            found = os.fstat(content.fileno())
    except OSError:
        return None
    identity = [
        os.path.realpath(program),
        *(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns),
        # The SDK decides whether a version is new enough.
        importlib.metadata.version("pulumi"),
    ]
    name = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
    return user_cache() / "engines" / f"{name}.json"


def _read(file: Path) -> VersionInfo | None:
    try:
        return VersionInfo.parse(json.loads(file.read_text())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, version: VersionInfo) -> None:
    keep_file(file, json.dumps({"version": str(version)}).encode())

"""Clones of this checkout, as it is now."""

import os
import shutil
from pathlib import Path
from typing import Final

from tests.commands import succeed

__all__ = ["ROOT", "clone"]

ROOT: Final = Path(__file__).parents[2]


def clone(goal: Path) -> None:
    """Clone what is committed to *goal*, and commit what is not committed yet there."""
    _git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(goal))
    listed = _git(ROOT, "ls-files", "--modified", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        copy = goal / name
        if (ROOT / name).exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy)
        else:
            copy.unlink(missing_ok=True)
    _git(goal, "add", "--all")
    author = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    _git(goal, *author, "commit", "--quiet", "--allow-empty", "--message", "Now")


def _git(folder: Path, *arguments: str) -> str:
    return succeed(["git", *arguments], folder, os.environ)

"""Temporary folders of runs that were killed: copies of kubeconfigs do not stay in them."""

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

import psutil

__all__ = ["PREFIX", "remove_left_folders"]

PREFIX: Final = "tenancy-engine-"
"""The beginning of a folder's name; the id of the process follows."""

_NAME: Final = re.compile(rf"{PREFIX}(\d{{1,9}})-\w+")


def remove_left_folders(parent: Path | None = None) -> int:
    """
    Remove the temporary folders of this user's runs whose process no longer exists.

    Args:
        parent: Where they are. Default: the folder for temporary files.

    Returns:
        How many there were.
    """
    removed = 0
    for folder in (parent or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        match = _NAME.fullmatch(folder.name)
        if match is None or folder.is_symlink() or psutil.pid_exists(int(match[1])):
            continue
        try:
            if folder.stat().st_uid == os.getuid():
                shutil.rmtree(folder)
                removed += 1
        except OSError:
            # Another command of this user removes it at the same time.
            continue
    return removed

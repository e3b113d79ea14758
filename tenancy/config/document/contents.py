"""The contents of a file that others wrote: regular, inside the project, of a bounded size."""

import errno
import os
import pathlib
import stat
from typing import Final

import attrs

from tenancy.diagnostics import clean

__all__ = ["Refusal", "read_contents"]


@attrs.frozen
class Refusal:
    """Why a file is not read: the code and the three texts of its finding."""

    code: str
    found: str
    allowed: str
    remedy: str


_SPECIAL: Final = Refusal(
    "file-special",
    "a pipe, a socket or a device",
    "a regular file",
    "replace it by a regular file",
)


def read_contents(
    path: pathlib.Path, source: str, *, root: pathlib.Path | None, largest: int
) -> bytes | Refusal:
    """
    Return the content of the file *path*, at most one byte more than *largest*.

    Never waits for a pipe or a device.

    Args:
        path: The file.
        source: Its name for people.
        root: The folder that it must be in, also after links. Default: any.
        largest: The largest content, in bytes.
    """
    try:
        if root is not None and not path.resolve(strict=True).is_relative_to(root.resolve()):
            return Refusal(
                "file-outside",
                "a link that leads out of the project",
                "a file inside the project",
                "replace the link by the file itself",
            )
        # Nonblocking: opening a pipe would otherwise wait until another process writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                return _SPECIAL
            return file.read(largest + 1)
    except FileNotFoundError:
        return Refusal(
            "file-missing", "no file of that name", "a YAML file", f"create {clean(source)}"
        )
    except OSError as error:
        if error.errno == errno.ENXIO:
            # A socket cannot be opened at all.
            return _SPECIAL
        return Refusal(
            "file-unreadable",
            f"a file that cannot be read: {error.strerror}",
            "a readable YAML file",
            "check its name and its permissions",
        )
    except RuntimeError:
        return Refusal(
            "file-unreadable",
            "a link that leads to itself",
            "a readable YAML file",
            "replace the link by the file itself",
        )

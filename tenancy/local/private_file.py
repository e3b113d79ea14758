"""Write a file that holds a credential: inside one folder, owner-only, atomically."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from tenancy.diagnostics import RefusedError

__all__ = ["write_private"]


def write_private(folder: Path, name: str, text: str, *, option: str = "--out") -> Path:
    """
    Write *text* to the file *name* in *folder*, readable by its owner only.

    The folder is opened once and every step uses that descriptor, so a rename or a link made
    in the meantime cannot redirect the write. An existing regular file is replaced atomically;
    a link or a folder of that name is refused.

    Args:
        option: The command-line option that names another folder; the message suggests it.

    Raises:
        RefusedError: *name* would leave the folder, a link or a folder has that name, or the
            folder cannot be made.
    """
    if not name or name in {".", ".."} or "/" in name or "\0" in name or name.startswith("-"):
        raise RefusedError(reason=f"{name!r} is not the name of a file inside {folder}")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise RefusedError(
            reason=f"{folder}: cannot be used as a folder: {error.strerror}; "
            f"choose another folder with {option}"
        ) from error
    try:
        _refuse_other(descriptor, folder, name)
        temporary = f".{name[:100]}.{secrets.token_hex(8)}"
        _write(descriptor, temporary, text)
        try:
            os.replace(temporary, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=descriptor)
            raise
    except OSError as error:
        raise RefusedError(reason=f"{folder / name}: {error.strerror}") from error
    finally:
        os.close(descriptor)
    return folder / name


def _refuse_other(descriptor: int, folder: Path, name: str) -> None:
    try:
        existing = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(existing.st_mode):
        what = "a link" if stat.S_ISLNK(existing.st_mode) else "not a file"
        raise RefusedError(reason=f"{folder / name} is {what} and was kept; remove it first")


def _write(descriptor: int, name: str, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    file = os.open(name, flags, 0o600, dir_fd=descriptor)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())

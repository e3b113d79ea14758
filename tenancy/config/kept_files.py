"""The folder of this user's caches: what it has may be deleted at any time."""

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["keep_file", "user_cache"]


def user_cache() -> Path:
    """Return the folder of this user's caches of Tenancy; it need not exist."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    base = Path(configured) if configured.startswith("/") else _home() / ".cache"
    return base / "tenancy"


def keep_file(file: Path, content: bytes) -> None:
    """
    Write *content* to *file*, a file of a cache, for its owner only.

    It is written atomically, because another command may read it at this moment. If that
    fails, nothing is left, and what the file would have kept is computed again.
    """
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as new:
            try:
                new.write(content)
                new.flush()
                Path(new.name).replace(file)
            except OSError:
                Path(new.name).unlink(missing_ok=True)
                raise


def _home() -> Path:
    """Return the user's folder; for a user without one, a path below which nothing is kept."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)

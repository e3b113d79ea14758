"""The engine's own copies of stack files, so that running anything changes no tracked file."""

from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

__all__ = ["CONFIG_COPIES", "SALT_KEYS", "copy_stack_file"]

CONFIG_COPIES = Path(".sandbox/config")
"""Where the copies are, from the project's folder."""

SALT_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")
"""What the engine writes into a stack file by itself, even at a preview."""


def copy_stack_file(
    tracked: Path,
    copy: Path,
    *,
    project: str = "tenancy",
    allow_deletion: Iterable[str] = (),
    salt: Path | None = None,
) -> Path:
    """
    Write *copy* anew from *tracked*, with the salt that the engine put into the older copy.

    Args:
        salt: Where the salt is. Default: in the older copy.
        allow_deletion: Namespaces that may be deleted beside those that the file allows.
    """
    yaml = YAML()
    written = yaml.load(tracked.read_text()) or {}
    salted = salt or copy
    if salted.exists():
        older = yaml.load(salted.read_text()) or {}
        written.update({key: older[key] for key in SALT_KEYS if key in older})
    names = list(allow_deletion)
    if names:
        config = written.setdefault("config", {})
        key = _key(config, project, "allowDeletion")
        config[key] = sorted({*names, *(config.get(key) or ())})
    text = StringIO()
    yaml.dump(written, text)
    copy.parent.mkdir(parents=True, exist_ok=True)
    _replace(copy, text.getvalue())
    return copy


def _key(config: Mapping[str, object], project: str, short: str) -> str:
    """Return the key of *short* as *config* spells it; the engine takes any of three."""
    spelled = (f"{project}:{short}", short, f"{project}:config:{short}")
    return next((key for key in spelled if key in config), spelled[0])


def _replace(path: Path, text: str) -> None:
    """Write *text* whole or not at all: an interrupted run leaves the older copy."""
    if path.exists() and path.read_text() == text:
        return
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)

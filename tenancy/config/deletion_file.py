"""A stack file that also allows namespaces to be deleted, for a destroy that was confirmed."""

from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

__all__ = ["write_with_deletions"]


def write_with_deletions(
    tracked: Path, other: Path, names: Iterable[str], *, project: str = "tenancy"
) -> None:
    """
    Write *tracked* to *other*, with *names* added to `allowDeletion`.

    Args:
        tracked: The stack file; it is not changed.
        other: Where to write.
        names: Namespaces that may be deleted beside those that the file allows.
        project: The project's name, which is the namespace of its config keys.
    """
    yaml = YAML()
    written = yaml.load(tracked.read_text()) or {}
    config = written.setdefault("config", {})
    key = _key(config, project, "allowDeletion")
    config[key] = sorted({*names, *(config.get(key) or ())})
    text = StringIO()
    yaml.dump(written, text)
    other.write_text(text.getvalue())


def _key(config: Mapping[str, object], project: str, short: str) -> str:
    """Return the key of *short* as *config* spells it; the engine accepts three spellings."""
    spelled = (f"{project}:{short}", short, f"{project}:config:{short}")
    return next((key for key in spelled if key in config), spelled[0])

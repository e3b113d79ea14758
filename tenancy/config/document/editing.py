"""Edits to YAML that people wrote; comments, order and quotes are kept."""

import contextlib
from collections.abc import Iterable
from difflib import SequenceMatcher
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from tenancy.config.document.tree import JSON
from tenancy.diagnostics import PathStep

__all__ = ["Change", "edited", "write"]

Change = tuple[tuple[PathStep, ...], JSON, bool]
"""A path from the top, the value (None removes it), and whether it is added to a list."""

_WIDTH = 4096


def edited(text: str, changes: Iterable[Change], *, project: str | None = None) -> str:
    r"""
    Return the YAML *text* with *changes* made; missing parents are created.

    Args:
        project: For a stack file: the project at whose keys the paths begin. Default: at the
            top.

    >>> print(edited("a:  # one\n  b: 1\n", [(("a", "c"), "2", False)]), end="")
    a:  # one
      b: 1
      c: "2"
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(text)
    if data is None:
        data = CommentedMap()
    for path, value, appends in changes:
        top, steps = _start(data, path, project)
        _set(top, steps, _round_trip(value), appends)
    out = StringIO()
    yaml.dump(data, out)
    return _as_before(text, out.getvalue())


def _as_before(old: str, new: str) -> str:
    """Return *new*; a line that means the same as one of *old* is written as that one."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    old_words, new_words = (["".join(x.split()) for x in lines] for lines in (before, after))
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    restored: list[str] = []
    for op, i, j, k, m in matcher.get_opcodes():
        restored += before[i:j] if op == "equal" else after[k:m]
    kept = "".join(restored)
    reader = YAML(typ="safe")
    try:
        return kept if reader.load(kept) == reader.load(new) else new
    except YAMLError:
        return new


def write(path: Path, text: str) -> None:
    """
    Write *text* whole or not at all.

    A link in the place of the file, or of the new file that becomes it, is replaced and not
    followed: it may lead anywhere.

    Raises:
        OSError: It names *path*, also on a full disk.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        # Remove the file that a killed command left, or a link.
        new.unlink(missing_ok=True)
        with new.open("x", encoding="utf-8") as file:
            file.write(text)
        new.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def _start(
    data: Any, path: tuple[PathStep, ...], project: str | None
) -> tuple[Any, tuple[PathStep, ...]]:
    if project is None:
        return data, path
    config = data.setdefault("config", CommentedMap())
    first = str(path[0])
    spellings = (f"{project}:{first}", first, f"{project}:config:{first}")
    key = next((key for key in spellings if key in config), spellings[0])
    return config, (key, *path[1:])


def _set(at: Any, path: tuple[PathStep, ...], value: Any, appends: bool) -> None:
    *way, last = path
    for step in way:
        if isinstance(at, CommentedMap):
            if at.get(step) is None:
                at[step] = CommentedMap()
            _block(at[step])
        at = at[step]
    if appends:
        if at.get(last) is None:
            at[last] = CommentedSeq()
        _block(at[last])
        at[last].append(value)
    elif value is None and isinstance(at, CommentedSeq):
        del at[last]
    elif value is None:
        at.pop(last, None)
    else:
        at[last] = value


def _block(found: Any) -> None:
    """An empty `{}` or `[]` that gets its first entry is written on lines of its own."""
    if isinstance(found, CommentedMap | CommentedSeq) and not found:
        found.fa.set_block_style()


def _round_trip(value: JSON) -> Any:
    if isinstance(value, dict):
        return CommentedMap((key, _round_trip(entry)) for key, entry in value.items())
    if isinstance(value, list):
        return CommentedSeq(_round_trip(entry) for entry in value)
    if isinstance(value, str) and not value.replace("-", "").replace("/", "").isalpha():
        return DoubleQuotedScalarString(value) if _needs_quotes(value) else value
    return value


def _needs_quotes(text: str) -> bool:
    """Whether some YAML reader would read *text* as another value if it has no quotes."""
    return not text[:1].isalpha() and not any(character.isalpha() for character in text)

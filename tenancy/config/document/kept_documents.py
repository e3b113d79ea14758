"""
Documents as they were parsed, kept on this machine by their content.

Parsing a thousand files takes seconds, and a change concerns one of them. The folder may be
deleted at any time, and a file in it that is damaged counts as missing. Only documents without
findings are kept, so that a finding is always that of the file itself.
"""

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import attrs

from tenancy.config.document.tree import Document, Node
from tenancy.config.kept_files import keep_file, user_cache

__all__ = ["FOLDER", "KeptDocuments"]

FOLDER: Final = "documents"
"""The folder of kept documents, in the folder of this user's caches."""

_DAYS: Final = 30
"""A document that was not used for so long is deleted."""
_DAY: Final = 24 * 60 * 60

Written: TypeAlias = list[int | str | list["Written"] | dict[str, "Written"]]
"""A node of a document in JSON, which has no tuples."""


def _code() -> str:
    """Return a text that differs if documents may be parsed in another way."""
    return json.dumps([sys.version, *sorted(_files())])


def _files() -> Iterator[tuple[str, int, int]]:
    for file in Path(__file__).parent.glob("*.py"):
        found = file.stat()
        yield file.name, found.st_size, found.st_mtime_ns


@attrs.frozen
class KeptDocuments:
    """
    The documents that are kept on this machine.

    Attributes:
        folder: Their folder. Default: that of this user.
    """

    folder: Path = attrs.field(factory=lambda: user_cache() / FOLDER)
    _code: str = attrs.field(factory=_code, init=False)

    def parsed(
        self, contents: bytes, source: str, kind: str, parse: Callable[[], Document]
    ) -> Document:
        """
        Return the document of *contents*: the kept one, or what *parse* returns.

        Args:
            contents: The contents of the file.
            source: Its name in findings.
            kind: How it is parsed, if there are several ways.
        """
        digest = hashlib.sha256(json.dumps([self._code, source, kind]).encode())
        digest.update(contents)
        file = self.folder / f"{digest.hexdigest()}.json"
        kept = _read(file, source)
        if kept is None:
            kept = parse()
            if not kept.findings:
                _write(file, kept)
        return kept

    def forget_unused(self) -> None:
        """Delete what was not used for a long time; at most once a day."""
        mark = self.folder / "cleaned"
        with contextlib.suppress(OSError):
            if _age(mark) < _DAY:
                return
            mark.touch()
            for file in self.folder.glob("*.json"):
                if _age(file) > _DAYS * _DAY:
                    file.unlink()


def _read(file: Path, source: str) -> Document | None:
    """Return the document that is kept in *file*; None if there is none, or it is damaged."""
    try:
        checksum, _, text = file.read_bytes().partition(b"\n")
        if checksum.decode() != hashlib.sha256(text).hexdigest():
            return None
        if _age(file) > _DAY:
            os.utime(file)
        written = json.loads(text)
        root = written["root"]
        return Document(
            source=source, value=written["value"], root=None if root is None else _node(root)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, document: Document) -> None:
    text = json.dumps({"value": document.value, "root": document.root}).encode()
    keep_file(file, hashlib.sha256(text).hexdigest().encode() + b"\n" + text)


def _node(written: Written) -> Node:
    """
    Return the positions as they are in a document, where a node is a tuple.

    Raises:
        TypeError: It is not a node.
        ValueError: A part of it is not a node.
    """
    line, column, content = written
    if isinstance(line, int) and isinstance(column, int):
        if isinstance(content, dict):
            return line, column, {key: _node(node) for key, node in content.items()}
        if isinstance(content, list):
            return line, column, [_node(node) for node in content]
        if isinstance(content, str):
            return line, column, content
    raise TypeError(f"{written!r} is not a node")


def _age(file: Path) -> float:
    """Return for how many seconds *file* was not used; infinite if there is none."""
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")

"""A parsed document: its value, and the position of each part."""

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from tenancy.diagnostics import Finding, PathStep

__all__ = ["JSON", "Content", "Document", "Node", "Position"]

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None
"""A JSON value."""

Position = tuple[int, int]
"""Line and column, both from 1, as editors count."""

Content: TypeAlias = str | list["Node"] | dict[str, "Node"]
"""A scalar's text as written, a list's items, or a mapping's entries."""

Node: TypeAlias = tuple[int, int, Content]
"""
Line, column and content. The place of a mapping's entry is that of its key; that of a
list's item, where the item begins.
"""


@attrs.frozen(kw_only=True)
class Document:
    """
    One YAML document.

    Attributes:
        source: The file's path, relative to the project.
        value: Its value. None if the document cannot be read at all; an ambiguous
            value is kept as the text that was written.
        findings: One for each ambiguous value, in the order of the document; all are errors.
    """

    source: str
    value: JSON
    findings: tuple[Finding, ...] = ()
    root: Node | None = attrs.field(default=None, eq=False, repr=False)
    places: Mapping[Finding, Position] = attrs.field(factory=dict, eq=False, repr=False)
    lines: "Document | None" = attrs.field(default=None, eq=False, repr=False)

    @classmethod
    def of(cls, value: JSON, *, source: str, lines: "Document | None" = None) -> "Document":
        """
        Return *value*, which was not read from a file, as a document.

        Args:
            value: Its value.
            source: Where it comes from, for messages.
            lines: A document that has mostly the same content, for line numbers. Default: none.
        """
        root = lines.root if lines is not None else None
        return cls(source=source, value=value, root=root, lines=lines)

    def line(self, path: tuple[PathStep, ...]) -> int | None:
        """
        Return the line of *path*, or of its longest existing part, from 1.

        None if the document could not be read at all.
        """
        position = self.position(path)
        return position and position[0]

    def column(self, path: tuple[PathStep, ...]) -> int | None:
        """Return the column of *path*, or of its longest existing part, from 1."""
        position = self.position(path)
        return position and position[1]

    def position(self, path: tuple[PathStep, ...]) -> Position | None:
        """Return the line and the column of *path*, or of its longest existing part."""
        node = self.root
        if node is None:
            return None
        for step in path:
            inner = _inside(node, step)
            if inner is None:
                break
            node = inner
        return node[0], node[1]

    def place(self, finding: Finding) -> Position | None:
        """
        Return the position of *finding*, line and column from 1.

        Exact for this document's own findings (the second of two equal keys, the alias
        itself); for any other, the position of its path.
        """
        return self.places.get(finding) or self.position(finding.origin.path)

    def scalar(self, path: tuple[PathStep, ...]) -> str | None:
        """
        Return the text at *path* as it was written, without quotes; None if it is not a scalar.

        So a message can have `0.10` although the value is the float 0.1.
        """
        if self.lines is not None and self.lines.at(path) != self.at(path):
            return None
        node = self.root
        for step in path:
            if node is None:
                return None
            node = _inside(node, step)
        return node[2] if node is not None and isinstance(node[2], str) else None

    def at(self, path: tuple[PathStep, ...]) -> JSON:
        """Return the value at *path*; None if there is none."""
        value = self.value
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                return None
        return value


def _inside(node: Node, step: PathStep) -> Node | None:
    content = node[2]
    inner: Node | None = None
    if isinstance(content, dict) and isinstance(step, str):
        inner = content.get(step)
    elif isinstance(content, list) and isinstance(step, int) and 0 <= step < len(content):
        inner = content[step]
    return inner

"""The errors of the YAML parser, in words for people."""

import attrs
import yaml

from tenancy.config.document.tree import Position
from tenancy.diagnostics import Finding, Origin, clean

__all__ = ["finding_from"]


@attrs.frozen
class _Saying:
    """A part of a message of the parser, and what it means."""

    problem: str
    found: str
    remedy: str
    code: str = "yaml-syntax"
    allowed: str = "YAML"
    at_start: bool = False
    """Whether the mistake is where the parser's construct began, not where it gave up."""


# The messages of libyaml (src/scanner.c, src/parser.c) and of PyYAML's own parser, which
# has mostly the same content; what is not among them is repeated as it is.
_SAYINGS = (
    _Saying(
        "unexpected end of stream",
        "a quote that is never closed",
        "close the quote",
        at_start=True,
    ),
    _Saying(
        "mapping values are not allowed",
        "a colon and a space where no key is allowed",
        "put text that holds `: ` in quotes; give each key a line of its own",
    ),
    _Saying(
        "',' or ']'",
        "a list in brackets that lacks a comma or its end",
        "add the comma or the ]",
        at_start=True,
    ),
    _Saying(
        "',' or '}'",
        "a mapping in braces that lacks a comma or its end",
        "add the comma or the }",
        at_start=True,
    ),
    _Saying(
        "'-' indicator",
        "a line without `- ` among the items of a list",
        "begin it with `- `, or indent it as the item that it belongs to",
    ),
    _Saying(
        "<block end>",
        "a line that is indented unlike those around it",
        "indent it as its neighbours",
    ),
    _Saying(
        "expected key",
        "a line that is indented unlike those around it, or no key in it",
        "indent it as its neighbours, and write `key: value`",
    ),
    _Saying(
        "cannot start any token",
        "a bare value that begins with one of @ ` % |",
        "put the value in quotes",
    ),
    _Saying(
        "sequence entries are not allowed",
        "`- ` in the middle of a line",
        "begin a new line for the list, or put the value in quotes",
    ),
    _Saying("could not find expected ':'", "a key without `: `", "add the colon and a space"),
    _Saying(
        "undefined alias",
        "an alias without its anchor",
        "write the value itself",
        "yaml-alias",
        "values without anchors and aliases",
    ),
    _Saying(
        "tag",
        "a tag",
        "remove the tag; put the value in quotes if text is meant",
        "yaml-tag",
        "values without tags",
    ),
    _Saying(
        "directive",
        "a directive (a line that begins with %)",
        "remove the line that begins with %",
        "yaml-directive",
        "no directives",
    ),
    _Saying(
        "depth",
        "mappings and lists that are nested too deeply",
        "nest it less",
        "yaml-too-deep",
        "at most 32 levels",
    ),
)
_TAB = _Saying(
    "", "a tab character as indentation", "replace the tab by spaces", "yaml-tab", "spaces"
)


def finding_from(error: yaml.YAMLError, text: str, source: str) -> tuple[Finding, Position]:
    """Return what *error* found in *text*, and where, line and column from 1."""
    problem = clean(str(getattr(error, "problem", None) or getattr(error, "reason", "")))
    saying = next(
        (known for known in _SAYINGS if known.problem in problem),
        _Saying(
            "",
            f"text that is not YAML: {problem}",
            "look here and one line above: indentation, `key: value` with a space, open quotes",
        ),
    )
    position = _position(error, at_start=saying.at_start)
    if _is_tabbed(text, position[0]):
        saying = _TAB
    finding = Finding(
        code=saying.code,
        origin=Origin(source),
        found=saying.found,
        allowed=saying.allowed,
        remedy=saying.remedy,
    )
    return finding, position


def _position(error: yaml.YAMLError, *, at_start: bool) -> Position:
    marks = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
    if at_start:
        marks.reverse()
    mark = next((mark for mark in marks if mark is not None), None)
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _is_tabbed(text: str, number: int) -> bool:
    """Return whether line *number* is indented with a tab."""
    lines = text.split("\n", number)
    line = lines[number - 1] if number <= len(lines) else ""
    return "\t" in line[: len(line) - len(line.lstrip())]

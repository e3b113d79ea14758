"""Findings as people and programs read them."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group
from rich.text import Text

from tenancy.document.echo import clean
from tenancy.document.tree import JSON, Document, Position
from tenancy.violation import Severity, Violation

__all__ = ["json", "rich_report", "summary", "text"]

_TITLES = {
    Severity.ERROR: "Errors",
    Severity.WARNING: "Warnings",
    Severity.NOT_CHECKED: "Not checked",
}
_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOT_CHECKED: "bold cyan",
}
_BODY = "    "
_LABEL_WIDTH = len("allowed: ")


def text(
    violations: Iterable[Violation], documents: Mapping[str, Document], *, width: int = 80
) -> str:
    """
    Return every finding in plain text, errors first, and a last line that counts them.

    Args:
        violations: What was found. Equal findings are said once.
        documents: By source, for line numbers; sources without one have a path only.
        width: The longest line, in characters. Only a single word or path may be longer.
    """
    violations = tuple(violations)
    lines: list[str] = []
    for severity, findings in _grouped(violations, documents):
        lines += [_TITLES[severity], ""]
        for violation in findings:
            lines += [*_finding(violation, documents, width), ""]
    return "\n".join([*lines, summary(violations)])


def rich_report(
    violations: Iterable[Violation], documents: Mapping[str, Document], *, width: int = 80
) -> Group:
    """Return what `text` says, with colours for a terminal."""
    violations = tuple(violations)
    parts: list[Text] = []
    for severity, findings in _grouped(violations, documents):
        parts += [Text(_TITLES[severity], style=_STYLES[severity]), Text()]
        for violation in findings:
            head, *body = _finding(violation, documents, width)
            parts.append(Text(head, style="bold"))
            parts += [_labelled(line) for line in body]
            parts.append(Text())
    return Group(*parts, Text(summary(violations), style="bold"))


def json(
    violations: Iterable[Violation], documents: Mapping[str, Document]
) -> list[dict[str, JSON]]:
    """
    Return every finding as plain data, in the order of `text`.

    Each has code, severity, file, line, column, path, found, allowed, remedy, organization
    and details; line, column and organization may be null, details is a list of texts.
    """
    return [
        {
            "code": violation.code,
            "severity": violation.severity.value,
            "file": clean(violation.origin.source),
            "line": place[0] if place else None,
            "column": place[1] if place else None,
            "path": clean(violation.origin.dotted),
            "found": clean(violation.found),
            "allowed": clean(violation.allowed),
            "remedy": clean(violation.remedy),
            "organization": violation.organization,
            "details": [clean(line) for line in violation.details],
        }
        for _, findings in _grouped(violations, documents)
        for violation in findings
        for place in [_place(violation, documents)]
    ]


def summary(violations: Iterable[Violation]) -> str:
    """
    Return how many findings of each kind there are; errors are always counted.

    >>> summary([])
    '0 errors'
    """
    counts = dict.fromkeys(Severity, 0)
    for violation in dict.fromkeys(violations):
        counts[violation.severity] += 1
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    parts = [f"{errors} error{'' if errors == 1 else 's'}"]
    if warnings:
        parts.append(f"{warnings} warning{'' if warnings == 1 else 's'}")
    if counts[Severity.NOT_CHECKED]:
        parts.append(f"{counts[Severity.NOT_CHECKED]} not checked")
    return ", ".join(parts)


def _grouped(
    violations: Iterable[Violation], documents: Mapping[str, Document]
) -> list[tuple[Severity, list[Violation]]]:
    """Return the findings by severity, errors first, each group in the order of the files."""
    distinct = list(dict.fromkeys(violations))
    groups = []
    for severity in Severity:
        found = [violation for violation in distinct if violation.severity is severity]
        if found:
            groups.append((severity, sorted(found, key=lambda v: _order(v, documents))))
    return groups


def _order(violation: Violation, documents: Mapping[str, Document]) -> tuple[str, Position]:
    return violation.origin.source, _place(violation, documents) or (0, 0)


def _place(violation: Violation, documents: Mapping[str, Document]) -> Position | None:
    document = documents.get(violation.origin.source)
    return document.place(violation) if document is not None else None


def _finding(
    violation: Violation, documents: Mapping[str, Document], width: int
) -> Sequence[str]:
    place = _place(violation, documents)
    where = clean(violation.origin.source) + (f":{place[0]}" if place else "")
    path = clean(violation.origin.dotted)
    head = "  ".join(filter(None, (where, path, f"[{violation.code}]")))
    lines = _wrapped(head, "  ", "    ", width)
    for label, part in (
        ("found", violation.found),
        ("allowed", violation.allowed),
        ("do", violation.remedy),
    ):
        first = _BODY + f"{label}:".ljust(_LABEL_WIDTH)
        lines += _wrapped(_oneline(part), first, _BODY + " " * _LABEL_WIDTH, width)
    for detail in violation.details:
        lines += _detail(clean(detail).rstrip(), width)
    return lines


def _detail(detail: str, width: int) -> list[str]:
    """Keep the columns of a detail that fits; wrap one that does not."""
    indent = _BODY + "  "
    if len(indent) + len(detail) <= width:
        return [indent + detail]
    return _wrapped(detail.strip(), indent, indent + "  ", width)


def _wrapped(line: str, first: str, rest: str, width: int) -> list[str]:
    return textwrap.wrap(
        line,
        width=width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def _oneline(part: str) -> str:
    return clean(" ".join(part.split()))


def _labelled(line: str) -> Text:
    stripped = line.strip()
    rendered = Text(line)
    for label in ("found:", "allowed:", "do:"):
        if stripped.startswith(label) and line.startswith(_BODY + label):
            rendered.stylize("dim", len(_BODY), len(_BODY) + len(label))
    return rendered

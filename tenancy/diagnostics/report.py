"""Findings as people and programs read them."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group
from rich.text import Text

from tenancy.config.document.tree import JSON
from tenancy.diagnostics.finding import Finding, Severity, Source
from tenancy.diagnostics.redaction import clean

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
    findings: Iterable[Finding], documents: Mapping[str, Source], *, width: int = 80
) -> str:
    """
    Return every finding in plain text, errors first, and a last line that counts them.

    Args:
        findings: What was found. Equal findings are said once.
        documents: By source, for line numbers; sources without one have a path only.
        width: The longest line, in characters. Only a single word or path may be longer.
    """
    findings = tuple(findings)
    lines: list[str] = []
    for severity, group in _grouped(findings, documents):
        lines += [_TITLES[severity], ""]
        for finding in group:
            lines += [*_finding(finding, documents, width), ""]
    return "\n".join([*lines, summary(findings)])


def rich_report(
    findings: Iterable[Finding], documents: Mapping[str, Source], *, width: int = 80
) -> Group:
    """Return what `text` says, with colours for a terminal."""
    findings = tuple(findings)
    parts: list[Text] = []
    for severity, group in _grouped(findings, documents):
        parts += [Text(_TITLES[severity], style=_STYLES[severity]), Text()]
        for finding in group:
            head, *body = _finding(finding, documents, width)
            parts.append(Text(head, style="bold"))
            parts += [_labelled(line) for line in body]
            parts.append(Text())
    return Group(*parts, Text(summary(findings), style="bold"))


def json(findings: Iterable[Finding], documents: Mapping[str, Source]) -> list[dict[str, JSON]]:
    """
    Return every finding as plain data, in the order of `text`.

    Each has code, severity, file, line, column, path, found, allowed, remedy, organization
    and details; line, column and organization may be null, details is a list of texts.
    """
    return [
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "file": clean(finding.origin.source),
            "line": place[0] if place else None,
            "column": place[1] if place else None,
            "path": clean(finding.origin.dotted),
            "found": clean(finding.found),
            "allowed": clean(finding.allowed),
            "remedy": clean(finding.remedy),
            "organization": finding.organization,
            "details": [clean(line) for line in finding.details],
        }
        for _, group in _grouped(findings, documents)
        for finding in group
        for place in [_place(finding, documents)]
    ]


def summary(findings: Iterable[Finding]) -> str:
    """
    Return how many findings of each kind there are; errors are always counted.

    >>> summary([])
    '0 errors'
    """
    counts = dict.fromkeys(Severity, 0)
    for finding in dict.fromkeys(findings):
        counts[finding.severity] += 1
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    parts = [f"{errors} error{'' if errors == 1 else 's'}"]
    if warnings:
        parts.append(f"{warnings} warning{'' if warnings == 1 else 's'}")
    if counts[Severity.NOT_CHECKED]:
        parts.append(f"{counts[Severity.NOT_CHECKED]} not checked")
    return ", ".join(parts)


def _grouped(
    findings: Iterable[Finding], documents: Mapping[str, Source]
) -> list[tuple[Severity, list[Finding]]]:
    """Return the findings by severity, errors first, each group in the order of the files."""
    distinct = list(dict.fromkeys(findings))
    groups = []
    for severity in Severity:
        found = [finding for finding in distinct if finding.severity is severity]
        if found:
            groups.append((severity, sorted(found, key=lambda v: _order(v, documents))))
    return groups


def _order(finding: Finding, documents: Mapping[str, Source]) -> tuple[str, tuple[int, int]]:
    return finding.origin.source, _place(finding, documents) or (0, 0)


def _place(finding: Finding, documents: Mapping[str, Source]) -> tuple[int, int] | None:
    document = documents.get(finding.origin.source)
    return document.place(finding) if document is not None else None


def _finding(finding: Finding, documents: Mapping[str, Source], width: int) -> Sequence[str]:
    place = _place(finding, documents)
    where = clean(finding.origin.source) + (f":{place[0]}" if place else "")
    path = clean(finding.origin.dotted)
    head = "  ".join(filter(None, (where, path, f"[{finding.code}]")))
    lines = _wrapped(head, "  ", "    ", width)
    for label, part in (
        ("found", finding.found),
        ("allowed", finding.allowed),
        ("do", finding.remedy),
    ):
        first = _BODY + f"{label}:".ljust(_LABEL_WIDTH)
        lines += _wrapped(_oneline(part), first, _BODY + " " * _LABEL_WIDTH, width)
    for detail in finding.details:
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

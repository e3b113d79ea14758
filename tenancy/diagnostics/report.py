"""Findings as plain text, for error messages and for a pipe."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tenancy.diagnostics.finding import Finding, Severity, Source
from tenancy.diagnostics.finding_order import grouped, place_of
from tenancy.diagnostics.redaction import clean
from tenancy.diagnostics.wording import counted, wrapped

__all__ = ["LABELS", "TITLES", "finding_lines", "summary", "text"]

TITLES: Final = {
    Severity.ERROR: "Errors",
    Severity.WARNING: "Warnings",
    Severity.NOT_CHECKED: "Not checked",
}
LABELS: Final = ("found:", "allowed:", "do:")
"""Begins the lines of a finding."""
_BODY: Final = "    "
_LABEL_WIDTH: Final = len("allowed: ")


def text(
    findings: Iterable[Finding], documents: Mapping[str, Source], *, width: int = 80
) -> str:
    """
    Return every finding in plain text, errors first, and a last line that counts them.

    Args:
        findings: Equal findings are written once.
        documents: By source, for line numbers; findings without a document have only a path.
        width: The longest line, in characters. Only a single word or path may be longer.
    """
    findings = tuple(findings)
    lines: list[str] = []
    for severity, group in grouped(findings, documents):
        lines += [TITLES[severity], ""]
        for finding in group:
            lines += [*finding_lines(finding, documents, width), ""]
    return "\n".join([*lines, summary(findings)])


def summary(findings: Iterable[Finding]) -> str:
    """
    Return how many findings of each kind there are; errors are always counted.

    >>> summary([])
    '0 errors'
    """
    counts = dict.fromkeys(Severity, 0)
    for finding in dict.fromkeys(findings):
        counts[finding.severity] += 1
    parts = [counted(counts[Severity.ERROR], "error")]
    if counts[Severity.WARNING]:
        parts.append(counted(counts[Severity.WARNING], "warning"))
    if counts[Severity.NOT_CHECKED]:
        parts.append(f"{counts[Severity.NOT_CHECKED]} not checked")
    return ", ".join(parts)


def finding_lines(
    finding: Finding, documents: Mapping[str, Source], width: int
) -> Iterator[str]:
    """Yield the lines of one finding: its place and code, its three parts, its details."""
    place = place_of(finding, documents)
    where = clean(finding.origin.source) + (f":{place[0]}" if place else "")
    path = clean(finding.origin.dotted)
    head = "  ".join(filter(None, (where, path, f"[{finding.code}]")))
    yield from wrapped(head, width, first="  ", rest="    ")
    parts = (finding.found, finding.allowed, finding.remedy)
    for label, part in zip(LABELS, parts, strict=True):
        yield from wrapped(
            clean(" ".join(part.split())),
            width,
            first=_BODY + label.ljust(_LABEL_WIDTH),
            rest=_BODY + " " * _LABEL_WIDTH,
        )
    for detail in finding.details:
        yield from _detail(clean(detail).rstrip(), width)


def _detail(detail: str, width: int) -> list[str]:
    """Keep the columns of a detail that fits; wrap it if it does not."""
    indent = _BODY + "  "
    if len(indent) + len(detail) <= width:
        return [indent + detail]
    return wrapped(detail.strip(), width, first=indent, rest=indent + "  ")

"""The order of findings, and where their values are written."""

from collections.abc import Iterable, Iterator, Mapping

from tenancy.diagnostics.finding import Finding, Severity, Source

__all__ = ["Place", "grouped", "place_of"]

Place = tuple[int, int]
"""A line and a column, from 1."""


def grouped(
    findings: Iterable[Finding], documents: Mapping[str, Source]
) -> Iterator[tuple[Severity, list[Finding]]]:
    """Yield findings by severity, each group in the order of the files; equal ones once."""
    distinct = tuple(dict.fromkeys(findings))
    for severity in Severity:
        group = [finding for finding in distinct if finding.severity is severity]
        if group:
            yield severity, sorted(group, key=lambda f: _order(f, documents))


def place_of(finding: Finding, documents: Mapping[str, Source]) -> Place | None:
    """Return where the value of *finding* is written, if *documents* have it."""
    document = documents.get(finding.origin.source)
    return document.place(finding) if document is not None else None


def _order(finding: Finding, documents: Mapping[str, Source]) -> tuple[str, Place]:
    return finding.origin.source, place_of(finding, documents) or (0, 0)

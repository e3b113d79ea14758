"""Findings as plain data, in a published shape."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from tenancy.diagnostics.finding import Finding, Severity, Source
from tenancy.diagnostics.redaction import clean

__all__ = ["FindingData", "findings_data", "grouped", "place_of"]

Place = tuple[int, int]
"""A line and a column, from 1."""


@with_config(ConfigDict(extra="forbid", use_attribute_docstrings=True))
class FindingData(TypedDict):
    """An error, a warning, or what could not be checked; line and column start at 1."""

    code: str
    severity: Literal["error", "warning", "not checked"]
    file: str
    line: int | None
    column: int | None
    path: str
    found: str
    allowed: str
    remedy: str
    organization: str | None
    details: list[str]


def findings_data(
    findings: Iterable[Finding], documents: Mapping[str, Source]
) -> list[FindingData]:
    """Return *findings* as plain data: errors first, each kind in the order of the files."""
    return [
        _data(finding, place_of(finding, documents))
        for _, group in grouped(findings, documents)
        for finding in group
    ]


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


def _data(finding: Finding, place: Place | None) -> FindingData:
    return {
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

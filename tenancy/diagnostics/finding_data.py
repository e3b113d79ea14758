"""Findings as plain data, in a published shape."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from tenancy.diagnostics.finding import Finding, Source
from tenancy.diagnostics.finding_order import Place, grouped, place_of
from tenancy.diagnostics.redaction import clean

__all__ = ["FindingData", "findings_data"]


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

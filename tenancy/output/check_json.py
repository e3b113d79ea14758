"""What `tenancy check --json` writes, in a published, versioned shape."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import Finding, FindingData, Source, errors_in, findings_data
from tenancy.output.documents import published
from tenancy.planning import CLOSED

__all__ = ["CheckData", "check_data"]


@published("`tenancy check --json`", "check", "--json")
@with_config(CLOSED)
class CheckData(TypedDict):
    """All findings of the checks, and whether they refuse an update."""

    version: Literal[1]
    kind: Literal["check"]
    refused: bool
    findings: list[FindingData]


def check_data(findings: Iterable[Finding], documents: Mapping[str, Source]) -> CheckData:
    """Return *findings* as plain data, errors first."""
    findings = tuple(findings)
    return {
        "version": 1,
        "kind": "check",
        "refused": bool(errors_in(findings)),
        "findings": findings_data(findings, documents),
    }

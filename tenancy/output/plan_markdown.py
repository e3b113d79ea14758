"""The plan for a pull request: one comment, found again by its marker."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tenancy.config.document import Document
from tenancy.diagnostics import report
from tenancy.diagnostics.finding import Finding, Severity, errors
from tenancy.diagnostics.redaction import clean
from tenancy.planning.build import Plan
from tenancy.planning.facts import Weight, headline, sections

__all__ = ["markdown", "marker"]

_MARKS: Final = {
    Weight.DANGER: "🔴",
    Weight.MORE: "🟢",
    Weight.LESS: "🟠",
    Weight.CHANGE: "🟡",
    Weight.NOTE: "·",
}
_TITLES: Final = {
    Severity.ERROR: "Refused",
    Severity.WARNING: "Warnings",
    Severity.NOT_CHECKED: "Not checked",
}
# What Markdown, HTML and forges (mentions, references) would read as more than text.
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|~!])")
_CALL: Final = re.compile("([@#])")


def marker(stack: str) -> str:
    """
    Return the line by which the comment of *stack* is found again.

    >>> marker("dev")
    '<!-- tenancy-plan: dev -->'
    """
    return f"<!-- tenancy-plan: {re.sub(r'[^A-Za-z0-9._/-]', '', stack)} -->"


def markdown(
    plan: Plan,
    findings: Iterable[Finding] | None = None,
    documents: Mapping[str, Document] = {},
) -> str:
    """
    Return *plan* and its findings as Markdown.

    Args:
        findings: Every finding, the checks' among them. Default: the plan's own.
        documents: By source, for line numbers. Default: none.
    """
    found = tuple(plan.findings if findings is None else findings)
    return "\n".join([*_lines(plan, found, documents), ""])


def _lines(
    plan: Plan, findings: tuple[Finding, ...], documents: Mapping[str, Document]
) -> Iterator[str]:
    yield marker(plan.stack)
    yield f"## {_escaped(headline(plan))}"
    if errors(findings):
        yield ""
        yield f"**Refused:** {report.summary(findings)}. Nothing is changed."
    for section in sections(plan):
        yield ""
        yield f"### {_escaped(section.title)}"
        yield ""
        for fact in section.facts:
            yield f"- {_MARKS[fact.weight]} {_escaped(fact.text)}"
    for severity in Severity:
        yield from _findings(severity, findings, documents)


def _findings(
    severity: Severity, findings: Iterable[Finding], documents: Mapping[str, Document]
) -> Iterator[str]:
    chosen = [v for v in findings if v.severity is severity]
    if not chosen:
        return
    yield ""
    yield f"### {_TITLES[severity]}"
    yield ""
    for entry in report.json(chosen, documents):
        place = str(entry["file"]) + (f":{entry['line']}" if entry["line"] else "")
        yield f"- `{entry['code']}` in {_escaped(place)}"
        yield f"  - found: {_escaped(str(entry['found']))}"
        yield f"  - allowed: {_escaped(str(entry['allowed']))}"
        yield f"  - do: {_escaped(str(entry['remedy']))}"
        details = entry["details"]
        for detail in details if isinstance(details, list) else ():
            yield f"  - {_escaped(str(detail).strip())}"


def _escaped(text: str) -> str:
    # Forges read mentions and references from the text, escaped or not; a comment parts them.
    return _CALL.sub(r"\1<!-- -->", _SPECIAL.sub(r"\\\1", clean(text)))

"""The plan as a comment on a pull request, identified by its first line."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tenancy.diagnostics import (
    TITLES,
    Finding,
    Severity,
    Source,
    findings_data,
    refusals,
    summary,
)
from tenancy.output.markdown_text import markdown_text
from tenancy.output.styles import EMOJI
from tenancy.planning import Plan, fact_groups, headline

__all__ = ["markdown", "markdown_facts", "markdown_findings", "marker"]


def marker(stack: str) -> str:
    """
    Return the line that identifies the comment of *stack*.

    >>> marker("dev")
    '<!-- tenancy-plan: dev -->'
    """
    return f"<!-- tenancy-plan: {re.sub(r'[^A-Za-z0-9._/-]', '', stack)} -->"


def markdown(
    plan: Plan,
    findings: Iterable[Finding] | None = None,
    documents: Mapping[str, Source] = {},
    *,
    strict: bool = False,
) -> str:
    """
    Return *plan* and its findings as Markdown.

    Args:
        findings: Every finding, also those of the checks. Default: the plan's own.
        documents: By source, for line numbers. Default: none.
        strict: Whether what was not checked refuses too. Default: only errors do.
    """
    findings = tuple(plan.findings if findings is None else findings)
    return "\n".join([*_lines(plan, findings, documents, strict=strict), ""])


def _lines(
    plan: Plan,
    findings: tuple[Finding, ...],
    documents: Mapping[str, Source],
    *,
    strict: bool,
) -> Iterator[str]:
    yield marker(plan.stack)
    yield f"## {markdown_text(headline(plan))}"
    refusing = refusals(findings, strict=strict)
    if refusing:
        yield ""
        yield f"**Refused:** {summary(findings)}. Nothing was changed."
        for severity in Severity:
            yield from markdown_findings(severity, refusing, documents)
    yield from _groups(plan, "###")
    others = [finding for finding in findings if finding not in refusing]
    for severity in Severity:
        yield from markdown_findings(severity, others, documents)


def markdown_facts(plan: Plan) -> Iterator[str]:
    """Yield the lines of *plan* alone, under a heading of its stack, if anything changes."""
    if plan.is_empty:
        return
    yield ""
    yield f"### {markdown_text(headline(plan))}"
    yield from _groups(plan, "####")


def _groups(plan: Plan, heading: str) -> Iterator[str]:
    for group in fact_groups(plan):
        yield ""
        yield f"{heading} {markdown_text(group.title)}"
        yield ""
        for fact in group.facts:
            yield f"- {EMOJI[fact.importance]} {markdown_text(fact.text)}"


def markdown_findings(
    severity: Severity,
    findings: Iterable[Finding],
    documents: Mapping[str, Source],
    title: str | None = None,
) -> Iterator[str]:
    """
    Yield the lines of those of *findings* that have *severity*, under a heading.

    Args:
        severity: Which of them.
        findings: All of them.
        documents: By source, for line numbers.
        title: The heading. Default: that of the severity.
    """
    chosen = [v for v in findings if v.severity is severity]
    if not chosen:
        return
    yield ""
    yield f"### {markdown_text(title or TITLES[severity])}"
    yield ""
    for entry in findings_data(chosen, documents):
        place = entry["file"] + (f":{entry['line']}" if entry["line"] else "")
        yield f"- `{entry['code']}` in {markdown_text(place)}"
        yield f"  - found: {markdown_text(str(entry['found']))}"
        yield f"  - allowed: {markdown_text(str(entry['allowed']))}"
        yield f"  - do: {markdown_text(str(entry['remedy']))}"
        for detail in entry["details"]:
            yield f"  - {markdown_text(detail.strip())}"

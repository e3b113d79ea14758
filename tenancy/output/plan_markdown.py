"""The plan as a comment on a pull request, identified by its first line."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tenancy.diagnostics import (
    TITLES,
    Finding,
    FindingData,
    Source,
    findings_data,
    grouped,
    refusals,
    summary,
)
from tenancy.output.markdown_page import MarkdownSection, markdown_page
from tenancy.output.markdown_text import markdown_text
from tenancy.output.styles import EMOJI
from tenancy.planning import Plan, fact_groups, headline

__all__ = ["markdown", "markdown_facts", "markdown_findings", "marker"]


def marker(stack: str) -> str:
    """
    Return the line that identifies the comment of *stack*, or of several.

    >>> marker("dev"), marker("dev prod")
    ('<!-- tenancy-plan: dev -->', '<!-- tenancy-plan: dev prod -->')
    """
    return f"<!-- tenancy-plan: {' '.join(map(_plain, stack.split()))} -->"


def _plain(stack: str) -> str:
    """Return *stack* without characters that could end a comment or code."""
    return re.sub(r"[^A-Za-z0-9._/-]", "", stack)


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
    refusing = refusals(findings, strict=strict)
    head = [marker(plan.stack), f"## {markdown_text(headline(plan))}"]
    if refusing:
        head += ["", f"**Refused:** {summary(findings)}. Nothing was changed."]
    others = [finding for finding in findings if finding not in refusing]
    sections = (
        *markdown_findings(refusing, documents),
        *_groups(plan, "###"),
        *markdown_findings(others, documents),
    )
    return markdown_page(head, sections, f"tenancy plan --stack {_plain(plan.stack)} --all")


def markdown_facts(plan: Plan) -> Iterator[MarkdownSection]:
    """Yield *plan* alone, under a heading of its stack, if anything changes."""
    if plan.is_empty:
        return
    yield MarkdownSection(heading=f"### {markdown_text(headline(plan))}")
    yield from _groups(plan, "####")


def _groups(plan: Plan, heading: str) -> Iterator[MarkdownSection]:
    for group in fact_groups(plan):
        yield MarkdownSection(
            heading=f"{heading} {markdown_text(group.title)}",
            items=tuple(
                f"- {EMOJI[fact.importance]} {markdown_text(fact.text)}" for fact in group.facts
            ),
        )


def markdown_findings(
    findings: Iterable[Finding], documents: Mapping[str, Source], title: str | None = None
) -> Iterator[MarkdownSection]:
    """
    Yield a section for each severity of *findings*, each finding once.

    Args:
        findings: All of them.
        documents: By source, for line numbers.
        title: The heading. Default: that of the severity.
    """
    for severity, chosen in grouped(findings, documents):
        yield MarkdownSection(
            heading=f"### {markdown_text(title or TITLES[severity])}",
            items=tuple(_item(entry) for entry in findings_data(chosen, documents)),
        )


def _item(entry: FindingData) -> str:
    place = entry["file"] + (f":{entry['line']}" if entry["line"] else "")
    lines = [
        f"- `{entry['code']}` in {markdown_text(place)}",
        f"  - found: {markdown_text(entry['found'])}",
        f"  - allowed: {markdown_text(entry['allowed'])}",
        f"  - do: {markdown_text(entry['remedy'])}",
        *(f"  - {markdown_text(detail.strip())}" for detail in entry["details"]),
    ]
    return "\n".join(lines)

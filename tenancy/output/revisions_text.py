"""The comparison of two revisions, for a terminal and for a pull request."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from tenancy.diagnostics import clean, report
from tenancy.output.findings_text import rich_report
from tenancy.output.markdown_page import MarkdownSection, markdown_page
from tenancy.output.markdown_text import markdown_text
from tenancy.output.plan_as_text import rich_text
from tenancy.output.plan_markdown import markdown_facts, markdown_findings, marker
from tenancy.planning import RevisionsPlan

__all__ = ["revisions_markdown", "rich_revisions"]


def rich_revisions(
    compared: RevisionsPlan, *, width: int = 80, most: int | None = None
) -> Iterator[Text]:
    """
    Yield *compared* in parts: why it is refused, the plans, and the other findings.

    Args:
        compared: What changes.
        width: The longest line, in characters.
        most: How many lines each plan has at most. Default: all of them.
    """
    documents = compared.assessment.documents
    yield Text(clean(_headline(compared)), style="bold")
    rest = [one for one in compared.refusing if one not in compared.only_together]
    if rest:
        yield rich_report(rest, documents, width=width, with_summary=False)
    if compared.only_together:
        yield Text(clean(_together(compared)), style="bold")
        yield rich_report(compared.only_together, documents, width=width, with_summary=False)
    for plan in compared.plans:
        yield rich_text(plan, findings=(), width=width, most=most)
    for stack in compared.removed:
        yield Text(clean(_removed(stack)))
    others = [one for one in compared.findings if one not in compared.refusing]
    if others:
        yield rich_report(others, documents, width=width, with_summary=False)
    if compared.findings:
        yield Text(report.summary(compared.findings), style="bold")


def revisions_markdown(compared: RevisionsPlan, stacks: Iterable[str] = ()) -> str:
    """
    Return *compared* as Markdown: one comment, which its first line identifies.

    Args:
        compared: What changes.
        stacks: Those that were asked for: a job for others has another comment. Default: all.
    """
    head = [
        marker(" ".join(["revisions", *stacks])),
        f"## {markdown_text(_headline(compared))}",
    ]
    if compared.refusing:
        head += ["", f"**Refused:** {report.summary(compared.findings)}."]
    command = "tenancy plan --since REV --all"
    return markdown_page(head, _markdown_sections(compared), command)


def _markdown_sections(compared: RevisionsPlan) -> Iterator[MarkdownSection]:
    documents = compared.assessment.documents
    rest = [one for one in compared.refusing if one not in compared.only_together]
    yield from markdown_findings(rest, documents)
    yield from markdown_findings(compared.only_together, documents, _together(compared))
    for plan in compared.plans:
        yield from markdown_facts(plan)
    for stack in compared.removed:
        yield MarkdownSection(heading=markdown_text(_removed(stack)))
    others = [one for one in compared.findings if one not in compared.refusing]
    yield from markdown_findings(others, documents)


def _headline(compared: RevisionsPlan) -> str:
    ends = f"from {compared.since} to {compared.until or 'the files as they are'}"
    if compared.together is not None:
        ends += f" merged with {compared.together}"
    changing = [plan.stack for plan in compared.plans if not plan.is_empty]
    if compared.is_empty:
        return f"Plan {ends}: no changes for any organization"
    stacks = ", ".join([*changing, *compared.removed])
    return f"Plan {ends}: stacks {stacks}" if stacks else f"Plan {ends}"


def _together(compared: RevisionsPlan) -> str:
    return (
        f"Errors only together: {compared.until} and {compared.together} alone do not have them"
    )


def _removed(stack: str) -> str:
    return (
        f"stack {stack}: its file is removed; what it applied stays on the cluster; to delete"
        f" it, restore the file and run `tenancy destroy --stack {stack}`"
    )

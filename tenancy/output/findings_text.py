"""Findings for a terminal: lines with their styles."""

from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from tenancy.diagnostics import LABELS, TITLES, Finding, Source, finding_lines, grouped, summary
from tenancy.output.styles import SEVERITY_STYLES

__all__ = ["rich_report"]


def rich_report(
    findings: Iterable[Finding],
    documents: Mapping[str, Source],
    *,
    width: int = 80,
    with_summary: bool = True,
) -> Text:
    """
    Return what `tenancy.diagnostics.report.text` returns, with colours for a terminal.

    Args:
        with_summary: Whether a last line counts the findings. Default: yes.
    """
    findings = tuple(findings)
    lines = list(_lines(findings, documents, width))
    if with_summary:
        lines.append(Text(summary(findings), style="bold"))
    return Text("\n").join(lines)


def _lines(
    findings: Iterable[Finding], documents: Mapping[str, Source], width: int
) -> Iterator[Text]:
    for severity, group in grouped(findings, documents):
        yield Text(TITLES[severity], style=SEVERITY_STYLES[severity])
        yield Text()
        for finding in group:
            head, *body = finding_lines(finding, documents, width)
            yield Text(head, style="bold")
            yield from map(_labelled, body)
            yield Text()


def _labelled(line: str) -> Text:
    styled = Text(line)
    for label in LABELS:
        if line.startswith(f"    {label}"):
            styled.stylize("dim", 4, 4 + len(label))
    return styled

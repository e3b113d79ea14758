"""The plan as text for a terminal, a pipe, and the engine's output; fits on a screen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
from rich.text import Text

from tenancy.diagnostics import (
    TITLES,
    Finding,
    Source,
    clean,
    errors_in,
    finding_lines,
    wrapped,
)
from tenancy.output.styles import FACT_STYLES, MARKS, SEVERITY_STYLES
from tenancy.planning import Fact, FactGroup, Importance, Plan, fact_groups, headline

__all__ = ["LINES", "plan_text", "rich_text"]

LINES: Final = 40
"""The largest number of lines of a plan, unless hazards and findings need more."""

_LEAST: Final = 12
"""The number of lines for facts after long findings."""

_INDENT: Final = "  "

Line = tuple[str, str]
"""A line and its style."""


def plan_text(
    plan: Plan,
    *,
    findings: Iterable[Finding] | None = None,
    documents: Mapping[str, Source] = {},
    width: int = 80,
    most: int | None = LINES,
) -> str:
    """
    Return *plan* in plain text; lines that begin at the margin are headings.

    The reasons of a refusal come first, other findings last.

    Args:
        findings: The findings to write. Default: the plan's own findings.
        documents: By source, for line numbers. Default: none.
        width: The longest line, in characters. Only a single word may be longer.
        most: The largest number of lines; hazards are never left out. Default: the size of a
            screen; None means no limit.
    """
    findings = tuple(plan.findings if findings is None else findings)
    return "\n".join(line for line, _ in _lines(plan, findings, documents, width, most))


def rich_text(
    plan: Plan,
    *,
    findings: Iterable[Finding] | None = None,
    documents: Mapping[str, Source] = {},
    width: int = 80,
    most: int | None = LINES,
) -> Text:
    """Return what `text` returns, with colours for a terminal."""
    findings = tuple(plan.findings if findings is None else findings)
    lines = _lines(plan, findings, documents, width, most)
    return Text("\n").join(Text(line, style) for line, style in lines)


def _lines(
    plan: Plan,
    findings: Sequence[Finding],
    documents: Mapping[str, Source],
    width: int,
    most: int | None,
) -> Iterator[Line]:
    refusing = errors_in(findings)
    others = [finding for finding in findings if finding not in refusing]
    first = [(line, "bold") for line in wrapped(clean(headline(plan)), width, rest="  ")]
    first += _findings(refusing, documents, width)
    last = list(_findings(others, documents, width))
    yield from first
    room = None if most is None else max(most - len(first) - len(last), _LEAST)
    yield from _facts(plan, width, room)
    yield from last


def _findings(
    findings: Iterable[Finding], documents: Mapping[str, Source], width: int
) -> Iterator[Line]:
    title = None
    for finding in dict.fromkeys(findings):
        style = SEVERITY_STYLES[finding.severity]
        if finding.severity is not title:
            title = finding.severity
            yield TITLES[title], style
        head, *body = finding_lines(finding, documents, width)
        yield head, "bold"
        for line in body:
            yield line, ""


def _facts(plan: Plan, width: int, most: int | None) -> Iterator[Line]:
    groups = fact_groups(plan)
    everything = list(_body(groups, width))
    if most is None or len(everything) <= most:
        yield from everything
        return
    kept, left = _most_important(groups, width, most - 1)
    yield from _body(kept, width)
    if left:
        more = f"{left} more: `tenancy plan --stack {plan.stack} --all` shows everything"
        yield f"{_INDENT}{more}", "dim"


def _body(groups: Sequence[FactGroup], width: int) -> Iterator[Line]:
    for group in groups:
        yield clean(group.title), "bold"
        for fact in group.facts:
            for line in _fact(fact, width):
                yield line, FACT_STYLES[fact.importance]


def _fact(fact: Fact, width: int) -> list[str]:
    line = f"{MARKS[fact.importance]} {clean(fact.text)}"
    return wrapped(line, width, first=_INDENT, rest=_INDENT + "    ")


def _most_important(
    groups: Sequence[FactGroup], width: int, most: int
) -> tuple[tuple[FactGroup, ...], int]:
    """Return the groups with facts that fit into *most* lines, and how many are left out."""
    budget = most
    kept: set[tuple[int, int]] = set()
    titled: set[int] = set()
    for importance in Importance:
        for g, group in enumerate(groups):
            for f, fact in enumerate(group.facts):
                if fact.importance is not importance:
                    continue
                cost = len(_fact(fact, width)) + (g not in titled)
                if importance is Importance.DANGER or cost <= budget:
                    budget -= cost
                    titled.add(g)
                    kept.add((g, f))
    shown = tuple(
        attrs.evolve(
            group, facts=tuple(fact for f, fact in enumerate(group.facts) if (g, f) in kept)
        )
        for g, group in enumerate(groups)
        if g in titled
    )
    return shown, sum(len(group.facts) for group in groups) - len(kept)

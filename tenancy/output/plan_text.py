"""The plan for a terminal, a pipe, and the engine's own output; no longer than a screen."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from tenancy.diagnostics.redaction import clean
from tenancy.planning.build import Plan
from tenancy.planning.facts import Fact, Section, Weight, headline, sections

__all__ = ["LINES", "rich_text", "text"]

LINES: Final = 40
"""How many lines a plan has at the most, unless the dangers alone take more."""

_MARKS: Final = {
    Weight.DANGER: "!",
    Weight.MORE: "+",
    Weight.LESS: "-",
    Weight.CHANGE: "~",
    Weight.NOTE: " ",
}
_STYLES: Final = {
    Weight.DANGER: "bold red",
    Weight.MORE: "green",
    Weight.LESS: "magenta",
    Weight.CHANGE: "yellow",
    Weight.NOTE: "dim",
}
_INDENT: Final = "  "


def text(plan: Plan, *, width: int = 80, most: int | None = LINES) -> str:
    """
    Return *plan* in plain text; lines that begin at the margin are headings.

    Args:
        width: The longest line, in characters. Only a single word may be longer.
        most: How many lines it may have; dangers are never left out. Default: what a screen
            holds; None is everything.
    """
    return "\n".join(line for line, _ in _lines(plan, width, most))


def rich_text(plan: Plan, *, width: int = 80, most: int | None = LINES) -> Text:
    """Return what `text` says, with colours for a terminal."""
    found = Text()
    for index, (line, style) in enumerate(_lines(plan, width, most)):
        found.append(("\n" if index else "") + line, style)
    return found


def _lines(plan: Plan, width: int, most: int | None) -> list[tuple[str, str]]:
    head = [(line, "bold") for line in _wrapped(clean(headline(plan)), "", width)]
    parts = sections(plan)
    if most is None:
        return [*head, *_body(parts, width)]
    everything = list(_body(parts, width))
    if len(head) + len(everything) <= most:
        return [*head, *everything]
    kept, left = _most_important(parts, width, most - len(head) - 1)
    rest = f"{_INDENT}and {left} more: `tenancy plan --stack {plan.stack} --all` says them"
    return [*head, *_body(kept, width), (rest, "dim")]


def _body(parts: Sequence[Section], width: int) -> Iterator[tuple[str, str]]:
    for section in parts:
        yield clean(section.title), "bold"
        for fact in section.facts:
            for line in _fact(fact, width):
                yield line, _STYLES[fact.weight]


def _fact(fact: Fact, width: int) -> list[str]:
    return _wrapped(f"{_MARKS[fact.weight]} {clean(fact.text)}", _INDENT, width)


def _wrapped(line: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(
        line,
        width=width,
        initial_indent=indent,
        subsequent_indent=indent + "    " if indent else "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _most_important(
    parts: Sequence[Section], width: int, most: int
) -> tuple[tuple[Section, ...], int]:
    """Return the sections with the facts that *most* lines hold, and how many are left out."""
    budget = most
    kept: set[tuple[int, int]] = set()
    titled: set[int] = set()
    for weight in Weight:
        for s, section in enumerate(parts):
            for f, fact in enumerate(section.facts):
                if fact.weight is not weight:
                    continue
                cost = len(_fact(fact, width)) + (s not in titled)
                if weight is Weight.DANGER or cost <= budget:
                    budget -= cost
                    titled.add(s)
                    kept.add((s, f))
    shown = tuple(
        Section(
            title=section.title,
            organization=section.organization,
            facts=tuple(fact for f, fact in enumerate(section.facts) if (s, f) in kept),
        )
        for s, section in enumerate(parts)
        if s in titled
    )
    return shown, sum(len(section.facts) for section in parts) - len(kept)

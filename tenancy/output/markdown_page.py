"""Sections of Markdown as one comment that forges accept: long ones are folded, or cut."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

__all__ = ["LONGEST", "MarkdownSection", "markdown_page"]

LONGEST: Final = 65_536
"""The longest comment that GitHub accepts, in characters."""

_UNFOLDED: Final = 20
"""The most items of a section that are shown without a click."""


@attrs.frozen(kw_only=True)
class MarkdownSection:
    """
    A part of a page.

    Attributes:
        heading: Its heading, such as `### Quotas`; or a line of text, without items.
        items: What is listed, each with its own lines.
    """

    heading: str
    items: tuple[str, ...] = ()


def markdown_page(
    head: Iterable[str], sections: Iterable[MarkdownSection], command: str
) -> str:
    """
    Return a page of at most `LONGEST` characters.

    Sections of more than 20 items are folded, and the head then ends with a line that counts
    the items of each section. What does not fit is counted where it would be.

    Args:
        head: The first lines: a marker, the heading, whether it is refused.
        sections: In their order.
        command: The command that shows everything.
    """
    parts = tuple(sections)
    lines = list(head)
    if any(len(part.items) > _UNFOLDED for part in parts):
        counts = (f"{part.heading.lstrip('# ')} {len(part.items)}" for part in parts)
        listed = itertools.compress(counts, (part.items for part in parts))
        lines += ["", f"Entries: {', '.join(itertools.islice(listed, _UNFOLDED))}"]
    whole = [*lines, *(line for part in parts for line in _whole(part))]
    if _length(whole) > LONGEST:
        whole = [*lines, *_cut(parts, LONGEST - _length(lines), command)]
    return "\n".join([*whole, ""])


def _whole(section: MarkdownSection) -> Iterator[str]:
    return _written(section, section.items)


def _cut(parts: tuple[MarkdownSection, ...], left: int, command: str) -> Iterator[str]:
    """Yield the lines of as many sections, and as many items of each, as fit into *left*."""

    def note(hidden: int, one: str, many: str) -> str:
        what, them = (one, "it") if hidden == 1 else (many, "them")
        return f"- … and {hidden} more {what}; `{command}` shows {them}"

    least = [
        _length(
            _written(part, (note(len(part.items), "entry", "entries"),) if part.items else ())
        )
        for part in parts
    ]
    left -= _length(["", note(len(parts), "section", "sections")])
    kept = sum(total <= left for total in itertools.accumulate(least))
    left -= sum(least[:kept])
    for number, part in enumerate(parts[:kept]):
        # What one section leaves of its share, the next ones may use.
        share = left // (kept - number)
        sizes = itertools.accumulate(len(item) + 1 for item in part.items)
        fitting = sum(size <= share for size in sizes)
        shown = part.items[:fitting]
        left -= _length(shown)
        hidden = len(part.items) - fitting
        yield from _written(
            part, (*shown, note(hidden, "entry", "entries")) if hidden else shown
        )
    if kept < len(parts):
        yield from ("", note(len(parts) - kept, "section", "sections"))


def _written(section: MarkdownSection, items: tuple[str, ...]) -> Iterator[str]:
    """Yield *section* with *items*, folded if it has many."""
    is_folded = len(section.items) > _UNFOLDED
    yield ""
    yield section.heading
    if is_folded:
        yield ""
        yield f"<details><summary>{len(section.items)} entries</summary>"
    if items:
        yield ""
        yield from items
    if is_folded:
        yield ""
        yield "</details>"


def _length(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)

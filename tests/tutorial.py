"""The steps of a page of the docs: blocks of commands, and lines that they print."""

import re
from pathlib import Path

import attrs

__all__ = ["Step", "steps"]

_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@attrs.frozen
class Step:
    """
    Commands that are run together.

    Attributes:
        commands: As they are written.
        expected: Lines that they print; `…` stands for anything.
    """

    commands: str
    expected: tuple[str, ...] = ()


def steps(page: Path) -> list[Step]:
    """Return the steps of *page* in their order."""
    found: list[Step] = []
    for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "sh":
            found.append(Step(text))
        else:
            found[-1] = attrs.evolve(found[-1], expected=tuple(text.splitlines()))
    return found

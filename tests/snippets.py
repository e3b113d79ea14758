"""The blocks of the documents: commands with what they print, YAML, Python."""

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

__all__ = ["DOCUMENTS", "ROOT", "Block", "Step", "blocks", "commands", "steps"]

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if path.name != "api.md"),
    *sorted((ROOT / "examples").rglob("*.md")),
)
"""Those that people write; docs/api.md shows signatures and is generated."""

_PART = re.compile(r"^```(\w+)\n(.*?)^```$|^## ([^\n]+)$", re.DOTALL | re.MULTILINE)


@attrs.frozen
class Block:
    """A block of code of a document, by its place among all of them and the heading above."""

    document: str
    number: int
    heading: str
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.document}-{self.number}"


@attrs.frozen
class Step:
    """
    Commands that are run together.

    Attributes:
        commands: As they are written.
        expected: Lines that they print; `…` means anything.
    """

    commands: str
    expected: tuple[str, ...] = ()


def blocks(language: str, document: str | None = None) -> list[Block]:
    """Return the blocks in *language* of one document. Default: of all."""
    return [
        block
        for path in DOCUMENTS
        for block in _of(path)
        if block.language == language and document in {None, block.document}
    ]


def steps(page: Path) -> list[Step]:
    """Return the steps of *page* in their order."""
    found: list[Step] = []
    for block in _of(page):
        if block.language == "sh":
            found.append(Step(block.text))
        else:
            expected = tuple(block.text.splitlines())
            found[-1] = attrs.evolve(found[-1], expected=expected)
    return found


def commands(block: Block) -> list[str]:
    """Return each command of *block* without its comment, continued lines joined."""
    text = block.text.replace("\\\n", " ")
    lines = (re.sub(r"\s+# .*", "", line).strip() for line in text.splitlines())
    return [" ".join(line.split()) for line in lines if line]


def _of(path: Path) -> Iterator[Block]:
    document, heading, number = str(path.relative_to(ROOT)), "", 0
    for language, text, title in _PART.findall(path.read_text("utf-8")):
        if title:
            heading = title
        else:
            yield Block(document, number, heading, language, text)
            number += 1

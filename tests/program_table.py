"""The table of programs and behaviours, which the end of a test run prints."""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs
import pytest

ROWS: Final = (
    "plain pulumi",
    "tenancy",
    "Automation API",
    "imported Python",
    "YAML",
    "TypeScript",
    "Go",
)
"""The ways to run a program."""

BEHAVIOURS: Final = (
    "plan printed",
    "guardrails before bindings",
    "shrink refused",
    "name clash refused",
    "hazard refused",
    "drift reported",
    "field conflict refused",
    "secrets refused",
    "wrong key with the nearest",
)
"""What each of them does."""

COMPLETE: Final = "YAML"
"""The row whose cells `make test` runs; of each other row it runs one."""

CELL: Final = "cell of the table of programs"
"""The name of the property by which a test names its cell."""

NOTE: Final = "why a cell of the table of programs is worded otherwise"
"""The name of the property by which a test states why its cell expects other words."""

NOT_RUN: Final = "not part of this run; `make test` or `make nightly` has it"


@attrs.frozen
class Cell:
    """One cell: what became of it, and why it has no result of its own."""

    mark: str
    """`yes`, `yes*` with other words for the reason, `NO`, or `-` without a result."""
    reason: str = ""


def cell_of(report: pytest.TestReport) -> tuple[str, str] | None:
    """Return the row and the behaviour that *report* is of; None if it is of no cell."""
    for name, value in report.user_properties:
        if name == CELL:
            row, _, behaviour = str(value).partition("|")
            return row, behaviour
    return None


def result_of(report: pytest.TestReport) -> Cell:
    """Return the cell of *report*; a cell that was skipped is not counted as passed."""
    if report.skipped:
        why = (
            report.longrepr[-1]
            if isinstance(report.longrepr, tuple | list)
            else report.longrepr
        )
        return Cell("-", str(why).removeprefix("Skipped: "))
    if not report.passed:
        return Cell("NO")
    notes = [str(value) for name, value in report.user_properties if name == NOTE]
    return Cell("yes*", notes[0]) if notes else Cell("yes")


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """Return the table as lines of text, with the reason of each cell without a result."""
    found: dict[tuple[str, str], Cell] = {}
    for report in reports:
        place = cell_of(report)
        if place is None or (report.when != "call" and report.passed):
            continue
        before = found.get(place)
        # A failure while a cell is set up or ended counts.
        if before is None or before.mark.startswith("yes"):
            found[place] = result_of(report)
    return _table(found) if found else []


def _table(found: Mapping[tuple[str, str], Cell]) -> list[str]:
    width = max(map(len, ROWS)) + 2
    written = [" " * width + "  ".join(BEHAVIOURS)]
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in ROWS:
        cells = [found.get((row, one), Cell("-", NOT_RUN)) for one in BEHAVIOURS]
        marks = "  ".join(
            cell.mark.ljust(len(one)) for cell, one in zip(cells, BEHAVIOURS, strict=True)
        )
        written.append(f"{row:<{width}}{marks}".rstrip())
        for cell in dict.fromkeys(cell for cell in cells if cell.reason):
            reasons.setdefault((cell.mark[-1], cell.reason), []).append(row)
    return written + [
        f"{mark}  {', '.join(rows)}: {reason}" for (mark, reason), rows in reasons.items()
    ]

"""Marks and colors of severities and facts in every format."""

from typing import Final

from tenancy.diagnostics import Severity
from tenancy.planning import Importance

__all__ = ["EMOJI", "FACT_STYLES", "MARKS", "SEVERITY_STYLES"]

SEVERITY_STYLES: Final = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOT_CHECKED: "bold cyan",
}
FACT_STYLES: Final = {
    Importance.DANGER: "bold red",
    Importance.MORE: "green",
    Importance.LESS: "magenta",
    Importance.CHANGE: "yellow",
    Importance.NOTE: "dim",
}
MARKS: Final = {
    Importance.DANGER: "!",
    Importance.MORE: "+",
    Importance.LESS: "-",
    Importance.CHANGE: "~",
    Importance.NOTE: " ",
}
"""In plain text."""
EMOJI: Final = {
    Importance.DANGER: "🔴",
    Importance.MORE: "🟢",
    Importance.LESS: "🟠",
    Importance.CHANGE: "🟡",
    Importance.NOTE: "·",
}
"""In Markdown."""

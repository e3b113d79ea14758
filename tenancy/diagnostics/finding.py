"""What a check found: where, what stands there, what is allowed and what to do."""

import enum
from collections.abc import Iterable
from typing import Protocol

import attrs

from tenancy.diagnostics.origin import Origin

__all__ = ["Finding", "Severity", "Source", "errors"]


class Severity(enum.Enum):
    """How a finding weighs. Only an error refuses."""

    ERROR = "error"
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    """What could not be looked at. Never to be read as passed."""


@attrs.frozen(kw_only=True, slots=True)
class Finding:
    """
    One finding, in four parts that are never left out.

    Attributes:
        code: A stable name in kebab-case (`quota-over-ceiling`), documented and searchable.
        origin: Where the value was written.
        found: What stands there, in words and with its value.
        allowed: What may stand there.
        remedy: What to do, in the imperative.
        severity: Default: an error, which refuses.
        organization: The organization it concerns. Default: the whole stack.
        details: Further lines, such as a sum written out. Default: none.
    """

    code: str
    origin: Origin
    found: str
    allowed: str
    remedy: str
    severity: Severity = Severity.ERROR
    organization: str | None = None
    details: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The finding in one line, without its place."""
        return f"{self.found}; allowed: {self.allowed}; {self.remedy}"

    def __str__(self) -> str:
        return "\n    ".join([f"{self.origin} [{self.code}] {self.message}", *self.details])


class Source(Protocol):
    """A document in which findings have a line."""

    def place(self, finding: Finding) -> tuple[int, int] | None:
        """Return the line and the column of *finding*, both from 1; None where unknown."""
        ...


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those of *findings* that refuse, in the same order."""
    return tuple(v for v in findings if v.severity is Severity.ERROR)

"""What a check found: where, what stands there, what is allowed and what to do."""

import enum
from collections.abc import Iterable

import attrs

from tenancy.errors import TenancyError
from tenancy.exits import Exit
from tenancy.origin import Origin

__all__ = ["RefusedError", "Severity", "Violation", "errors"]


class Severity(enum.Enum):
    """How a finding weighs. Only an error refuses."""

    ERROR = "error"
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    """What could not be looked at. Never to be read as passed."""


@attrs.frozen(kw_only=True, slots=True)
class Violation:
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


def errors(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return those of *violations* that refuse, in the same order."""
    return tuple(v for v in violations if v.severity is Severity.ERROR)


class RefusedError(TenancyError):
    """
    What was asked for cannot be right; nothing was changed.

    Attributes:
        violations: Every finding, warnings among them, in the order in which they were made.
    """

    exit = Exit.REFUSED

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(self.violations)

    def __str__(self) -> str:
        refused = errors(self.violations)
        count = f"{len(refused)} reason{'' if len(refused) == 1 else 's'}"
        return "\n".join([f"refused for {count}; nothing was changed", *map(str, refused)])

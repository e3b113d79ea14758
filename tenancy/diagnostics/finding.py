"""What a check found: where, what stands there, what is allowed and what to do."""

import enum
from collections.abc import Iterable

import attrs

from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.origin import Origin

__all__ = ["Finding", "RefusedError", "Severity", "errors"]


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


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those of *findings* that refuse, in the same order."""
    return tuple(v for v in findings if v.severity is Severity.ERROR)


class RefusedError(TenancyError):
    """
    What was asked for cannot be right; nothing was changed.

    Attributes:
        findings: Every finding, warnings among them, in the order in which they were made.
    """

    exit = Exit.REFUSED

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        refused = errors(self.findings)
        count = f"{len(refused)} reason{'' if len(refused) == 1 else 's'}"
        return "\n".join([f"refused for {count}; nothing was changed", *map(str, refused)])

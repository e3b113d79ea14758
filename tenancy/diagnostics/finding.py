"""The result of a check: where, what is written there, what is allowed and what to do."""

from collections.abc import Iterable
from typing import Protocol

import attrs

from tenancy.diagnostics.codes import require
from tenancy.diagnostics.origin import Origin
from tenancy.diagnostics.severity import Severity

__all__ = ["Finding", "Severity", "Source", "errors_in", "refusals"]


@attrs.frozen(kw_only=True, slots=True)
class Finding:
    """
    One finding; it always has a place and three texts.

    Attributes:
        code: A name from the table of codes, such as `quota-over-ceiling`.
        origin: Where the value was written.
        found: What is written there, in words and with its value.
        allowed: What may be written there.
        remedy: What to do, in the imperative.
        severity: One that the table has for the code. Default: an error.
        organization: The organization it concerns. Default: the whole stack.
        details: Further lines, such as a sum written out. Default: none.
        needs: The file that the check needed. If that has an error, the error is the cause
            and this finding is left out. Default: none.
    """

    code: str
    origin: Origin
    found: str
    allowed: str
    remedy: str
    severity: Severity = Severity.ERROR
    organization: str | None = None
    details: tuple[str, ...] = ()
    needs: str | None = attrs.field(default=None, eq=False)

    def __attrs_post_init__(self) -> None:
        require(self.code, self.severity)

    @property
    def message(self) -> str:
        """The finding in one line, without its place."""
        return f"{self.found}; allowed: {self.allowed}; {self.remedy}"

    def __str__(self) -> str:
        return "\n    ".join([f"{self.origin} [{self.code}] {self.message}", *self.details])


class Source(Protocol):
    """A document that gives findings a line."""

    def place(self, finding: Finding) -> tuple[int, int] | None:
        """Return the line and the column of *finding*, both from 1; None if unknown."""
        ...


def errors_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the errors among *findings*, in the same order."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def refusals(findings: Iterable[Finding], *, strict: bool = False) -> tuple[Finding, ...]:
    """
    Return the *findings* that refuse an update.

    Args:
        findings: In the order in which they are to be returned.
        strict: Whether "not checked" findings refuse too. Default: only errors do.
    """
    refusing = {Severity.ERROR, Severity.NOT_CHECKED} if strict else {Severity.ERROR}
    return tuple(one for one in findings if one.severity in refusing)

"""How a component and the program refuse: all reasons at once, and no traceback."""

from collections.abc import Iterable, Mapping

import pulumi

from tenancy.diagnostics import report
from tenancy.diagnostics.errors import RefusedError
from tenancy.diagnostics.finding import Finding, Source, errors

__all__ = ["ComponentRefusedError", "refuse_errors"]


class ComponentRefusedError(RefusedError, pulumi.RunError):
    """What was asked for cannot be right; the engine prints it without a traceback."""

    def __str__(self) -> str:
        refused = report.text(errors(self.findings), self.documents)
        return f"{refused}\nNothing was changed."


def refuse_errors(
    findings: Iterable[Finding], documents: Mapping[str, Source] | None = None
) -> None:
    """
    Raise where *findings* hold an error.

    Raises:
        ComponentRefusedError: At least one of them refuses.
    """
    found = tuple(findings)
    if errors(found):
        raise ComponentRefusedError(found, documents)

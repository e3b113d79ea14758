"""How a component and the program refuse: all reasons at once, and no traceback."""

from collections.abc import Iterable, Mapping

import pulumi

from tenancy import report
from tenancy.document import Document
from tenancy.violation import RefusedError, Violation, errors

__all__ = ["ComponentRefusedError", "refuse_errors"]


class ComponentRefusedError(RefusedError, pulumi.RunError):
    """What was asked for cannot be right; the engine prints it without a traceback."""

    def __init__(
        self, violations: Iterable[Violation], documents: Mapping[str, Document] | None = None
    ) -> None:
        super().__init__(violations)
        self.documents = documents or {}

    def __str__(self) -> str:
        refused = report.text(errors(self.violations), self.documents)
        return f"{refused}\nNothing was changed."


def refuse_errors(
    violations: Iterable[Violation], documents: Mapping[str, Document] | None = None
) -> None:
    """
    Raise where *violations* hold an error.

    Raises:
        ComponentRefusedError: At least one of them refuses.
    """
    found = tuple(violations)
    if errors(found):
        raise ComponentRefusedError(found, documents)

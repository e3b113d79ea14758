"""Refuse a saved plan when anything that it was made from has changed."""

from collections.abc import Iterable
from pathlib import Path

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.fingerprint import differences, fingerprint
from tenancy.engine.saved_plan import SavedPlan
from tenancy.engine.session import Session

__all__ = ["StalePlanError", "require_fresh"]


class StalePlanError(TenancyError):
    """
    Something that a plan was made from has changed.

    Attributes:
        stack: The stack.
        changes: Everything that changed, each as a sentence.
    """

    exit = Exit.REFUSED

    def __init__(self, stack: str, changes: Iterable[str]) -> None:
        self.stack = stack
        self.changes = tuple(changes)
        super().__init__(stack, self.changes)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"stack {self.stack}: the plan is stale; changed since it was saved:",
                *(f"  {change}" for change in self.changes),
                f"run `tenancy plan --stack {self.stack} --save FILE` again and review it",
                "Nothing was changed.",
            ]
        )


def require_fresh(root: Path, session: Session, saved: SavedPlan) -> Assessment:
    """
    Return the project as it is now, if nothing has changed since *saved* was made.

    Raises:
        StalePlanError: Something has.
        RefusedConfigError: The checks refuse the files by now.
        ClusterError: The cluster cannot be reached or read.
        EngineError: The state cannot be read.
    """
    assessment = require_valid(assess(root, session.name))
    changes: list[str] = []
    if assessment.name != saved.project:
        changes.append(f"the project is {assessment.name}; the plan is of {saved.project}")
    if session.name != saved.stack:
        changes.append(f"this is the plan of stack {saved.stack}")
    else:
        changes += differences(saved.made_from, fingerprint(assessment, session))
    if changes:
        raise StalePlanError(session.name, changes)
    return assessment

"""Refuse a saved plan when anything that it was made from has changed."""

from collections.abc import Iterable
from pathlib import Path

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.diagnostics import RefusedError
from tenancy.engine.fingerprint import differences, fingerprint
from tenancy.engine.saved_plan import SavedPlan
from tenancy.engine.session import Session

__all__ = ["require_fresh", "stale"]


def stale(stack: str, changes: Iterable[str]) -> RefusedError:
    """Return the refusal of a plan of *stack*, with everything that has changed."""
    return RefusedError(
        reason="\n".join(
            [
                f"stack {stack}: the plan is stale; changed since it was saved:",
                *(f"  {change}" for change in changes),
                f"run `tenancy plan --stack {stack} --save FILE` again and review it",
                "Nothing was changed.",
            ]
        )
    )


def require_fresh(root: Path, session: Session, saved: SavedPlan) -> Assessment:
    """
    Return the project as it is now, if nothing has changed since *saved* was made.

    Raises:
        RefusedError: Something changed, or the checks refuse the files now.
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
        raise stale(session.name, changes)
    return assessment

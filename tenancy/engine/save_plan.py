"""Saving a plan, and applying one that was saved as long as nothing it was made from moved."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import attrs

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.events import OnStep
from tenancy.engine.fingerprint import basis, moved
from tenancy.engine.interaction import Watch, unwatched
from tenancy.engine.plan import Planned, planned
from tenancy.engine.results import Result
from tenancy.engine.saved_plan import SavedPlan, without_secrets
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import Open
from tenancy.output.plan_json import data

__all__ = ["Saving", "StalePlanError", "apply_saved", "require_fresh", "save"]


class StalePlanError(TenancyError):
    """
    Something that a plan was made from is not as it was.

    Attributes:
        stack: The stack.
        moved: Everything that moved, each by its name.
    """

    exit = Exit.REFUSED

    def __init__(self, stack: str, moved: Iterable[str]) -> None:
        self.stack = stack
        self.moved = tuple(moved)
        super().__init__(stack, self.moved)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"stack {self.stack}: the plan is stale, for since it was made",
                *(f"  {one}" for one in self.moved),
                "allowed is a plan of what is there now; run"
                f" `tenancy plan --stack {self.stack} --save FILE` again and look at it",
                "Nothing was changed.",
            ]
        )


@attrs.frozen(kw_only=True)
class Saving:
    """
    A plan and what can be applied of it.

    Attributes:
        planned: What it means for people, and what was found.
        saved: The plan to be kept; None where it is refused.
        preview: What the engine would do; None where it is refused.
    """

    planned: Planned
    saved: SavedPlan | None = None
    preview: Result | None = None

    @property
    def exit(self) -> Exit:
        """Refused, or whether anything changes, for people or else for the engine."""
        if self.preview is not None and not self.preview.is_empty:
            return Exit.CHANGES
        return self.planned.exit


def save(root: Path, stack: str, open_stack: Open, *, watch: Watch = unwatched) -> Saving:
    """
    Plan an update of *stack*, and return the plan with what it was made from.

    The engine makes a preview of it, so that what its provider and the cluster refuse is known
    and what it would do is fixed.

    Raises:
        StalePlanError: Something moved while the plan was made.
        NoRecordError: The engine or its backend cannot be asked.
        ClusterError: The cluster cannot be reached or read.
        EngineError: The program refused, or the engine failed.
    """
    opened = open_stack(stack)
    project = assess(root, stack)
    before = None if project.is_refused else basis(project, opened)
    found = planned(root, stack, lambda _: opened)
    if before is None or found.is_refused:
        return Saving(planned=found)
    with tempfile.TemporaryDirectory(prefix="tenancy-plan-") as folder:
        file = Path(folder) / "plan.json"
        with watch(f"previewing stack {stack}", lines=False) as on_step:
            preview = opened.preview(on_step=on_step, save_plan=file)
        engine_plan = without_secrets(json.loads(file.read_text()))
    since = moved(before, basis(assess(root, stack), opened))
    if since:
        raise StalePlanError(stack, since)
    saved = SavedPlan(
        project=project.name,
        stack=stack,
        plan=data(found.plan, found.findings, found.documents),
        made_from=before,
        engine_plan=engine_plan,
    )
    return Saving(planned=found, saved=saved, preview=preview)


def require_fresh(root: Path, opened: Session, saved: SavedPlan) -> Assessment:
    """
    Return the project as it is now, where all is as it was when *saved* was made.

    Raises:
        StalePlanError: Something is not.
        RefusedConfigError: The checks refuse the files by now.
        ClusterError: The cluster cannot be reached or read.
        EngineError: The state cannot be read.
    """
    found = require_valid(assess(root, opened.name))
    since = [
        *(
            [f"the project is {found.name}, and was {saved.project}"]
            if found.name != saved.project
            else []
        ),
        *(
            [f"this is the plan of stack {saved.stack}"]
            if opened.name != saved.stack
            else moved(saved.made_from, basis(found, opened))
        ),
    ]
    if since:
        raise StalePlanError(opened.name, since)
    return found


def apply_saved(
    root: Path, opened: Session, saved: SavedPlan, *, on_step: OnStep | None = None
) -> Result:
    """
    Apply *saved* to the stack *opened*, as long as nothing moved; it is compared right before.

    What is moved after that is refused by the engine where its own plan is carried along.

    Raises:
        StalePlanError: Something moved since the plan was made.
        EngineError: The program or the engine refused, or it failed.
    """
    require_fresh(root, opened, saved)
    with saved.engine_file() as plan:
        return opened.up(on_step=on_step, plan=plan)

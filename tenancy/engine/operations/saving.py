"""Save a plan together with a fingerprint of everything that it was made from."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import attrs

from tenancy.assessment import STRICT_VARIABLE, Assessment, assess
from tenancy.diagnostics import Exit, refusals
from tenancy.engine.fingerprint import differences, fingerprint
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.outcomes import Outcomes, for_each_stack
from tenancy.engine.results import Result
from tenancy.engine.saved_plan import SavedPlan, without_secrets
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.engine.stack_plan import StackPlan, plan_stack
from tenancy.engine.stale_plan import stale

__all__ = ["PlanToSave", "save_plans"]


@attrs.frozen(kw_only=True)
class PlanToSave:
    """
    A plan, and the form in which it can be saved and applied later.

    Attributes:
        planned: What it means for people, and the findings.
        saved: What `write_plan` writes; None if the plan is refused.
        preview: What the engine would do; None if the plan is refused.
    """

    planned: StackPlan
    saved: SavedPlan | None = None
    preview: Result | None = None

    @property
    def exit(self) -> Exit:
        """Refused; else whether anything changes, for people or for the engine."""
        if self.preview is not None and not self.preview.is_empty:
            return Exit.CHANGES
        return self.planned.exit


def save_plans(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: OpenStack | None = None,
    strict: bool = False,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[PlanToSave]:
    """
    Plan an update of each of *stacks*, to be applied later exactly as it is now.

    The engine makes a preview of it: refusals by the provider and the cluster are found now,
    and the operations are fixed.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        strict: Whether what was not checked refuses a stack too. Default: only errors do.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        NotFoundError: No file describes one of them.
    """
    variables = {STRICT_VARIABLE: "1"} if strict else {}
    opens = open_stack or opener(assessment, interaction.note, variables)
    opens = resumed(assessment, opens, interaction.note)
    return for_each_stack(
        "planning",
        assessment.in_order(stacks),
        lambda stack, shown: _save(assessment.root, stack, opens, shown, strict=strict),
        interaction,
        exit_of=lambda result: result.exit,
    )


def _save(
    root: Path, stack: str, open_stack: OpenStack, interaction: Interaction, *, strict: bool
) -> PlanToSave:
    session = open_stack(stack)
    assessment = assess(root, stack)
    is_refused = bool(refusals(assessment.findings, strict=strict))
    before = None if is_refused else fingerprint(assessment, session)
    plan = plan_stack(assessment, stack, lambda _: session, strict=strict)
    if before is None or plan.is_refused:
        return PlanToSave(planned=plan)
    with tempfile.TemporaryDirectory(prefix="tenancy-plan-") as folder:
        file = Path(folder) / "plan.json"
        with interaction.progress(f"previewing stack {stack}", lines=False) as on_step:
            preview = session.preview(on_step=on_step, save_plan=file)
        engine_plan = without_secrets(json.loads(file.read_text()))
    changes = differences(before, fingerprint(assess(root, stack), session))
    if changes:
        raise stale(stack, changes)
    saved = SavedPlan(
        project=assessment.name,
        stack=stack,
        plan=plan.data(),
        made_from=before,
        engine_plan=engine_plan,
    )
    return PlanToSave(planned=plan, saved=saved, preview=preview)

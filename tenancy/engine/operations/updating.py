"""Make the cluster match the configuration: preview, confirm, apply; or apply a saved plan."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from tenancy.assessment import STRICT_VARIABLE, Assessment
from tenancy.cluster import connect
from tenancy.config.document import JSON
from tenancy.diagnostics import ClusterError, EngineError, RefusedError
from tenancy.engine.access_removal import update_and_remove_access
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.engine.events import OnStep
from tenancy.engine.field_gate import field_conflicts
from tenancy.engine.held_namespaces import reporting_held_namespaces
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.operations.order import apply_dependencies
from tenancy.engine.operations.previewing import preview_stack
from tenancy.engine.operations.repeating import repeated
from tenancy.engine.operations.requiring import require_stack
from tenancy.engine.outcomes import Outcomes, for_each_stack
from tenancy.engine.results import Result
from tenancy.engine.saved_plan import SavedPlan
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.engine.stale_plan import require_fresh
from tenancy.engine.unchanged import Attempt
from tenancy.planning import RECOVERED_OUTPUT, PreviousUpdate

__all__ = ["apply_saved_plan", "up"]


def up(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    saved_plans: Mapping[str, SavedPlan] | None = None,
    open_stack: OpenStack | None = None,
    strict: bool = False,
    renew_service_accounts: bool = False,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[Result]:
    """
    Make the cluster of each of *stacks* match the configuration.

    An engine is started only for stacks that can have something to do, those included whose
    objects on the cluster differ from the files; see `tenancy.engine.unchanged`.

    An environment is skipped where its platform is in the same call and was not applied. A
    stack that the checks refuse is not applied; the others are.

    A preview or an update that fails because the API server is busy or not reachable for a
    moment is repeated twice, and each time this is noted. That of a saved plan is repeated only
    while nothing of it has been applied.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        saved_plans: A saved plan for each stack; one that is stale is refused. Default: what
            the files describe when it is applied.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        strict: Whether what was not checked refuses a stack too. Default: only errors do.
        renew_service_accounts: Whether to recreate the service accounts whose tokens removed
            members may have; their pods must be restarted. Default: no.
        interaction: Who confirms each update, and what is shown. Default: no confirmation.

    Raises:
        NotFoundError: No file describes one of them.
    """
    variables = {STRICT_VARIABLE: "1"} if strict else {}
    opens = open_stack or opener(assessment, interaction.note, variables)
    opens = resumed(assessment, opens, interaction.note)
    names = assessment.in_order(stacks)
    readings = ClusterReadings(len(names))

    def update(stack: str, shown: Interaction) -> Result:
        view = require_stack(assessment, stack, shown, strict=strict)
        if saved_plans is not None:
            return apply_saved_plan(
                assessment,
                opens(stack),
                saved_plans[stack],
                shown,
                renew_service_accounts=renew_service_accounts,
            )
        attempt = Attempt(view, opens(stack), readings, strict=strict)
        return _update(
            assessment, attempt, shown, renew_service_accounts=renew_service_accounts
        )

    return for_each_stack(
        "applying", names, update, interaction, needs=apply_dependencies(assessment, names)
    )


def _update(
    assessment: Assessment,
    attempt: Attempt,
    interaction: Interaction,
    *,
    renew_service_accounts: bool,
) -> Result:
    session = attempt.session
    stack, total = session.name, None
    if interaction.asks and (conflicts := field_conflicts(attempt)):
        conflicts.take_over(session, interaction)
        attempt.forget_readings()
    if interaction.previews or interaction.asks:
        preview = repeated(
            stack,
            lambda: preview_stack(attempt, interaction, is_live=True),
            interaction.note,
        )
        # An interrupted update may have created every object and recorded none of them.
        if preview.is_empty and _is_complete(session.outputs()):
            return preview
        interaction.confirm(f"apply this to stack {stack}?")
        total = preview.total

    def reporting(on_step: OnStep | None) -> AbstractContextManager[OnStep]:
        cluster, root = assessment.cluster(stack), assessment.root
        return reporting_held_namespaces(
            lambda: connect(cluster, root), interaction.note, on_step
        )

    def apply() -> Result:
        with interaction.progress(f"applying stack {stack}", total=total) as on_step:
            unchanged = None if total else attempt.unchanged("up", is_live=True)
            if unchanged is not None:
                return unchanged
            if attempt.interruption and total is None:
                interaction.note(attempt.interruption)
            with (
                attempt.changes(),
                attempt.recorded(interaction.note) as recorded,
                reporting(on_step) as reported,
            ):
                made = session.up(
                    on_step=reported,
                    refresh=bool(attempt.interruption),
                    removes_access=True,
                    variables=recorded.variables,
                )
                return recorded.counted(made)

    result = update_and_remove_access(
        assessment,
        session,
        lambda: repeated(stack, apply, interaction.note),
        interaction.note,
        renew_service_accounts=renew_service_accounts,
    )
    if not result.is_empty:
        attempt.updated()
    interaction.show_result(result)
    return result


def _is_complete(outputs: Mapping[str, JSON]) -> bool:
    """Whether *outputs* record an update that has succeeded, and none that was cut since."""
    return PreviousUpdate.from_outputs(outputs).is_recorded and RECOVERED_OUTPUT not in outputs


def apply_saved_plan(
    assessment: Assessment,
    session: Session,
    saved: SavedPlan,
    interaction: Interaction,
    *,
    renew_service_accounts: bool = False,
) -> Result:
    """
    Apply *saved* to the stack of *session*, if nothing that it was made from has changed.

    This is compared before the question and again after it. Later changes are refused by the
    engine, if its own plan is part of the saved one. After a transient error it is compared
    once more: the plan is applied again if nothing of it has been applied.

    Raises:
        RefusedError: Something has changed since the plan was saved, or the answer was no.
        EngineError: The program or the engine refused or failed.
    """
    if interaction.asks:
        require_fresh(assessment.root, session, saved)
        interaction.show_lines(_facts(saved))
        interaction.confirm(f"apply this saved plan to stack {session.name}?")
    require_fresh(assessment.root, session, saved)
    with saved.engine_file() as plan:
        doing = f"applying the saved plan of stack {session.name}"

        def apply() -> Result:
            with interaction.progress(doing) as on_step:
                return session.up(on_step=on_step, plan=plan, removes_access=True)

        result = update_and_remove_access(
            assessment,
            session,
            lambda: repeated(
                session.name,
                apply,
                interaction.note,
                not_again=lambda: _partly_applied(assessment, session, saved),
            ),
            interaction.note,
            saved=saved,
            renew_service_accounts=renew_service_accounts,
        )
    interaction.show_result(result)
    return result


def _partly_applied(assessment: Assessment, session: Session, saved: SavedPlan) -> str:
    """Return why *saved* must not be applied again, and what to do; "" if it may be."""
    try:
        require_fresh(assessment.root, session, saved)
    except (ClusterError, EngineError, RefusedError):
        return (
            f"stack {session.name}: a part of the saved plan may have been applied, so it is"
            f" not applied a second time; run `tenancy plan --stack {session.name} --save FILE`"
            " and review what is left"
        )
    return ""


def _facts(saved: SavedPlan) -> Sequence[str]:
    return [f"  {fact['text']}" for fact in saved.plan["facts"]]

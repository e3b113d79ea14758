"""
The verbs for many stacks in one call: plan, preview, up, refresh, drift, destroy.

Platforms come before the environments on them, and go after them; the others are worked on side
by side, so what watches them is called from several threads. A stack that is refused or fails
loses no result of another; only what needs it is left alone.
"""

from collections.abc import Iterable, Mapping

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cluster import connect
from tenancy.cluster.identity import require_same
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import save_plan, stack_opener
from tenancy.engine.destroy import refuse_while_used, remove
from tenancy.engine.drift import Drifted, compared
from tenancy.engine.interaction import Watch, unwatched
from tenancy.engine.outcomes import AT_ONCE, Outcomes, each
from tenancy.engine.plan import Planned, planned
from tenancy.engine.results import Result
from tenancy.engine.save_plan import Saving, apply_saved
from tenancy.engine.saved_plan import SavedPlan
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import Open

__all__ = [
    "destroy",
    "drift",
    "exit_of_preview",
    "first",
    "last",
    "plan",
    "preview",
    "refresh",
    "refresh_stack",
    "save",
    "up",
]


def plan(
    found: Assessment, stacks: Iterable[str] | None = None, *, open_stack: Open | None = None
) -> Outcomes[Planned]:
    """
    Say of each of *stacks* what an update would change for people.

    Args:
        found: The project.
        stacks: Default: all of them.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.

    Raises:
        UnknownStackError: No file describes one of them.
    """
    opening = open_stack or _default(found)
    return each(
        found.in_order(stacks),
        lambda stack: planned(found.root, stack, opening),
        exit_of=lambda result: result.exit,
        at_once=AT_ONCE,
    )


def save(
    found: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: Open | None = None,
    watch: Watch = unwatched,
) -> Outcomes[Saving]:
    """
    Plan an update of each of *stacks* so that exactly it can be applied; see `plan`.

    Raises:
        UnknownStackError: No file describes one of them.
    """
    opening = open_stack or _default(found)
    return each(
        found.in_order(stacks),
        lambda stack: save_plan.save(found.root, stack, opening, watch=watch),
        exit_of=lambda result: result.exit,
    )


def preview(
    found: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: Open | None = None,
    watch: Watch = unwatched,
) -> Outcomes[Result]:
    """
    Say of each of *stacks* what the engine would do; see `plan` for the arguments.

    Raises:
        RefusedConfigError: The checks refuse the files.
        UnknownStackError: No file describes one of them.
    """
    opening = open_stack or _default(require_valid(found))

    def work(stack: str) -> Result:
        opened = opening(stack)
        with watch(f"previewing stack {stack}", lines=False) as on_step:
            return opened.preview(on_step=on_step)

    return each(found.in_order(stacks), work, exit_of=exit_of_preview, at_once=AT_ONCE)


def up(
    found: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    plan: Mapping[str, SavedPlan] | None = None,
    open_stack: Open | None = None,
    watch: Watch = unwatched,
) -> Outcomes[Result]:
    """
    Make of each of *stacks* what the files say; nobody is asked.

    An environment is left alone where its platform is in the same call and was not done.

    Args:
        plan: A saved plan for each stack; one that is stale is refused. Default: whatever the
            files say when it is applied.

    Raises:
        RefusedConfigError: The checks refuse the files.
        UnknownStackError: No file describes one of them.
    """
    opening = open_stack or _default(require_valid(found))

    def work(stack: str) -> Result:
        opened = opening(stack)
        with watch(f"applying stack {stack}") as on_step:
            if plan is not None:
                return apply_saved(found.root, opened, plan[stack], on_step=on_step)
            return opened.up(on_step=on_step)

    names = found.in_order(stacks)
    return each(names, work, needs=first(found, names), at_once=AT_ONCE)


def refresh(
    found: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    open_stack: Open | None = None,
    watch: Watch = unwatched,
) -> Outcomes[Result]:
    """
    Read every object of each of *stacks* into its state; no cluster is changed.

    Raises:
        UnknownStackError: No file describes one of them.
    """
    opening = open_stack or _default(found)
    return each(
        found.in_order(stacks),
        lambda stack: refresh_stack(found, opening(stack), watch=watch),
        at_once=AT_ONCE,
    )


def refresh_stack(found: Assessment, opened: Session, *, watch: Watch = unwatched) -> Result:
    """
    Read every object of *opened* into its state.

    Raises:
        ClusterError: Another cluster answers than the one that it was applied to: every
            object would be taken for deleted.
        ClusterError: The cluster does not answer.
        EngineError: The engine failed.
    """
    name = opened.name
    uid = opened.outputs().get("clusterUid")
    require_same(connect(found.cluster(name), found.root), uid)
    with watch(f"refreshing stack {name}") as on_step:
        return opened.refresh(on_step=on_step)


def drift(found: Assessment, stacks: Iterable[str] | None = None) -> Outcomes[Drifted]:
    """
    Compare the cluster of each of *stacks* with its files, additions included.

    A stack that the checks refuse is not compared.

    Raises:
        UnknownStackError: No file describes one of them.
    """

    def work(stack: str) -> Drifted:
        return compared(require_valid(assess(found.root, stack)), stack)

    return each(
        found.in_order(stacks), work, exit_of=lambda drifted: drifted.exit, at_once=AT_ONCE
    )


def destroy(
    found: Assessment,
    stacks: Iterable[str],
    *,
    open_stack: Open | None = None,
    watch: Watch = unwatched,
) -> Outcomes[Result]:
    """
    Delete everything of each of *stacks*, its namespaces and what they hold; nobody is asked.

    A platform is left alone where an environment on it is in the same call and did not go.

    Raises:
        UnknownStackError: No file describes one of them.
    """
    opening = open_stack or _default(found)
    names = found.in_order(stacks)[::-1]

    def work(stack: str) -> Result:
        opened = opening(stack)
        refuse_while_used(found, opened, going=names)
        return remove(found, opened, watch=watch)

    return each(names, work, needs=last(found, names), at_once=AT_ONCE)


def first(found: Assessment, stacks: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return what each of *stacks* needs before it is applied: its platform."""
    platforms = {stack: found.platform_of(stack) for stack in stacks}
    return {stack: () if needed is None else (needed,) for stack, needed in platforms.items()}


def last(found: Assessment, stacks: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return what has to be gone before each of *stacks* goes: the environments on it."""
    names = tuple(stacks)
    return {
        stack: tuple(other for other in names if found.platform_of(other) == stack)
        for stack in names
    }


def exit_of_preview(result: Result) -> Exit:
    """Return whether a preview has changes."""
    return Exit.DONE if result.is_empty else Exit.CHANGES


def _default(found: Assessment) -> Open:
    return stack_opener.opener(found)

"""Drift: compare clusters with the files, write differences into the files, or repair them."""

from collections.abc import Iterable

from tenancy.assessment import Assessment, require_valid
from tenancy.cluster import repair, require_same
from tenancy.diagnostics import Exit
from tenancy.drifting import lines
from tenancy.engine.accepting import accept
from tenancy.engine.cluster_readings import ClusterReadings
from tenancy.engine.comparison import StackDrift, compare
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.outcomes import Outcome, Outcomes, for_each_stack, in_sequence
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.planning import desired_manifests

__all__ = ["accept_drift", "drift", "repair_drift"]


def drift(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    strict: bool = False,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[StackDrift]:
    """
    Compare the cluster of each of *stacks* with its files, including added fields and objects.

    A stack that the checks refuse is not compared; a mistake in the file of another stack does
    not matter.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        strict: Whether what was not checked refuses a stack too. Default: only errors do.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        NotFoundError: No file describes one of them.
    """
    names = assessment.in_order(stacks)
    readings = ClusterReadings(len(names))
    return for_each_stack(
        "comparing",
        names,
        lambda stack, _: compare(
            require_valid(assessment.of(stack), strict=strict), stack, readings
        ),
        interaction,
        exit_of=_exit,
    )


def accept_drift(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    strict: bool = False,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[StackDrift]:
    """
    Write the differences of each of *stacks* into its files; return what still differs.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        strict: Whether what was not checked refuses a stack too. Default: only errors do.
        interaction: What is shown meanwhile. Default: nothing.

    Raises:
        RefusedError: A check refuses the files, or the result; every file is unchanged.
        NotFoundError: No file describes one of them.
    """
    names = assessment.in_order(stacks)
    outcomes = drift(assessment, names, strict=strict, interaction=interaction)
    after = accept(assessment, outcomes.results, interaction.note)
    return in_sequence(
        names, lambda stack: _compared_again(after, outcomes[stack]), exit_of=_exit
    )


def repair_drift(
    assessment: Assessment,
    stacks: Iterable[str] | None = None,
    *,
    delete_foreign: bool = False,
    open_stack: OpenStack | None = None,
    strict: bool = False,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[StackDrift]:
    """
    Make the objects on the cluster match the files again; return what still differs.

    Args:
        assessment: The project.
        stacks: Default: all of them.
        delete_foreign: Also delete objects that others created and no file describes.
            Default: they are kept.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        strict: Whether what was not checked refuses a stack too. Default: only errors do.
        interaction: Who confirms each repair, and what is shown. Default: no confirmation.

    Raises:
        RefusedError: The answer was no, or the user cannot be asked.
        EngineError: An update was needed for missing objects, and failed.
        NotFoundError: No file describes one of them.
    """
    names = assessment.in_order(stacks)
    opens = open_stack or opener(assessment, interaction.note)
    opens = resumed(assessment, opens, interaction.note)
    outcomes = drift(assessment, names, strict=strict, interaction=interaction)
    drifted = [one for one in outcomes.results if one.differences]
    if not drifted:
        return outcomes
    for one in drifted:
        _repair(one, opens, interaction, delete_foreign=delete_foreign)
    return drift(assessment, names, strict=strict, interaction=interaction)


def _repair(
    drifted: StackDrift,
    open_stack: OpenStack,
    interaction: Interaction,
    *,
    delete_foreign: bool,
) -> None:
    for line in lines(drifted.stack, drifted.differences):
        interaction.note(line)
    session = open_stack(drifted.stack)
    require_same(drifted.connection, session.previous_update().cluster_uid)
    interaction.confirm(f"repair all of this on stack {drifted.stack}?")
    repaired = repair(
        drifted.connection,
        drifted.desired,
        drifted.live,
        drifted.differences,
        manager=drifted.manager,
        delete_foreign=delete_foreign,
    )
    for verb, objects in (("repaired", repaired.patched), ("deleted", repaired.deleted)):
        for identity in objects:
            interaction.note(f"  {verb:<8} {identity}")
    for identity in repaired.left:
        interaction.note(f"  kept     {identity}: not in the files, and not created by Tenancy")
    if repaired.missing:
        with interaction.progress(f"applying stack {drifted.stack}") as on_step:
            session.up(on_step=on_step, refresh=True)


def _compared_again(assessment: Assessment, outcome: Outcome[StackDrift]) -> StackDrift:
    """Return the same cluster beside what the files describe now."""
    if outcome.result is None:
        assert outcome.error is not None
        raise outcome.error
    one = outcome.result
    return one.against(desired_manifests(assessment, one.stack, one.connection))


def _exit(drifted: StackDrift) -> Exit:
    return drifted.exit

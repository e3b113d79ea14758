"""
Fields that an update would change and that another field manager owns.

The API server refuses such a change in the middle of an update, so they are read before it.
"""

from typing import NoReturn

import attrs

from tenancy.cluster import repair, require_same
from tenancy.diagnostics import RefusedError, TenancyError
from tenancy.drifting import UpdateConflicts, changed_objects, update_conflicts
from tenancy.engine.comparison import StackDrift, compare
from tenancy.engine.interaction import Interaction
from tenancy.engine.session import Session
from tenancy.engine.state_contents import applied_objects
from tenancy.engine.state_reading import read_state
from tenancy.engine.unchanged import Attempt
from tenancy.planning import desired_manifests

__all__ = ["FieldConflicts", "field_conflicts"]


@attrs.frozen(kw_only=True)
class FieldConflicts:
    """
    Objects that an update of a stack would change, and may not.

    Attributes:
        drift: The stack's files beside its cluster.
        found: The objects, with each difference that a take-over ends.
    """

    drift: StackDrift
    found: UpdateConflicts

    def __bool__(self) -> bool:
        """Whether there are such objects."""
        return bool(self.found)

    def refuse(self) -> NoReturn:
        """
        Refuse the update.

        Raises:
            RefusedError: With who wrote which field when.
        """
        stack = self.drift.stack
        raise RefusedError(
            reason=f"stack {stack}: {self.found.text}\nTo take them over, run"
            f" `tenancy up --stack {stack}`, which asks first, or"
            f" `tenancy drift --stack {stack} --repair`.\nNothing was changed."
        )

    def take_over(self, session: Session, interaction: Interaction) -> None:
        """
        Ask, and make the objects match the files, under the stack's field manager alone.

        Raises:
            RefusedError: The answer was no.
            ClusterError: The cluster refused, or is another one than that of the last update.
        """
        one = self.drift
        interaction.show_lines([f"stack {one.stack}: {self.found.text}"])
        interaction.confirm("take these fields over, as the files describe them?")
        require_same(one.connection, session.previous_update().cluster_uid)
        done = repair(
            one.connection,
            one.desired,
            one.live,
            self.found.differences,
            manager=one.manager,
        )
        for identity in done.patched:
            interaction.note(f"  took over {identity}")


def field_conflicts(attempt: Attempt) -> FieldConflicts | None:
    """
    Return the conflicts of an update of the stack of *attempt*; None if they are not known.

    The cluster is compared only if the update changes an object that exists.
    """
    stack = attempt.session.name
    assessment, readings = attempt.assessment, attempt.readings
    try:
        state = read_state(attempt.session.stack, assessment.name)
        connection = readings.connect(assessment.cluster(stack), assessment.root)
        desired = desired_manifests(assessment, stack, connection)
        changed = changed_objects(desired, applied_objects(state))
        drift = compare(assessment, stack, readings) if changed else None
    except (TenancyError, ValueError):
        # The engine reports this error.
        return None
    if drift is None:
        return None
    found = update_conflicts(desired, drift.live, changed)
    return FieldConflicts(drift=drift, found=found)

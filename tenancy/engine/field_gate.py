"""
Fields that an update would change and that another field manager owns.

The API server refuses such a change in the middle of an update, so they are read before it.
"""

from typing import NoReturn

import attrs

from tenancy.cluster import repair, require_same
from tenancy.diagnostics import RefusedError, TenancyError
from tenancy.drifting import FIELD, Change, Difference, is_refused_to, object_lines
from tenancy.engine.comparison import StackDrift, compare
from tenancy.engine.interaction import Interaction
from tenancy.engine.session import Session
from tenancy.engine.state_contents import changed_objects
from tenancy.engine.state_reading import read_state
from tenancy.engine.unchanged import Attempt

__all__ = ["FieldConflicts", "field_conflicts"]


@attrs.frozen(kw_only=True)
class FieldConflicts:
    """
    Objects that an update would change, and may not.

    Attributes:
        drift: The stack's files beside its cluster.
        differences: Each difference of these objects: what a take-over ends.
    """

    drift: StackDrift
    differences: tuple[Difference, ...]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.differences)

    @property
    def text(self) -> str:
        """Who wrote which field when, beside what the files describe."""
        stated = [d for d in self.differences if self._is_stated(d)]
        heading = "fields that this update changes belong to other field managers, and the API"
        return "\n".join((f"{heading} server would refuse it:", *object_lines(stated)))

    def _is_stated(self, difference: Difference) -> bool:
        """Whether others wrote it; all else is what the update itself changes."""
        live = self.drift.live[difference.object]
        return difference.change is Change.ADDED or is_refused_to(
            self.drift.manager, difference, live
        )

    def refuse(self) -> NoReturn:
        """
        Refuse the update.

        Raises:
            RefusedError: With `text`.
        """
        stack = self.drift.stack
        raise RefusedError(
            reason=f"stack {stack}: {self.text}\nTo take them over, run"
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
        interaction.show_lines([f"stack {one.stack}: {self.text}"])
        interaction.confirm("take these fields over, as the files describe them?")
        require_same(one.connection, session.previous_update().cluster_uid)
        done = repair(
            one.connection, one.desired, one.live, self.differences, manager=one.manager
        )
        for identity in done.patched:
            interaction.note(f"  took over {identity}")


def field_conflicts(attempt: Attempt) -> FieldConflicts | None:
    """
    Return the conflicts of an update of the stack of *attempt*; None if they are not known.

    The cluster is compared only if the update changes an object that exists.
    """
    stack = attempt.session.name
    try:
        state = read_state(attempt.session.stack, attempt.assessment.name)
        changed = changed_objects(attempt.assessment, stack, state)
        drift = compare(attempt.assessment, stack, attempt.readings) if changed else None
    except (TenancyError, ValueError):
        # The engine reports it.
        return None
    if drift is None:
        return None
    there = changed & drift.live.keys()
    differences = [
        d for d in drift.differences if d.object in there and d.field[:1] != (FIELD,)
    ]
    refused = {
        d.object for d in differences if is_refused_to(drift.manager, d, drift.live[d.object])
    }
    found = tuple(d for d in differences if d.object in refused)
    return FieldConflicts(drift=drift, differences=found)

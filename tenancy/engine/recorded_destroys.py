"""A destroy whose engine writes the state once, with the protection cleared meanwhile."""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from tenancy.assessment import Assessment
from tenancy.diagnostics import TenancyError
from tenancy.engine.interaction import Note
from tenancy.engine.interrupted_updates import resume, stack_outputs
from tenancy.engine.protection import cleared, restore_protection
from tenancy.engine.recorded_updates import FEWEST, is_recordable, variables_of, with_record
from tenancy.engine.session import Session
from tenancy.engine.stored_state import read_stored, write_stored
from tenancy.engine.update_intent import new_intent
from tenancy.planning import PreviousUpdate

__all__ = ["unprotected"]

_DELETION_SECONDS: Final = 10.0
"""
Seconds in which most namespaces end whose deletion has begun.

If one does not, the record stays, and the next command waits for it or deletes it.
"""


@contextlib.contextmanager
def unprotected(
    assessment: Assessment, session: Session, namespaces: Collection[str], note: Note
) -> Iterator[Mapping[str, str]]:
    """
    Clear the protection of *namespaces* while the block destroys them.

    It yields the variables of the engine. In an environment the same write records that a
    destroy begins, and the engine writes the state only when it ends. If the block fails, the
    protection of what is left is set again.

    Args:
        assessment: The project.
        session: The stack.
        namespaces: The names in the cluster.
        note: Called with a line if the state was put right.

    Raises:
        EngineError: The state cannot be read or written, or another update changed it.
    """
    before = read_stored(session)
    resources = cleared(before.resources, namespaces)
    uid = PreviousUpdate.from_outputs(stack_outputs(resources)).cluster_uid
    variables: Mapping[str, str] = {}
    is_long = uid is not None and len(resources) >= FEWEST and not before.is_pending
    if uid is not None and is_long and is_recordable(assessment, session, resources):
        intent = new_intent(uid)
        variables = variables_of(intent)
        resources = with_record(resources, intent)
    if resources != before.resources:
        write_stored(session, before, resources)
    try:
        yield variables
    except BaseException:
        # Resources that the destroy has not deleted are protected as before.
        with contextlib.suppress(TenancyError):
            if not resume(assessment, session, note, wait=_DELETION_SECONDS):
                restore_protection(session)
        raise

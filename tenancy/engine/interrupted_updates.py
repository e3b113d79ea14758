"""
Puts the state of a stack right after an update that was cut, before anything is planned.

Only updates that `tenancy` has recorded need it: the engine wrote none of their steps.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from tenancy.assessment import Assessment
from tenancy.cluster import connect, objects, provider_options, require_same
from tenancy.config.document import JSON, mapping
from tenancy.diagnostics import EngineError, EngineFailure
from tenancy.engine.held_namespaces import wait_for_deletions
from tenancy.engine.interaction import Note
from tenancy.engine.interrupted_state import kinds_of, namespaces_of, put_right
from tenancy.engine.leftover_processes import is_running
from tenancy.engine.locks import busy, locks
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack
from tenancy.engine.stored_state import Resources, files_of, read_stored, write_stored
from tenancy.engine.update_intent import UpdateIntent, read_intent
from tenancy.manifests import STACK_TOKEN

__all__ = ["resume", "resumed", "stack_outputs"]

_LONGEST_WAIT: Final = 60.0
_STARTING: Final = timedelta(seconds=60)
"""Seconds that an engine may take from the record of its update to its lock."""


def resume(
    assessment: Assessment, session: Session, note: Note, *, wait: float = _LONGEST_WAIT
) -> bool:
    """
    Put the state of *session* right if its last update was cut; return whether it was.

    The cluster is only read. Nothing is deleted: what the update created and the files no
    longer describe is in the state afterwards, so the next preview lists it.

    Args:
        assessment: The project.
        session: The stack.
        note: Called with a line if the state was put right.
        wait: How many seconds to wait for namespaces that are being deleted. What is left in
            the state counts as existing, and would be gone when the engine needs it. Default:
            a minute; 0 counts them as existing, for a destroy, whose engine deletes them and
            reports what holds them.

    Raises:
        EngineError: The update still runs, or the state cannot be read or written.
        ClusterError: The cluster does not answer, or is another one; or a namespace is still
            being deleted after *wait*.
    """
    before = read_stored(session)
    intent = read_intent(stack_outputs(before.resources), session.name)
    if intent is None:
        return False
    _require_over(session, intent)
    cluster = assessment.cluster(session.name)
    connection = connect(cluster, assessment.root)
    require_same(connection, intent.cluster_uid)
    if wait:
        names = namespaces_of(before.resources, intent)
        wait_for_deletions(connection, names, note, seconds=wait)
    # Read after the proof that the update is over: nothing else changes these objects.
    live = objects(connection, kinds_of(before.resources, intent))
    resources = put_right(
        before.resources,
        intent,
        live,
        project=assessment.name,
        stack=session.name,
        provider=provider_options(
            cluster, assessment.root, assessment.tenancy.environments.get(session.name)
        ),
    )
    write_stored(session, before.without_pending(), resources)
    note(
        f"stack {session.name}: an update was interrupted before it wrote the state; the state"
        f" was put right from the cluster ({_difference(before.resources, resources)})"
    )
    return True


def resumed(
    assessment: Assessment, open_stack: OpenStack, note: Note, *, wait: float = _LONGEST_WAIT
) -> OpenStack:
    """Return *open_stack*, which also puts the state of each stack right; see `resume`."""

    def open_one(stack: str) -> Session:
        session = open_stack(stack)
        # Only updates of stacks in a file backend are recorded.
        if files_of(session) is not None:
            resume(assessment, session, note, wait=wait)
        return session

    return open_one


def stack_outputs(resources: Resources) -> dict[str, JSON]:
    """Return the outputs of the stack itself in *resources* of its state."""
    for one in resources:
        if one.get("type") == STACK_TOKEN:
            return dict(mapping(one.get("outputs")))
    return {}


def _require_over(session: Session, intent: UpdateIntent) -> None:
    """
    Return if the update of *intent* no longer runs; remove the lock of its dead process.

    Raises:
        EngineError: It runs, or it ran on another machine whose lock is still there.
    """
    files = files_of(session)
    mine = set() if files is None else set(files.locks)
    folder = None if files is None else files.folder.parent
    for lock in locks(folder) if folder is not None else ():
        if lock.path not in mine:
            continue
        if not lock.is_stale:
            raise busy(lock)
        lock.path.unlink(missing_ok=True)
    is_young = datetime.now(UTC) - intent.began < _STARTING
    if is_young and is_running(intent.process, intent.host):
        raise EngineError(
            session.name,
            f"process {intent.process.partition(' ')[0]} on {intent.host} has begun an update;"
            " wait until it is done, and run this again",
            EngineFailure.LOCKED,
        )


def _difference(before: Resources, after: Resources) -> str:
    old, new = ({str(one.get("urn")) for one in found} for found in (before, after))
    return f"{len(new - old)} resources added, {len(old - new)} removed"

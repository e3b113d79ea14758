"""Detect an interrupted update, and resume after it."""

from typing import Final

from pulumi import automation as auto

from tenancy.config.document import mapping
from tenancy.diagnostics import counted
from tenancy.engine.interaction import Note
from tenancy.engine.session import Session
from tenancy.planning import INTENT_OUTPUT

__all__ = [
    "TAKE_OVER_FIELDS",
    "interrupted",
    "is_applied",
    "was_interrupted",
]

TAKE_OVER_FIELDS: Final = {"PULUMI_K8S_ENABLE_PATCH_FORCE": "true"}
"""
Variables with which the provider takes over the fields of an object that exists already.

An interrupted update may have created objects without recording them. All names are fixed, so
the next update creates them once more; on a sandbox no other tool creates objects of these
names.
"""


def interrupted(stack: str, pending: int) -> str:
    """Return that an engine was cut, with the number of operations that were pending then."""
    return f"stack {stack}: an update was interrupted ({counted(pending, 'pending operation')})"


def was_interrupted(session: Session, note: Note) -> bool:
    """Return whether the last update of *session* did not complete, and report that."""
    exported = session.exported()
    pending = (exported.deployment or {}).get("pending_operations") or []
    if pending:
        note(f"{interrupted(session.name, len(pending))}; resuming")
        return True
    # An interrupted engine does not record what it was creating, although the API server may
    # have created it.
    if is_applied(exported) and _last_update_failed(session):
        note(f"stack {session.name}: the last update did not complete; resuming")
        return True
    return False


def is_applied(exported: auto.Deployment) -> bool:
    """
    Return whether a state contains more than a refused first update leaves in it.

    One that records an unfinished update may have objects on the cluster already.
    """
    resources = (exported.deployment or {}).get("resources") or ()
    return any(
        not str(resource.get("type")).startswith("pulumi:")
        or INTENT_OUTPUT in mapping(resource.get("outputs"))
        for resource in resources
    )


def _last_update_failed(session: Session) -> bool:
    last = session.stack.info(show_secrets=False)
    return last is not None and (last.kind, last.result) == ("update", "failed")

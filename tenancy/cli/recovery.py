"""Going on after a run on the sandbox that was cut off in the middle of an update."""

from tenancy.cli.terminal import Terminal
from tenancy.engine import Session
from tenancy.engine.destroy import is_applied

__all__ = ["TAKE_OVER", "was_cut_off"]

TAKE_OVER = {"PULUMI_K8S_ENABLE_PATCH_FORCE": "true"}
"""
Variables with which the provider takes over the fields of an object that exists already.

A run that was cut off may have made objects and not written that down. All names are fixed, so
the next update makes them once more; on a sandbox nobody else can be meant.
"""


def was_cut_off(opened: Session, shell: Terminal) -> bool:
    """Return whether the last update of *opened* never came to its end, and say so."""
    exported = opened.exported()
    pending = (exported.deployment or {}).get("pending_operations") or []
    if pending:
        count = len(pending)
        shell.note(f"stack {opened.name}: an update was cut off at {count} objects; going on")
        return True
    # An engine that is interrupted gives up what it was making and forgets it, though the API
    # server may have made it all the same.
    if is_applied(exported) and _failed(opened):
        shell.note(f"stack {opened.name}: the last update did not come to its end; going on")
        return True
    return False


def _failed(opened: Session) -> bool:
    last = opened.stack.info(show_secrets=False)
    return last is not None and (last.kind, last.result) == ("update", "failed")

"""Going on after a run on the sandbox that was cut off in the middle of an update."""

from tenancy.automation import Session
from tenancy.cli.terminal import Terminal

__all__ = ["TAKE_OVER", "was_cut_off"]

TAKE_OVER = {"PULUMI_K8S_ENABLE_PATCH_FORCE": "true"}
"""
Variables with which the provider takes over the fields of an object that exists already.

A run that was cut off may have made objects and not written that down. All names are fixed, so
the next update makes them once more; on a sandbox nobody else can be meant.
"""


def was_cut_off(opened: Session, shell: Terminal) -> bool:
    """Return whether the state of *opened* speaks of an update that never ended, and say so."""
    deployment = opened.stack.export_stack().deployment or {}
    pending = deployment.get("pending_operations") or []
    if pending:
        count = len(pending)
        shell.note(f"stack {opened.name}: an update was cut off at {count} objects; going on")
    return bool(pending)

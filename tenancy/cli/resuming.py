"""Going on after a run on the sandbox that was cut off in the middle of an update."""

from pulumi import automation as auto

from tenancy.automation import Session
from tenancy.cli.terminal import Terminal

__all__ = ["resume"]

_TAKE_OVER = "PULUMI_K8S_ENABLE_PATCH_FORCE"
"""Makes the provider own fields that an object got from a run which never wrote that down."""


def resume(opened: Session, shell: Terminal) -> bool:
    """
    Make *opened* ready to go on, if an earlier update of it was cut off.

    What was being made then may exist without being in the state. All names are fixed, so the
    next update makes it once more, under the same name, and takes over what is there.

    Returns:
        Whether there was such an update.
    """
    exported = opened.stack.export_stack()
    deployment = dict(exported.deployment or {})
    pending = deployment.get("pending_operations") or []
    if not pending:
        return False
    shell.note(
        f"stack {opened.name}: an update was cut off at {len(pending)} objects; going on"
    )
    deployment["pending_operations"] = []
    opened.stack.import_stack(auto.Deployment(version=exported.version, deployment=deployment))
    opened.stack.workspace.set_environment_variables({_TAKE_OVER: "true"})
    return True

"""The stacks of a sandbox, so that plain `pulumi` finds each of them."""

from pulumi import automation as auto

from tenancy.assessment import assess
from tenancy.engine.errors import error_from
from tenancy.engine.sdk_stack import state_file_exists
from tenancy.engine.session import Engine
from tenancy.engine.session_opening import workspace_of
from tenancy.local.sandbox import Sandbox

__all__ = ["prepare_stacks"]


def prepare_stacks(box: Sandbox, stack: str | None = None) -> None:
    """
    Create each stack of the sandbox that does not exist yet, and select one.

    A stack whose file has errors is left out until they are corrected.

    Args:
        box: The sandbox.
        stack: The stack to select. Default: the one that is selected, else `dev`, else the
            first environment.

    Raises:
        RefusedError: The file of *stack* has errors.
        NotFoundError: No file describes *stack*.
        EngineError: A stack cannot be created.
    """
    assessment = assess(box.root, offline=True)
    if stack is not None:
        assessment.of(stack).require(stack)
    engine = Engine(variables=box.environment())
    workspace = workspace_of(box.root, engine)
    stacks = [name for name in assessment.stacks if assessment.cluster(name).is_sandbox]
    name = ""
    try:
        for name in stacks:
            if not state_file_exists(assessment.name, name, engine.variables):
                _run(workspace, "stack", "init", "--no-select", "--stack", name)
        environments = [name for name in stacks if name in assessment.project.environments]
        chosen = stack or _default(workspace, environments or stacks)
        if chosen is not None:
            _run(workspace, "stack", "select", name := chosen)
    except auto.CommandError as error:
        raise error_from(name, error) from error


def _default(workspace: auto.LocalWorkspace, stacks: list[str]) -> str | None:
    """Return the stack to select where none is selected; None if one is."""
    try:
        _run(workspace, "stack", "--show-name")
    except auto.CommandError:
        return next((name for name in ("dev", *stacks) if name in stacks), None)
    return None


def _run(workspace: auto.LocalWorkspace, *arguments: str) -> None:
    command = workspace.pulumi_command
    command.run([*arguments, "--non-interactive"], workspace.work_dir, workspace.env_vars)

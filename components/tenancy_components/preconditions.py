"""What refuses an update besides findings: secrets, a wrong backend, remaining access."""

import os
from pathlib import Path

import pulumi

from tenancy.assessment import Assessment
from tenancy.config import EngineConfig, stack_file
from tenancy.config.document import read_stack, secret_config
from tenancy.planning import REMOVES_ACCESS, UPDATE_VARIABLE, Plan, PreviousUpdate
from tenancy.planning.sections import RemainingAccessSection
from tenancy_components.refusal import refuse_errors

__all__ = [
    "refuse_backend_of_sandbox",
    "refuse_remaining_access",
    "refuse_secrets",
    "refuse_unfinished",
]


def refuse_remaining_access(plan: Plan, stack: str, *, is_preview: bool) -> None:
    """
    Refuse an update that leaves access to removed members, unless `tenancy up` runs it.

    A program cannot remove it: resources are deleted only after it has ended, and until
    then a removed admin could bind themselves again.

    Args:
        plan: The changes.
        stack: The stack.
        is_preview: Whether nothing is applied: then the plan names what would be removed.

    Raises:
        RunError: Access would remain.
    """
    remaining = plan.section(RemainingAccessSection).changes
    if remaining and not is_preview and not os.environ.get(REMOVES_ACCESS):
        raise pulumi.RunError(
            "removed members would keep access by bindings or token Secrets that are listed"
            " above, and plain pulumi cannot remove these; run `tenancy up --stack"
            f" {stack}`\nNothing was changed."
        )


def refuse_unfinished(previous: PreviousUpdate, stack: str) -> None:
    """
    Refuse a state that is not that of the cluster, because an update by `tenancy` was cut.

    Its engine wrote none of its steps, and a program cannot write the state that it runs on.

    Args:
        previous: What the outputs of the stack record.
        stack: The stack.

    Raises:
        RunError: The update was cut; or this is a recorded update, and its record is gone.
    """
    mine = os.environ.get(UPDATE_VARIABLE) or None
    if previous.unfinished == mine:
        return
    if previous.unfinished is None:
        raise pulumi.RunError(
            f"another command changed the state of stack {stack} after this update had begun;"
            f" run `tenancy up --stack {stack}` again\nNothing was changed."
        )
    raise pulumi.RunError(
        f"an update of stack {stack} was interrupted before it wrote the state, and a program"
        f" cannot put the state right; run `tenancy preview --stack {stack}`, which does, and"
        " then this command again\nNothing was changed."
    )


def refuse_secrets(root: Path, engine: EngineConfig, project: str) -> None:
    """
    Refuse encrypted values among our keys, from the stack file, an environment or `--config`.

    Our values are written into objects and outputs in plain text, so a secret would not remain
    secret. The engine passes it decrypted, so it is not even read: a message could repeat it.

    Raises:
        ComponentRefusedError: At least one of our keys is a secret.
    """
    file = stack_file(engine.stack)
    document = read_stack(root / file, file, project) if (root / file).exists() else None
    documents = {} if document is None else {file: document}
    refuse_errors((secret_config(file, (key,)) for key in sorted(engine.secret)), documents)


def refuse_backend_of_sandbox(assessment: Assessment, stack: str) -> None:
    """
    Refuse a stack on another cluster in a shell that `tenancy env` prepared.

    Its state would be stored with the sandbox's. Plain `pulumi` uses the backend of
    the shell; `tenancy` uses the backend of each stack.

    Raises:
        RunError: The backend is the sandbox's, and the cluster is not.
    """
    cluster = assessment.cluster(stack)
    if cluster.is_sandbox:
        return
    # Imported here: with the sandbox come certificates and tools, a fifth of a second.
    from tenancy.local.sandbox import has_backend_of_sandbox  # noqa: PLC0415

    if has_backend_of_sandbox(os.environ):
        raise pulumi.RunError(
            f"stack {stack} is on the cluster {cluster.name}, and PULUMI_BACKEND_URL is the"
            " sandbox's, set by `tenancy env`; set PULUMI_BACKEND_URL to the backend of this"
            f" stack, use a new shell, or run `tenancy up --stack {stack}`"
            "\nNothing was changed."
        )

"""What refuses an update beside findings: secrets, an older copy, access that would stay."""

import os
from pathlib import Path

import pulumi

from tenancy.cluster import ClusterError
from tenancy.config import CONFIG_COPIES, STACK_FILE, EngineConfig, said
from tenancy.config.document import read_stack, secret_config
from tenancy.planning import REMOVES_ACCESS, Plan
from tenancy.planning.sections import RemainingAccessSection
from tenancy_components.refusal import refuse_errors

__all__ = [
    "StaleCopyError",
    "refuse_remaining_access",
    "refuse_secrets",
    "refuse_stale_copy",
]


def refuse_remaining_access(plan: Plan, stack: str, *, is_preview: bool) -> None:
    """
    Refuse an update that leaves access to removed members, unless `tenancy up` runs it.

    A program cannot take it away: resources are deleted only after it has ended, and until
    then an admin who leaves could bind themselves again.

    Args:
        plan: What changes.
        stack: The stack.
        is_preview: Whether nothing is applied: then the plan names what would be taken away.

    Raises:
        RunError: Something would still give access.
    """
    remaining = plan.section(RemainingAccessSection).changes
    if remaining and not is_preview and not os.environ.get(REMOVES_ACCESS):
        raise pulumi.RunError(
            "removed members would keep access by bindings or token Secrets that are listed"
            " above, and plain pulumi cannot take it away; run `tenancy up --stack"
            f" {stack}`\nNothing was changed."
        )


def refuse_secrets(root: Path, engine: EngineConfig, project: str) -> None:
    """
    Refuse encrypted values among our keys, from the stack file, an environment or `--config`.

    Our values are written into objects and outputs in plain text, so a secret would not stay
    one. The engine passes it decrypted, so it is not read either: a message could repeat it.

    Raises:
        ComponentRefusedError: At least one of our keys is a secret.
    """
    file = STACK_FILE.format(stack=engine.stack)
    document = read_stack(root / file, file, project) if (root / file).exists() else None
    documents = {} if document is None else {file: document}
    refuse_errors((secret_config(file, (key,)) for key in sorted(engine.secret)), documents)


def refuse_stale_copy(root: Path, engine: EngineConfig, project: str) -> None:
    """
    Refuse where the engine read a copy of the stack file that is older than the file.

    Raises:
        StaleCopyError: The copy differs from the tracked file.
    """
    file = STACK_FILE.format(stack=engine.stack)
    copy, tracked = root / CONFIG_COPIES / file, root / file
    if not copy.exists() or not tracked.exists():
        return
    copied = said(read_stack(copy, file, project).value)
    read = said(dict(engine.values))
    if copied == read and copied != said(read_stack(tracked, file, project).value):
        raise StaleCopyError(file)


class StaleCopyError(ClusterError):
    """The engine was given an older copy of the stack file than the one in the project."""

    def __init__(self, file: str) -> None:
        super().__init__(
            "sandbox",
            f"the engine read a copy of {file} that is older than the file",
            'run `eval "$(tenancy env)"` again, or use `make preview` and `make up`',
        )

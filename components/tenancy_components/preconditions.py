"""What refuses an update before it is planned: another cluster, stale or secret config."""

from pathlib import Path

from tenancy.cluster import ClusterError, Connection
from tenancy.cluster.identity import require_same
from tenancy.config.document import read_stack, secret_config
from tenancy.config.project import STACK_FILE, EngineConfig, said
from tenancy.config.stack_copies import CONFIG_COPIES
from tenancy_components.previous_update import PreviousUpdate
from tenancy_components.refusal import refuse_errors

__all__ = ["refuse_another_cluster", "refuse_secrets", "refuse_stale_copy"]


def refuse_another_cluster(before: PreviousUpdate, connection: Connection) -> None:
    """
    Refuse where *connection* leads to another cluster than the stack was applied to.

    Raises:
        ClusterError: Another one answers than the one that the stack was applied to.
    """
    require_same(connection, before.cluster_uid)


def refuse_secrets(root: Path, engine: EngineConfig, project: str) -> None:
    """
    Refuse encrypted values among our keys, wherever the engine has them from.

    What is ours stands in objects and outputs in plain text, so no secret would stay one; and
    the engine hands it over decrypted, so nothing of it may be read, or a message repeats it.

    Raises:
        ComponentRefusedError: At least one of our keys is a secret.
    """
    file = STACK_FILE.format(stack=engine.stack)
    found = read_stack(root / file, file, project) if (root / file).exists() else None
    documents = {} if found is None else {file: found}
    refuse_errors((secret_config(file, (key,)) for key in sorted(engine.secret)), documents)


def refuse_stale_copy(root: Path, engine: EngineConfig, project: str) -> None:
    """
    Refuse where the engine read a copy of the stack file that is older than the file.

    Raises:
        StaleCopyError: The copy says something else than the tracked file.
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

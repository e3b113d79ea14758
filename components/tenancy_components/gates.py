"""What refuses an update beside the checks: what was there, and which cluster answers."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tenancy.cluster import ClusterError, Connection
from tenancy.document import JSON, read_stack
from tenancy.plan import snapshot
from tenancy.project import STACK_FILE, EngineConfig, said
from tenancy.resolve import Tenancy
from tenancy.violation import Violation
from tenancy_components.remembered import Remembered

__all__ = ["CONFIG_COPIES", "gates", "refuse_stale_copy"]

CONFIG_COPIES = Path(".sandbox/config")
"""Where the engine's copies of the stack files are; it never writes into tracked ones."""


def gates(tenancy: Tenancy, before: Remembered, connection: Connection) -> Iterator[Violation]:
    """
    Yield what must not happen although the config is right.

    Raises:
        ClusterError: Another cluster answers than the one that this stack was applied to.
    """
    if before.cluster_uid is not None and before.cluster_uid != connection.uid:
        raise ClusterError(
            connection.cluster,
            f"another cluster answers: kube-system has the UID {connection.uid}, and this stack"
            f" was applied to {before.cluster_uid}",
            "correct the kubeconfig; for a sandbox that was wiped, run `make down` first",
        )
    yield from removals(tenancy, before.tenancy)


def removals(tenancy: Tenancy, before: Mapping[str, JSON]) -> Iterator[Violation]:
    """Yield each namespace that was there, would go, and was not allowed to go beforehand."""
    stack = before.get("stack")
    environment = tenancy.environments.get(stack) if isinstance(stack, str) else None
    if environment is None:
        return
    kept = {namespace.name for namespace in environment.namespaces}
    for name, organization in snapshot.organizations(before).items():
        namespaces = organization.get("namespaces")
        for final, namespace in namespaces.items() if isinstance(namespaces, dict) else ():
            protected = isinstance(namespace, dict) and namespace.get("protect") is not False
            if final in kept or not protected:
                continue
            listed = final in environment.allow_deletion
            yield Violation(
                code="namespace-removed",
                origin=environment.origin / "allowDeletion" if listed else environment.origin,
                found=f"the namespace {final} would be deleted with all that it holds"
                + (", and allowDeletion was written in the same change" if listed else ""),
                allowed="removing a namespace that an earlier update released by allowDeletion",
                remedy=f"put it back, apply with `{final}` under tenancy:allowDeletion,"
                " and remove it after that",
                organization=name,
            )


def refuse_stale_copy(root: Path, engine: EngineConfig) -> None:
    """
    Refuse where the engine read a copy of the stack file that is older than the file.

    Raises:
        StaleCopyError: The copy says something else than the tracked file.
    """
    file = STACK_FILE.format(stack=engine.stack)
    copy, tracked = root / CONFIG_COPIES / file, root / file
    if not copy.exists() or not tracked.exists():
        return
    copied = said(read_stack(copy, file).value)
    read = said(dict(engine.values))
    if copied == read and copied != said(read_stack(tracked, file).value):
        raise StaleCopyError(file)


class StaleCopyError(ClusterError):
    """The engine was given an older copy of the stack file than the one in the project."""

    def __init__(self, file: str) -> None:
        super().__init__(
            "sandbox",
            f"the engine read a copy of {file} that is older than the file",
            'run `eval "$(tenancy env)"` again, or use `make preview` and `make up`',
        )

"""Taking a stack away: release its namespaces, then delete everything of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from pulumi import automation as auto

from tenancy.assessment import Assessment
from tenancy.cluster import connect
from tenancy.cluster.identity import require_same
from tenancy.config.document import JSON
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.errors import EngineError
from tenancy.engine.interaction import Watch, unwatched
from tenancy.engine.results import Result
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import Say, silent

__all__ = [
    "StillUsedError",
    "is_applied",
    "kept_namespaces",
    "refuse_while_used",
    "remove",
    "unprotect",
]

_NAMESPACE = "kubernetes:core/v1:Namespace"


class StillUsedError(TenancyError):
    """
    Environments are still applied on a platform that is to go.

    Attributes:
        platform: The platform's stack.
        environments: The environments' stacks.
    """

    exit = Exit.REFUSED

    def __init__(self, platform: str, environments: tuple[str, ...]) -> None:
        super().__init__(platform, environments)
        self.platform = platform
        self.environments = environments

    def __str__(self) -> str:
        flags = " ".join(f"--stack {name}" for name in (*self.environments, self.platform))
        return (
            f"stack {self.platform}: {', '.join(self.environments)} is still applied on it; "
            f"a platform goes last; run `tenancy destroy {flags}`"
        )


def refuse_while_used(found: Assessment, opened: Session, going: Collection[str]) -> None:
    """
    Refuse to take a platform away from under environments that are applied.

    Args:
        going: Stacks that are taken away before it.

    Raises:
        StillUsedError: There are some.
    """
    on_it = {
        environment.stack
        for environment in found.tenancy.environments.values()
        if environment.platform == opened.name and environment.stack not in going
    }
    if not on_it:
        return
    workspace = opened.stack.workspace
    left = tuple(
        summary.name
        for summary in workspace.list_stacks()
        if summary.name in on_it
        and (summary.resource_count or 0) > 0
        and is_applied(workspace.export_stack(summary.name))
    )
    if left:
        raise StillUsedError(opened.name, left)


def is_applied(exported: auto.Deployment) -> bool:
    """Return whether there is more in a state than what a refused first update leaves there."""
    resources = (exported.deployment or {}).get("resources") or ()
    return any(not str(resource.get("type")).startswith("pulumi:") for resource in resources)


def remove(
    found: Assessment,
    opened: Session,
    *,
    say: Say = silent,
    watch: Watch = unwatched,
    cut_off: bool = False,
) -> Result:
    """
    Release the namespaces of *opened* and delete everything of it; the empty stack stays.

    Args:
        cut_off: Whether an update of it was: what it was making is finished first, so that
            nothing is left over that the state does not know.

    Raises:
        ClusterError: Another cluster answers than the one that it was applied to.
        EngineError: The program refused, or the engine failed. What was deleted stays deleted.
    """
    name = opened.name
    resources = opened.state()
    if not resources:
        return Result(stack=name, kind="destroy", summary={}, steps=(), outputs={}, text="")
    is_sandbox = found.cluster(name).is_sandbox
    if not is_sandbox:
        # The engine deletes by name; without namespaces to release no gate would be asked.
        require_same(
            connect(found.cluster(name), found.root), opened.outputs().get("clusterUid")
        )
    names = set(kept_namespaces(resources))
    if cut_off:
        names |= _described(found, name)
    if names:
        with watch(f"releasing the namespaces of stack {name}", lines=False) as on_step:
            try:
                opened.release(found.root, names, on_step=on_step)
            except EngineError as error:
                if not is_sandbox:
                    raise
                say(f"{error}\nit is the sandbox, so its namespaces go all the same")
                unprotect(opened)
    with watch(f"destroying stack {name}") as on_step:
        return opened.destroy(on_step=on_step)


def unprotect(opened: Session) -> None:
    """Take every protection out of the state itself; only where nothing can be lost."""
    exported = opened.exported()
    deployment = dict(exported.deployment or {})
    deployment["pending_operations"] = []
    deployment["resources"] = [
        {k: v for k, v in resource.items() if k not in {"protect", "retainOnDelete"}}
        for resource in deployment.get("resources") or ()
    ]
    opened.stack.import_stack(auto.Deployment(version=exported.version, deployment=deployment))


def _described(found: Assessment, stack: str) -> set[str]:
    """Return the names of the namespaces that the files describe for *stack*."""
    environment = found.tenancy.environments.get(stack)
    if environment is not None:
        return {namespace.name for namespace in environment.namespaces}
    platform = found.tenancy.platforms[stack]
    public = [] if platform.public is None else [platform.public.name]
    return {*public, *(shared.name for shared in platform.shared)}


def kept_namespaces(state: Iterable[Mapping[str, JSON]]) -> Iterator[str]:
    """Yield the names in the cluster of the namespaces that a destroy would refuse or leave."""
    for resource in state:
        if resource.get("type") != _NAMESPACE:
            continue
        if resource.get("protect") or resource.get("retainOnDelete"):
            inputs = resource.get("inputs")
            metadata = inputs.get("metadata") if isinstance(inputs, dict) else None
            name = metadata.get("name") if isinstance(metadata, dict) else None
            if isinstance(name, str):
                yield name

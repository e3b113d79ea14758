"""Delete everything in a stack: clear what protects its namespaces, then destroy it."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from pulumi import automation as auto

from tenancy.assessment import Assessment
from tenancy.cluster import connect, require_same
from tenancy.config.document import JSON
from tenancy.diagnostics import EngineError, RefusedError
from tenancy.engine.held_namespaces import reporting_held_namespaces
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.operations.order import destroy_dependencies
from tenancy.engine.operations.repeating import repeated
from tenancy.engine.outcomes import DESTROYED_AT_ONCE, Outcomes, for_each_stack
from tenancy.engine.recorded_destroys import unprotected
from tenancy.engine.recovery import is_applied, was_interrupted
from tenancy.engine.results import Result
from tenancy.engine.session import Session
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.manifests import NAMESPACE_TOKEN

__all__ = ["destroy", "kept_namespaces"]


def _still_used(platform: str, environments: tuple[str, ...]) -> RefusedError:
    flags = " ".join(f"--stack {name}" for name in (*environments, platform))
    verb = "is" if len(environments) == 1 else "are"
    return RefusedError(
        reason=f"stack {platform}: {', '.join(environments)} {verb} still applied on it;"
        f" environments are destroyed before their platform; run `tenancy destroy {flags}`"
    )


def destroy(
    assessment: Assessment,
    stacks: Iterable[str],
    *,
    finish_interrupted: bool = False,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Outcomes[Result]:
    """
    Delete everything in each of *stacks*, including its namespaces and all objects in them.

    Environments are destroyed before their platform; a platform is skipped where an environment
    on it is in the same call and was not destroyed. The empty stacks stay. After a transient
    error of the API server it is repeated as an update is.

    Args:
        assessment: The project.
        stacks: The stacks; there is no default.
        finish_interrupted: Finish an interrupted update first, so that no object outside the
            state remains. Default: no.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: Who confirms each deletion, and what is shown. Default: no confirmation.

    Raises:
        NotFoundError: No file describes one of them.
    """
    opens = open_stack or opener(assessment, interaction.note)
    opens = resumed(assessment, opens, interaction.note, wait=0)
    names = assessment.in_order(stacks)[::-1]

    def destroy_one(stack: str, shown: Interaction) -> Result:
        session = opens(stack)
        _refuse_while_used(assessment, session, destroyed_first=names)
        shown.confirm_destroy(
            stack, assessment.cluster(stack).name, _configured_namespaces(assessment, stack)
        )
        result = _destroy(assessment, session, shown, finish_interrupted=finish_interrupted)
        shown.show_result(result)
        return result

    return for_each_stack(
        "destroying",
        names,
        destroy_one,
        interaction,
        needs=destroy_dependencies(assessment, names),
        at_once=DESTROYED_AT_ONCE,
    )


def _refuse_while_used(
    assessment: Assessment, session: Session, destroyed_first: Collection[str]
) -> None:
    """Refuse to destroy a platform while environments are applied on it."""
    on_it = {
        environment.stack
        for environment in assessment.tenancy.environments.values()
        if environment.platform == session.name and environment.stack not in destroyed_first
    }
    if not on_it:
        return
    workspace = session.stack.workspace
    applied = tuple(
        summary.name
        for summary in workspace.list_stacks()
        if summary.name in on_it
        and (summary.resource_count or 0) > 0
        and is_applied(workspace.export_stack(summary.name))
    )
    if applied:
        raise _still_used(session.name, applied)


def _destroy(
    assessment: Assessment,
    session: Session,
    interaction: Interaction,
    *,
    finish_interrupted: bool,
) -> Result:
    stack = session.name
    interrupted = finish_interrupted and was_interrupted(session, interaction.note)
    resources = session.state()
    if not resources:
        return Result(stack=stack, kind="destroy", summary={}, steps=(), outputs={}, text="")
    cluster = assessment.cluster(stack)
    if not cluster.is_sandbox:
        # The engine deletes by name, and the program, which compares clusters, does not run.
        uid = session.previous_update().cluster_uid
        require_same(connect(cluster, assessment.root), uid)
    namespaces = set(kept_namespaces(resources))
    if interrupted:
        namespaces |= set(_configured_namespaces(assessment, stack))
    if interrupted:
        _release(assessment, session, namespaces, interaction)
    with (
        unprotected(assessment, session, namespaces, interaction.note) as variables,
        interaction.progress(f"destroying stack {stack}", total=len(resources)) as on_step,
        reporting_held_namespaces(
            lambda: connect(cluster, assessment.root), interaction.note, on_step
        ) as reporting,
    ):
        return repeated(
            stack,
            lambda: session.destroy(on_step=reporting, variables=variables),
            interaction.note,
        )


def _release(
    assessment: Assessment,
    session: Session,
    namespaces: Collection[str],
    interaction: Interaction,
) -> None:
    """Finish an interrupted update, so that the state knows every object to delete."""
    doing = f"releasing the namespaces of stack {session.name}"
    with interaction.progress(doing, lines=False) as on_step:
        try:
            session.release(assessment.root, namespaces, on_step=on_step)
        except EngineError as error:
            if not assessment.cluster(session.name).is_sandbox:
                raise
            interaction.note(f"{error}\nsandbox: deleting its namespaces anyway")
            _unprotect(session)


def _unprotect(session: Session) -> None:
    """Remove every protection from the state itself; only for a sandbox."""
    exported = session.exported()
    deployment = dict(exported.deployment or {})
    deployment["pending_operations"] = []
    deployment["resources"] = [
        {k: v for k, v in resource.items() if k not in {"protect", "retainOnDelete"}}
        for resource in deployment.get("resources") or ()
    ]
    session.stack.import_stack(auto.Deployment(version=exported.version, deployment=deployment))


def _configured_namespaces(assessment: Assessment, stack: str) -> list[str]:
    """Return the names of the namespaces that the files describe for *stack*."""
    environment = assessment.tenancy.environments.get(stack)
    if environment is not None:
        return [namespace.name for namespace in environment.namespaces]
    platform = assessment.tenancy.platforms[stack]
    public = [] if platform.public is None else [platform.public.name]
    return [*public, *(shared.name for shared in platform.shared)]


def kept_namespaces(state: Iterable[Mapping[str, JSON]]) -> Iterator[str]:
    """Yield the names of the namespaces that a destroy would keep or refuse to delete."""
    for resource in state:
        if resource.get("type") != NAMESPACE_TOKEN:
            continue
        if resource.get("protect") or resource.get("retainOnDelete"):
            inputs = resource.get("inputs")
            metadata = inputs.get("metadata") if isinstance(inputs, dict) else None
            name = metadata.get("name") if isinstance(metadata, dict) else None
            if isinstance(name, str):
                yield name

"""What is in a stack's state and no longer in its files: the engine would delete it."""

from collections.abc import Iterable, Iterator, Mapping

from tenancy.config.document import JSON, mapping
from tenancy.diagnostics import RefusedError
from tenancy.drifting import Identity
from tenancy.manifests import Manifest, is_kubernetes

__all__ = ["pending_deletions", "require_no_pending_deletion"]


def pending_deletions(
    resources: Iterable[Mapping[str, JSON]], desired: Iterable[Manifest]
) -> Iterator[Identity]:
    """
    Yield each object of a state that is not *desired*, also cluster-wide ones such as queues.

    What is in a namespace that is not desired is left out.

    Args:
        resources: As the engine exports them.
        desired: Every object that the files of the stack describe.
    """
    wanted = {Identity.of(manifest) for manifest in desired}
    there = {
        Identity.of(mapping(one.get("inputs")))
        for one in resources
        if is_kubernetes(one.get("type"))
    }
    namespaces = {one.name for one in wanted if one.kind == "Namespace"}
    for one in sorted(there - wanted):
        if not one.namespace or one.namespace in namespaces:
            yield one


def require_no_pending_deletion(
    stack: str, resources: Iterable[Mapping[str, JSON]], desired: Iterable[Manifest]
) -> None:
    """
    Refuse an update of some namespaces while others would lose objects.

    The engine has no update that leaves out a deletion of what its state has and the program
    does not register.

    Raises:
        RefusedError: The files no longer describe an object that the stack manages.
    """
    found = tuple(pending_deletions(resources, desired))
    if not found:
        return
    names = [one.name for one in found if one.kind == "Namespace"]
    shown = ", ".join(map(str, found))
    remedy = (
        f"restore {', '.join(names)} in the files, and let them leave by `tenancy release"
        " --keep`, or delete them as the finding namespace-removed of `tenancy plan` describes"
        if names
        else f"apply that change first with `tenancy up --stack {stack}`, or restore it in the"
        " files"
    )
    raise RefusedError(
        reason=f"stack {stack} still manages {shown}, which its files no longer describe; an"
        f" adoption cannot leave that out, as the engine would delete it; {remedy}."
        " Nothing was changed."
    )

"""Cluster-wide objects that exist already, and that another stack or tool created."""

from collections.abc import Iterable, Mapping

from tenancy.drifting.difference import Identity
from tenancy.drifting.field_managers import writers
from tenancy.drifting.owned_by_others import AppliedObject
from tenancy.kubernetes import PREFIX, labels
from tenancy.manifests import Manifest

__all__ = ["created_cluster_wide", "objects_of_others"]

_MOST = 8
"""How many objects a message lists."""


def created_cluster_wide(
    desired: Iterable[Manifest], applied: Iterable[AppliedObject]
) -> list[Identity]:
    """
    Return what an update to *desired* creates outside of namespaces; namespaces are left out.

    Args:
        desired: The manifests of the files.
        applied: The objects in the state.
    """
    there = {Identity.of(one.inputs) for one in applied}
    wanted = map(Identity.of, desired)
    return [
        one
        for one in wanted
        if not one.namespace and one.kind != "Namespace" and one not in there
    ]


def objects_of_others(
    created: Iterable[Identity],
    live: Mapping[Identity, Mapping[str, object]],
    manager: str,
) -> str:
    """
    Return which of *created* exist and are not of this stack; empty if none does.

    An object that the stack applied before its state was lost belongs to the stack. The
    provider would take over the others, or the API server would refuse in the middle of the
    update.

    Args:
        created: What an update creates.
        live: What exists of these kinds.
        manager: The stack's field manager.
    """
    found = [
        f"  {one}{_applied_by(live[one])}"
        for one in created
        if one in live and not _is_of(manager, live[one])
    ]
    if not found:
        return ""
    more = [f"  and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return "\n".join(
        (
            "objects of these names exist on the cluster, and this stack did not create them:",
            *found[:_MOST],
            *more,
            "A cluster has one platform: remove the other platform first, or use that one.",
        )
    )


def _is_of(manager: str, live: Mapping[str, object]) -> bool:
    metadata = live.get("metadata")
    found = metadata.get("labels") if isinstance(metadata, Mapping) else None
    if not isinstance(found, Mapping) or found.get(labels.MANAGED) != "true":
        return False
    ours = {by.manager for by in writers(live) if by.manager.startswith(PREFIX)}
    # Before stacks had a field manager, the provider generated one.
    return not ours or manager in ours


def _applied_by(live: Mapping[str, object]) -> str:
    latest = max(
        (by for by in writers(live) if by.manager.startswith(PREFIX)),
        key=lambda by: by.since,
        default=None,
    )
    return "" if latest is None else f" (applied by {latest.manager} at {latest.since})"

"""
Clears the protection from a destroy in a stack's state by one write, and sets it again.

The engine reads `protect` and `retainOnDelete` from the state. An update that clears them would
run the program and apply every object again; this module only writes the state, under the
backend's lock. The outputs of the stack record the cleared fields, so that the next
command sets them again if a destroy was killed.
"""

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Final

from tenancy.config.document import JSON, mapping
from tenancy.engine.session import Session
from tenancy.engine.stored_state import Resources, read_stored, write_stored
from tenancy.manifests import NAMESPACE_TOKEN, STACK_TOKEN, is_kubernetes

__all__ = [
    "RECORD",
    "Resources",
    "cleared",
    "protected_again",
    "restore_protection",
    "write_resources",
]

RECORD: Final = "tenancyDestroy"
"""The output of the stack that records the cleared fields."""
_GUARD: Final = "DestroyGuard"
_ACCESS: Final = (":RoleBinding", ":Role")
"""Types that are deleted separately and first, so that access ends before anything else."""
_FLAGS: Final = ("protect", "retainOnDelete", "deletedWith")


def cleared(resources: Resources, namespaces: Collection[str]) -> Resources:
    """
    Return *resources* of a state, changed so that a destroy deletes *namespaces*.

    Everything in them is deleted too. Guardrails are deleted with their namespace, not before
    it, so a namespace never exists without them. Role bindings are still deleted first.

    Args:
        resources: As the engine exports them.
        namespaces: The names in the cluster.
    """
    changed: Resources = copy.deepcopy(resources)
    inside = {
        name: one
        for one in changed
        if one.get("type") == NAMESPACE_TOKEN and (name := _object(one)[1]) in namespaces
    }
    before: dict[str, JSON] = {}
    for one in changed:
        place, name = _object(one)
        kind, urn = str(one.get("type")), str(one.get("urn"))
        kept: dict[str, JSON] = {flag: one[flag] for flag in _FLAGS if flag in one}
        is_guard = kind.rpartition(":")[2] == _GUARD and not is_kubernetes(kind)
        if is_guard or (kind == NAMESPACE_TOKEN and name in inside):
            one.pop("protect", None)
            one.pop("retainOnDelete", None)
        elif place in inside and is_kubernetes(kind) and not kind.endswith(_ACCESS):
            one["deletedWith"] = inside[place]["urn"]
        if kept != {flag: one[flag] for flag in _FLAGS if flag in one}:
            before[urn] = kept
    for one in changed:
        if one.get("type") == STACK_TOKEN and before:
            outputs = mapping(one.get("outputs"))
            # If an earlier destroy was killed, its record has the original fields.
            one["outputs"] = {**outputs, RECORD: {**before, **mapping(outputs.get(RECORD))}}
    return changed


def protected_again(resources: Resources) -> Resources:
    """Return *resources* with the fields from before `cleared`, for those that still exist."""
    changed: Resources = copy.deepcopy(resources)
    before: Mapping[str, JSON] = {}
    for one in changed:
        outputs = mapping(one.get("outputs"))
        if one.get("type") == STACK_TOKEN and RECORD in outputs:
            before = mapping(outputs[RECORD])
            one["outputs"] = {k: v for k, v in outputs.items() if k != RECORD}
    for one in changed:
        flags = before.get(str(one.get("urn")))
        if isinstance(flags, dict):
            for flag in _FLAGS:
                one.pop(flag, None)
            one.update(flags)
    return changed


def restore_protection(session: Session) -> bool:
    """
    Set again what an unfinished destroy had cleared; return whether there was such a destroy.

    Raises:
        EngineError: The state cannot be read or written.
    """
    if not any(RECORD in mapping(one.get("outputs")) for one in read_stored(session).resources):
        return False
    write_resources(session, protected_again)
    return True


def write_resources(session: Session, change: Callable[[Resources], Resources]) -> None:
    """
    Change the resources in the state of *session* by one write.

    It never overwrites what another update wrote.

    Raises:
        EngineError: The state cannot be read or written, or another update changed it.
    """
    before = read_stored(session)
    changed = change(before.resources)
    if changed != before.resources:
        write_stored(session, before, changed)


def _object(resource: Mapping[str, JSON]) -> tuple[str, str]:
    """Return the namespace and the name of an object on a cluster."""
    metadata = mapping(mapping(resource.get("inputs")).get("metadata"))
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")

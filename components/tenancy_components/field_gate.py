"""What refuses an update of fields that another field manager owns, before it begins."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from tenancy.assessment import Assessment
from tenancy.cluster import Connection, objects
from tenancy.config.document import JSON, mapping
from tenancy.diagnostics import ClusterError
from tenancy.drifting import AppliedObject, Identity, changed_objects, update_conflicts
from tenancy.manifests import Manifest
from tenancy.planning import desired_manifests, only_namespaces
from tenancy_components.running_stack import applied_objects

__all__ = ["changing", "changing_from", "conflicts_text", "refuse_field_conflicts"]

_read: WeakKeyDictionary[object, "asyncio.Future[tuple[AppliedObject, ...]]"] = (
    WeakKeyDictionary()
)
"""What was read of the state, once for each run of a program."""


async def refuse_field_conflicts(
    assessment: Assessment, stack: str, connection: Connection
) -> None:
    """
    Refuse an update that changes fields of other field managers.

    The API server would refuse it too, after other objects were changed.

    Raises:
        RunError: It changes such fields; who wrote which field when.
    """
    desired = desired_manifests(assessment, stack, connection)
    changed = await _changed(desired)
    if only := only_namespaces():
        changed = {
            one: by for one, by in changed.items() if (one.namespace or one.name) in only
        }
    if text := await asyncio.to_thread(conflicts_text, connection, desired, changed):
        raise pulumi.RunError(
            f"{text}\nTo take them over, run `tenancy up --stack {stack}`, which asks first, or"
            f" `tenancy drift --stack {stack} --repair`.\nNothing was changed."
        )


def conflicts_text(
    connection: Connection, desired: Iterable[Manifest], changed: Mapping[Identity, str]
) -> str:
    """
    Return who wrote which field of *changed* when; empty if the API server refuses none.

    Empty too if the objects cannot be read: the API server then decides.

    Args:
        connection: To the cluster.
        desired: The manifests of the program.
        changed: The objects that the update changes, and their field managers.
    """
    if not changed:
        return ""
    try:
        live = objects(connection, {one.listed_as for one in changed})
    except ClusterError:
        return ""
    found = update_conflicts(desired, live, changed)
    return found.text if found else ""


def changing(
    component: str, manifests: Iterable[Manifest], late: Iterable[str] = ()
) -> Awaitable[list[dict[str, str]]]:
    """
    Return what an update changes of the objects of *component*, for its plan.

    Args:
        component: Its name, with which the names of its resources begin.
        manifests: What it creates.
        late: The keys of annotations that are not known yet, which are not compared.
    """
    return _changing(component, tuple(manifests), frozenset(late))


def changing_from(value: JSON) -> dict[Identity, str]:
    """Return the objects that `changing` wrote, with the field manager of each."""
    found = {}
    for one in map(mapping, value if isinstance(value, list) else ()):
        identity = Identity(
            kind=str(one.get("kind")),
            namespace=str(one.get("namespace") or ""),
            name=str(one.get("name")),
            api_version=str(one.get("apiVersion") or ""),
        )
        found[identity] = str(one.get("manager"))
    return found


async def _changing(
    component: str, manifests: tuple[Manifest, ...], late: frozenset[str]
) -> list[dict[str, str]]:
    if isinstance(get_monitor(), MockMonitor):
        return []
    try:
        changed = await _changed(manifests, component, late)
    except pulumi.RunError:
        # The state cannot be read: the API server decides.
        return []
    return [
        {
            "kind": one.kind,
            "namespace": one.namespace,
            "name": one.name,
            "apiVersion": one.api_version,
            "manager": manager,
        }
        for one, manager in sorted(changed.items())
    ]


async def _changed(
    desired: Iterable[Manifest], component: str = "", late: frozenset[str] = frozenset()
) -> dict[Identity, str]:
    monitor = get_monitor()
    if monitor not in _read:
        reading = applied_objects(pulumi.get_project(), pulumi.get_stack())
        _read[monitor] = asyncio.ensure_future(reading)
    applied = [
        one
        for one in await _read[monitor]
        if f"{one.resource}-".startswith(f"{component}-" if component else "")
    ]
    return changed_objects(desired, applied, left_out=late)

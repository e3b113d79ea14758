"""What refuses an update of fields that another field manager owns, before it begins."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Iterable, Mapping
from typing import Final

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from tenancy.assessment import Assessment
from tenancy.cluster import Connection, narrowed, objects
from tenancy.config.document import JSON, mapping
from tenancy.diagnostics import ClusterError
from tenancy.drifting import (
    FORCE_VARIABLE,
    Identity,
    changed_objects,
    created_cluster_wide,
    objects_of_others,
    takes_over,
    update_conflicts,
)
from tenancy.kubernetes import PREFIX
from tenancy.manifests import Manifest
from tenancy.planning import FIELDS_VARIABLE, desired_manifests, only_namespaces
from tenancy_components.field_managers import stack_manager
from tenancy_components.patch_managers import applied_before

__all__ = [
    "CREATED",
    "Changes",
    "changing",
    "changing_from",
    "conflicts_text",
    "refuse_field_conflicts",
    "renamed",
    "taken_text",
]

CREATED: Final = ""
"""Written in place of a field manager if the update creates the object."""

Changes = Mapping[Identity, str]
"""
The objects that an update changes, with the field managers that applied them, and the
cluster-wide ones that it creates, with `CREATED`.
"""


async def refuse_field_conflicts(
    assessment: Assessment, stack: str, connection: Connection
) -> None:
    """
    Refuse an update that changes fields of other field managers, or creates what exists.

    The API server would refuse it too, after other objects were changed.

    Raises:
        RunError: It does; who wrote which field or object when.
    """
    desired = desired_manifests(assessment, stack, connection)
    manager = stack_manager(assessment, stack)
    changed = await _changed(desired, manager=manager)
    if only := only_namespaces():
        changed = {
            one: by for one, by in changed.items() if (one.namespace or one.name) in only
        }
    text = await asyncio.to_thread(taken_text, connection, changed, manager)
    if text := text or renamed(changed, manager):
        raise pulumi.RunError(f"{text}\nNothing was changed.")
    if _are_compared(changed, manager):
        return
    if text := await asyncio.to_thread(conflicts_text, connection, desired, changed):
        raise pulumi.RunError(
            f"{text}\nTo take them over, run `tenancy up --stack {stack}`, which asks first, or"
            f" `tenancy drift --stack {stack} --repair`.\nNothing was changed."
        )


def _are_compared(changed: Changes, manager: str) -> bool:
    """Whether the command of this preview has compared the fields of all of *changed*."""
    # What another manager applied, it has not.
    return FIELDS_VARIABLE in os.environ and all(
        by in (CREATED, manager) or one.kind == "ServiceAccount" for one, by in changed.items()
    )


def conflicts_text(
    connection: Connection, desired: Iterable[Manifest], changes: Changes
) -> str:
    """
    Return who wrote which field of *changes* when; empty if the API server refuses none.

    Empty too if the objects cannot be read: the API server then decides.

    Args:
        connection: To the cluster.
        desired: The manifests of the program.
        changes: What the update changes.
    """
    changed = {one: by for one, by in changes.items() if by != CREATED}
    found = update_conflicts(desired, _live(connection, changed), changed)
    return found.text if found else ""


def taken_text(connection: Connection, changes: Changes, manager: str) -> str:
    """
    Return which objects of *changes* would be created and exist already; empty if none does.

    Args:
        connection: To the cluster.
        changes: What the update changes.
        manager: The stack's field manager.
    """
    created = [one for one, by in changes.items() if by == CREATED]
    return objects_of_others(created, _live(connection, created), manager)


def _live(
    connection: Connection, identities: Iterable[Identity]
) -> Mapping[Identity, Mapping[str, JSON]]:
    """Return what exists of the kinds of *identities*, without those that cannot be read."""
    live: dict[Identity, Mapping[str, JSON]] = {}
    wanted = tuple(identities)
    some = narrowed(connection, {one.inside for one in wanted} - {""})
    for kind in dict.fromkeys(one.listed_as for one in wanted):
        with contextlib.suppress(ClusterError):
            live.update(objects(connection, [kind], namespaces=some))
    return live


def renamed(changes: Changes, manager: str) -> str:
    """
    Return why the API server refuses *manager* what another one of the stack applied.

    A stack has another manager if its provider gets another name. Empty if it has none, or if
    the provider takes everything over.

    Args:
        changes: What the update changes.
        manager: The field manager of the update.
    """
    others = {
        by
        for one, by in changes.items()
        if by.startswith(PREFIX) and by != manager and one.kind != "ServiceAccount"
    }
    if not others or not manager or takes_over():
        return ""
    return (
        f"the last update applied objects of this stack as {', '.join(sorted(others))}, and"
        f" this one would apply them as {manager}: the Kubernetes provider has another name."
        " The API server refuses that; give the provider its name again, or run"
        f" `{FORCE_VARIABLE}=true pulumi up`"
    )


def changing(
    component: str, manifests: Iterable[Manifest], manager: str, late: Iterable[str] = ()
) -> Awaitable[list[dict[str, str]]]:
    """
    Return what an update changes of the objects of *component*, for its plan.

    Args:
        component: Its name, with which the names of its resources begin.
        manifests: What it creates.
        manager: The field manager under which it applies them.
        late: The keys of annotations that are not known yet, which are not compared.
    """
    return _changing(component, tuple(manifests), manager, frozenset(late))


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
        found[identity] = str(one.get("manager") or CREATED)
    return found


async def _changing(
    component: str, manifests: tuple[Manifest, ...], manager: str, late: frozenset[str]
) -> list[dict[str, str]]:
    if isinstance(get_monitor(), MockMonitor):
        return []
    try:
        changed = await _changed(manifests, component, manager=manager, late=late)
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
    desired: Iterable[Manifest],
    component: str = "",
    *,
    manager: str,
    late: frozenset[str] = frozenset(),
) -> dict[Identity, str]:
    every = await applied_before()
    start = f"{component}-" if component else ""
    applied = [one for one in every if f"{one.resource}-".startswith(start)]
    if not applied:
        # The component is new, or was renamed: its objects still have their manager.
        applied = [one for one in every if manager and one.manager == manager]
    wanted = tuple(desired)
    created = created_cluster_wide(wanted, applied)
    changed = changed_objects(wanted, applied, manager=manager, left_out=late)
    return dict.fromkeys(created, CREATED) | changed

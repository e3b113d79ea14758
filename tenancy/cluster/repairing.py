"""
Repair drifted objects field by field.

The engine's provider compares only the fields in its inputs, so an update does not remove
fields that were added by hand. Here they are removed. Changed fields are applied under the
stack's own field manager, and other managers lose them: if two managers own a field, its next
update fails.
"""

from collections.abc import Iterable, Mapping
from typing import Final, cast

import attrs

from tenancy.cluster.connection import Connection
from tenancy.cluster.managed_objects import kind_of
from tenancy.cluster.transport import APPLY, JSON_TYPE, MERGE, Request
from tenancy.config.document import JSON, mapping
from tenancy.drifting import (
    FIELD,
    OURS,
    Change,
    Difference,
    Field,
    Identity,
    Writer,
    differences,
    without_conflicts,
    writers,
)
from tenancy.kubernetes import ANNOTATION, labels
from tenancy.manifests import Manifest

__all__ = ["Repaired", "change_of", "merge_patch", "repair", "set_managed_fields"]

_CREATED_BY: Final = "pulumi-kubernetes"
_FIXED: Final = {
    "ClusterRoleBinding": "roleRef",
    "PriorityClass": "value",
    "RoleBinding": "roleRef",
}
"""Immutable fields by kind: the object is deleted, and an update creates it again."""

Live = Mapping[Identity, Mapping[str, JSON]]


@attrs.frozen(kw_only=True)
class Repaired:
    """
    What a repair did.

    Attributes:
        patched: Repaired objects.
        deleted: Objects that no file describes, and those that must be created again.
        missing: Objects that an update must create.
        left: Objects that no file describes and that others created.
    """

    patched: tuple[Identity, ...]
    deleted: tuple[Identity, ...]
    missing: tuple[Identity, ...]
    left: tuple[Identity, ...]


def repair(
    connection: Connection,
    desired: Iterable[Manifest],
    live: Live,
    found: Iterable[Difference],
    *,
    manager: str,
    delete_foreign: bool = False,
) -> Repaired:
    """
    Make objects on the cluster match *desired*; `up` creates missing ones.

    Args:
        live: The objects on the cluster, as they were compared.
        found: What differs.
        manager: The stack's field manager, which afterwards is the only owner of what it
            applies.
        delete_foreign: Whether to delete objects that no file describes and that lack Tenancy's
            label. Default: they stay.

    Raises:
        ClusterError: The cluster refused; what was done before stays done.
    """
    wanted = {Identity.of(manifest): manifest for manifest in desired}
    patched: list[Identity] = []
    deleted: list[Identity] = []
    missing: list[Identity] = []
    left: list[Identity] = []
    by_object: dict[Identity, list[Difference]] = {}
    for difference in found:
        by_object.setdefault(difference.object, []).append(difference)
    for identity, drifted in by_object.items():
        whole = next((d for d in drifted if not d.field), None)
        if whole is not None and whole.change is Change.ADDED:
            keeps = identity.kind == "Namespace" or not (
                delete_foreign or _is_ours(live[identity])
            )
            if not keeps:
                _delete(connection, identity)
            (left if keeps else deleted).append(identity)
        elif whole is not None:
            missing.append(identity)
        elif any(d.field[:1] == (_FIXED.get(identity.kind),) for d in drifted):
            _delete(connection, identity)
            deleted.append(identity)
            missing.append(identity)
        else:
            _mend(
                connection, identity, wanted[identity], live[identity], drifted, manager=manager
            )
            patched.append(identity)
    return Repaired(
        patched=tuple(patched),
        deleted=tuple(deleted),
        missing=tuple(missing),
        left=tuple(left),
    )


def _mend(
    connection: Connection,
    identity: Identity,
    manifest: Manifest,
    live: Mapping[str, JSON],
    drifted: Iterable[Difference],
    *,
    manager: str,
) -> None:
    is_patch = identity.kind == "ServiceAccount"
    if is_patch:
        # Kubernetes creates it and a patch resource changes it, under a manager of its own.
        applied_by = _engine(live)
        applier = None if applied_by is None else applied_by.manager
    else:
        applier = manager
    drifted = list(drifted)
    if applier is not None:
        # Apply first, so that no other manager owns a value of Tenancy.
        query = {"fieldManager": applier, "force": "true"}
        applied = _annotated(manifest, applier)
        live = _request(connection, "PATCH", identity, applied, content_type=APPLY, query=query)
        if not is_patch:
            live = _release(connection, identity, live, applier)
        there = {identity: {**live, "kind": identity.kind}}
        # Differences of other objects would delete those.
        drifted = [d for d in differences([manifest], there) if d.object == identity]
    fields = (d.field for d in drifted if d.field[:1] != (FIELD,))
    change = change_of(fields, manifest, live)
    if change:
        by = _CREATED_BY if applier is None else labels.MANAGER
        merge_patch(connection, identity, change, manager=by)


def _annotated(manifest: Manifest, manager: str) -> Manifest:
    """Return *manifest* as the engine applies it, with the annotation of its field manager."""
    metadata = manifest["metadata"]
    assert isinstance(metadata, Mapping)
    annotations = {**metadata.get("annotations", {}), ANNOTATION: manager}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def _release(
    connection: Connection, identity: Identity, live: Mapping[str, JSON], manager: str
) -> Mapping[str, JSON]:
    """Remove the fields of *manager* from other managers; return the changed object."""
    entries = without_conflicts(live, manager)
    if entries is None:
        return live
    return set_managed_fields(connection, identity, live, entries)


def set_managed_fields(
    connection: Connection,
    identity: Identity,
    live: Mapping[str, JSON],
    entries: list[JSON],
) -> Mapping[str, JSON]:
    """
    Replace `metadata.managedFields` of an object, and return the changed object.

    No value changes. An object that changed since it was read is refused.

    Args:
        live: The object as it was read.

    Raises:
        ClusterError: The cluster refused, or the object changed meanwhile.
    """
    metadata = mapping(live.get("metadata"))
    version = metadata.get("resourceVersion")
    body = {"metadata": {"resourceVersion": version, "managedFields": entries}}
    return _request(connection, "PATCH", identity, body, content_type=MERGE)


def change_of(
    fields: Iterable[Field], manifest: Manifest, live: Mapping[str, JSON]
) -> dict[str, JSON]:
    """Return the merge patch that makes *fields* of *live* match *manifest*."""
    change: dict[str, JSON] = {}
    for field in fields:
        _patch_of(field, cast("JSON", manifest), dict(live), change)
    return change


def merge_patch(
    connection: Connection,
    identity: Identity,
    change: Mapping[str, JSON],
    *,
    manager: str,
    part: str = "",
) -> None:
    """
    Patch an object as the field manager *manager*.

    Args:
        part: A subresource, such as `/status`. Default: the object itself.

    Raises:
        ClusterError: The cluster refused.
    """
    query = {"fieldManager": manager}
    _request(connection, "PATCH", identity, change, content_type=MERGE, query=query, part=part)


def _engine(live: Mapping[str, JSON]) -> Writer | None:
    """Return the manager under which the engine applies the object, if it has applied it."""
    found = [by for by in writers(live) if by.applies and by.manager.startswith(OURS)]
    return max(found, key=lambda by: by.since, default=None)


def _patch_of(field: Field, desired: JSON, live: JSON, change: dict[str, JSON]) -> None:
    """Add to *change* what a merge patch needs to set *field* as desired."""
    step, *rest = field
    wanted = desired.get(step) if isinstance(desired, dict) else None
    there = live.get(step) if isinstance(live, dict) else None
    further = rest[0] if rest else None
    if further is not None and any(
        isinstance(side, dict) and further in side for side in (wanted, there)
    ):
        inner = change.setdefault(step, {})
        assert isinstance(inner, dict)
        _patch_of(tuple(rest), wanted, there, inner)
    else:
        change[step] = _merge(wanted, there)


def _merge(wanted: JSON, there: JSON) -> JSON:
    """Return the merge patch from *there* to *wanted*."""
    if not isinstance(wanted, dict) or not isinstance(there, dict):
        return wanted
    gone: dict[str, JSON] = dict.fromkeys(there.keys() - wanted.keys())
    return {**gone, **{key: _merge(value, there.get(key)) for key, value in wanted.items()}}


def _delete(connection: Connection, identity: Identity) -> None:
    _request(connection, "DELETE", identity)


def _request(
    connection: Connection,
    method: str,
    identity: Identity,
    body: Mapping[str, object] | None = None,
    *,
    content_type: str = JSON_TYPE,
    query: Mapping[str, str] = {},
    part: str = "",
) -> Mapping[str, JSON]:
    path = kind_of(connection, identity.listed_as).path(identity) + part
    with connection.errors(f"repairing {identity}"):
        return connection.request(
            Request(method, path, body, query=query, content_type=content_type)
        )


def _is_ours(live: Mapping[str, JSON]) -> bool:
    metadata = live.get("metadata")
    found = metadata.get("labels") if isinstance(metadata, dict) else None
    return isinstance(found, dict) and found.get(labels.MANAGED) == "true"

"""Who owns the fields of objects that exist, rewritten without a change of any value."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.json_access import mapping, texts
from tenancy.cluster.managed_objects import objects
from tenancy.cluster.repair import change_of, merge_patch, set_managed_fields
from tenancy.config.document import JSON
from tenancy.drifting import Change, Identity, differences, without_random_managers
from tenancy.kubernetes import labels
from tenancy.manifests import Manifest

__all__ = ["hand_over", "use_one_field_manager"]

_ENGINE: Final = "pulumi-kubernetes"


def hand_over(
    connection: Connection,
    desired: Iterable[Manifest],
    live: Mapping[Identity, Mapping[str, JSON]],
) -> None:
    """
    Make each object of *desired* that is *live* what it should be, as the engine's own.

    Other managers give its fields up: what two of them own, neither can change alone.

    Raises:
        ClusterError: The cluster refused; what was done before stays done.
    """
    wanted = {Identity.of(manifest): manifest for manifest in desired}
    drifted: dict[Identity, list[tuple[str, ...]]] = {}
    for difference in differences(wanted.values(), live):
        if difference.change is not Change.ADDED:
            drifted.setdefault(difference.object, []).append(difference.field)
    for identity, manifest in wanted.items():
        # Of the service account that Kubernetes makes, the engine only ever patches fields.
        if identity not in live or identity.kind == "ServiceAccount":
            continue
        change = change_of(drifted.get(identity, ()), manifest, live[identity])
        metadata = change.setdefault("metadata", {})
        assert isinstance(metadata, dict)
        metadata["managedFields"] = [
            *_of_others(manifest, live[identity]),
            _owned(str(manifest["apiVersion"])),
        ]
        if identity.kind == "ResourceQuota":
            _spell(connection, identity, manifest, change)
        else:
            merge_patch(connection, identity, change, manager=_ENGINE)


def use_one_field_manager(
    connection: Connection, desired: Iterable[Manifest], manager: str, *, stack: str
) -> tuple[Identity, ...]:
    """
    Put *manager* in place of the field managers that the provider once made up.

    Stacks that were applied before they had a field manager of their own have such managers,
    several of them where an update was interrupted and resumed; an update under another manager
    would conflict with each. Only `metadata.managedFields` changes, and only of objects whose
    labels prove that this stack made them.

    Args:
        desired: The manifests of the stack.
        manager: The stack's field manager.
        stack: The stack that the labels have to name.

    Returns:
        The objects that changed.

    Raises:
        ClusterError: The cluster refused; what was done before stays done.
    """
    wanted = [Identity.of(manifest) for manifest in desired]
    kinds = dict.fromkeys(["Namespace", *(identity.kind for identity in wanted)])
    live = objects(connection, kinds)
    changed = []
    for identity in wanted:
        there = live.get(identity)
        # A patch resource of the service account has a manager of its own.
        if there is None or identity.kind == "ServiceAccount":
            continue
        if not _is_of_stack(identity, live, stack):
            continue
        entries = without_random_managers(there, manager)
        if entries is not None:
            set_managed_fields(connection, identity, there, entries)
            changed.append(identity)
    return tuple(changed)


def _is_of_stack(
    identity: Identity, live: Mapping[Identity, Mapping[str, JSON]], stack: str
) -> bool:
    """Return whether labels prove that *stack* made the object."""
    own = _labels(live[identity])
    if own.get(labels.MANAGED) != "true":
        return False
    namespace = identity.name if identity.kind == "Namespace" else identity.namespace
    # What is cluster-wide has no label of its stack; a cluster has one platform.
    if not namespace:
        return True
    there = _labels(live.get(Identity(kind="Namespace", name=namespace), {}))
    return there.get(labels.MANAGED) == "true" and there.get(labels.STACK) == stack


def _labels(live: Mapping[str, JSON]) -> Mapping[str, str]:
    return texts(mapping(live.get("metadata")).get("labels"))


def _spell(
    connection: Connection, identity: Identity, manifest: Manifest, change: dict[str, JSON]
) -> None:
    """
    Write a quota's amounts as the engine will, in its status too.

    The quota controller leaves the status alone where only the spelling differs, and the engine
    waits until both are the same text.
    """
    spec = manifest["spec"]
    assert isinstance(spec, dict)
    inner = change.setdefault("spec", {})
    assert isinstance(inner, dict)
    inner["hard"] = spec["hard"]
    merge_patch(connection, identity, change, manager=_ENGINE)
    status: dict[str, JSON] = {"status": {"hard": spec["hard"]}}
    merge_patch(connection, identity, status, manager=_ENGINE, part="/status")


def _of_others(manifest: Manifest, live: Mapping[str, JSON]) -> Iterator[JSON]:
    """Yield what other managers still own of a namespace: all but what *manifest* says."""
    metadata, wanted = live.get("metadata"), manifest["metadata"]
    assert isinstance(wanted, dict)
    entries = metadata.get("managedFields") if isinstance(metadata, dict) else None
    if manifest["kind"] != "Namespace" or not isinstance(entries, list):
        return
    for entry in copy.deepcopy(entries):
        theirs = mapping(mapping(mapping(entry).get("fieldsV1")).get("f:metadata"))
        for part in ("labels", "annotations"):
            owned = theirs.get(f"f:{part}")
            if isinstance(owned, dict):
                for key in wanted.get(part, {}):
                    owned.pop(f"f:{key}", None)
        yield entry


def _owned(api_version: str) -> JSON:
    fields: JSON = {"f:metadata": {"f:labels": {".": {}, f"f:{labels.MANAGED}": {}}}}
    return {
        "manager": _ENGINE,
        "operation": "Update",
        "apiVersion": api_version,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }

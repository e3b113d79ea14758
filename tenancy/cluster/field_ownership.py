"""Objects that exist handed over to the engine, in their place."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.repair import change_of, merge_patch
from tenancy.config.document import JSON
from tenancy.drifting import Change, Identity, differences
from tenancy.kubernetes import labels
from tenancy.manifests import Manifest

__all__ = ["hand_over"]

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
        metadata["managedFields"] = [_owned(str(manifest["apiVersion"]))]
        if identity.kind == "ResourceQuota":
            _spell(connection, identity, manifest, change)
        else:
            merge_patch(connection, identity, change, manager=_ENGINE)


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

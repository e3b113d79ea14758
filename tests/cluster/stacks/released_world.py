"""What a release may change, and what it may not."""

from tests.cluster.conftest import Kubectl
from tests.cluster.stacks.field_world import KINDS


def marks(kubectl: Kubectl, *namespaces: str) -> list[str]:
    """Labels, annotations and field managers of Tenancy that are left in some namespaces."""
    items = kubectl.json(
        "get", f"{KINDS},pods,roles", "--all-namespaces", "--show-managed-fields"
    )["items"]
    return [
        f"{item['kind']} {metadata['name']}: {mark}"
        for item in items
        if (metadata := item["metadata"]).get("namespace", metadata["name"]) in namespaces
        for mark in (
            *metadata.get("labels", {}),
            *metadata.get("annotations", {}),
            *(entry["manager"] for entry in metadata.get("managedFields", [])),
        )
        if mark.startswith(("tenancy", "pulumi"))
    ]


def values(kubectl: Kubectl, *namespaces: str) -> dict[str, dict]:
    """Every object of some namespaces by its UID, without what a release may change."""
    found = {}
    for item in kubectl.json("get", f"{KINDS},pods,roles", "--all-namespaces")["items"]:
        metadata = item.pop("metadata")
        if metadata.get("namespace", metadata["name"]) in namespaces:
            status = item.pop("status", {})
            hard = status.get("hard") if item["kind"] == "ResourceQuota" else None
            found[metadata["uid"]] = {"name": metadata["name"], "hard": hard, **item}
    return found

"""The objects that a platform puts into a namespace, as manifests with our labels."""

from collections.abc import Mapping

from tenancy.config.document import texts
from tenancy.manifests.manifest import Manifest, managed
from tenancy.model import Namespace, NamespaceObject

__all__ = ["carried_objects"]


def carried_objects(resolved: Namespace) -> tuple[Manifest, ...]:
    """Return the objects of *resolved* that its platform puts there."""
    return tuple(_manifest(found, resolved.name) for found in resolved.objects)


def _manifest(found: NamespaceObject, namespace: str) -> Manifest:
    written = found.manifest.get("metadata")
    metadata = dict(written) if isinstance(written, Mapping) else {}
    return {
        **found.manifest,
        "metadata": {
            **metadata,
            "namespace": namespace,
            "labels": managed(texts(metadata.get("labels"))),
        },
    }

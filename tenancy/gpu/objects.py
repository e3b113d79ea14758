"""What a backend returns for a pool: objects, labels and taints of nodes, node groups."""

from collections.abc import Mapping
from typing import cast

import attrs

from tenancy.aws import NodeGroup
from tenancy.config.spec import TaintSpec

__all__ = [
    "Manifest",
    "NodePatch",
    "NodeTaints",
    "Rendered",
    "identity",
]

Manifest = dict[str, object]
"""A custom resource to create: `apiVersion`, `kind`, `metadata`, `spec`."""


@attrs.frozen(kw_only=True, slots=True)
class NodePatch:
    """
    Labels to patch onto an existing node; the node is never created or deleted.

    Attributes:
        node: Its name.
        labels: Tenancy's labels; others are kept.
    """

    node: str
    labels: Mapping[str, str]

    def to_manifest(self) -> Manifest:
        """Return the patch as a partial Node."""
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": self.node, "labels": dict(self.labels)},
        }


@attrs.frozen(kw_only=True, slots=True)
class NodeTaints:
    """
    Taints to merge into the list of an existing node, never replacing it.

    Attributes:
        node: Its name.
        taints: Tenancy's taints, one for each key and effect.
    """

    node: str
    taints: tuple[TaintSpec, ...]


Rendered = Manifest | NodePatch | NodeTaints | NodeGroup
"""One object of a pool."""


def identity(rendered: Rendered) -> str:
    """
    Return an identity of *rendered* that is unique in its pool, for logical names.

    >>> identity(NodePatch(node="gpu-0", labels={}))
    'gpu-0-labels'
    """
    if isinstance(rendered, NodePatch):
        return f"{rendered.node}-labels"
    if isinstance(rendered, NodeTaints):
        return f"{rendered.node}-taints"
    if isinstance(rendered, NodeGroup):
        return rendered.nodegroup_name
    metadata = cast("Mapping[str, str]", rendered["metadata"])
    return f"{metadata['name']}-{str(rendered['kind']).lower()}"

"""What a pool becomes: objects to make, nodes to label, taints to write, node groups."""

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
    "moved_by_others",
]

Manifest = dict[str, object]
"""A custom resource to be made: `apiVersion`, `kind`, `metadata`, `spec`."""


@attrs.frozen(kw_only=True, slots=True)
class NodePatch:
    """
    Labels of a node that exists, to be patched and never made or deleted.

    Attributes:
        node: Its name.
        labels: Ours; others on it stay.
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
    Taints of a node that exists, to be merged into its list and never to replace it.

    Attributes:
        node: Its name.
        taints: Ours, one for each key and effect.
    """

    node: str
    taints: tuple[TaintSpec, ...]


Rendered = Manifest | NodePatch | NodeTaints | NodeGroup
"""One thing that a pool becomes."""


def identity(rendered: Rendered) -> str:
    """
    Return what tells *rendered* from everything else of its pool: for logical names.

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


def moved_by_others(rendered: Rendered) -> tuple[str, ...]:
    """
    Return the fields of *rendered* that an autoscaler moves, so that nobody moves them back.

    >>> moved_by_others({"apiVersion": "compute.coreweave.com/v1alpha1", "kind": "NodePool",
    ...     "spec": {"autoscaling": True, "targetNodes": 0}})
    ('spec.targetNodes',)
    """
    if not isinstance(rendered, dict):
        return ()
    spec = cast("Mapping[str, object]", rendered.get("spec") or {})
    is_scaled = str(rendered["apiVersion"]).startswith("compute.coreweave.com/")
    return ("spec.targetNodes",) if is_scaled and spec.get("autoscaling") is True else ()

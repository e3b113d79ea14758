"""Our taints on an existing node, as a resource."""

from collections.abc import Mapping
from typing import Final

import pulumi

from tenancy.gpu import NodeTaints as NodeTaintsSpec
from tenancy.manifests import NODE_TOKEN
from tenancy_components.node_group import require_plugin
from tenancy_components.provider_cluster import cluster_of, discreet
from tenancy_components.type_tokens import NODE_TAINTS

__all__ = ["CLUSTER_UID", "NodeTaints"]

CLUSTER_UID: Final = "clusterUid"
"""The output that is the UID of the node's cluster."""


class NodeTaints(pulumi.CustomResource):
    """
    Our taints on one node. Other taints are never changed.

    A patch of the node would remove them, because the API server treats the list of taints as
    one value; so ours are merged in, and written with the version that was read.

    Args:
        name: Its logical name.
        args: `node`, `taints`, `kubeconfig` and `context`; or rendered taints, and then the
            cluster is that of the Kubernetes provider in *opts* or of the parent.
        opts: Default: none.

    Attributes:
        cluster_uid: The UID of the cluster's `kube-system`; another cluster is refused.

    Raises:
        ComponentRefusedError: The engine would not find the provider.
        RunError: No Kubernetes provider determines the cluster.
    """

    def __init__(
        self,
        name: str,
        args: Mapping[str, object] | NodeTaintsSpec,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        require_plugin(NODE_TAINTS)
        inputs = _inputs(name, args, opts) if isinstance(args, NodeTaintsSpec) else args
        given = {**inputs, "kubeconfig": discreet(inputs.get("kubeconfig"))}
        super().__init__(NODE_TAINTS, name, {CLUSTER_UID: None, **given}, opts)

    @property
    @pulumi.getter(name=CLUSTER_UID)
    def cluster_uid(self) -> pulumi.Output[str]:
        """The UID of the cluster's `kube-system`."""
        found: pulumi.Output[str] = pulumi.get(self, "cluster_uid")
        return found


def _inputs(
    name: str, args: NodeTaintsSpec, opts: pulumi.ResourceOptions | None
) -> Mapping[str, object]:
    parent = None if opts is None else opts.parent
    provider = None if parent is None else parent.get_provider(NODE_TOKEN)
    if provider is None:
        raise pulumi.RunError(
            f"{name}: no Kubernetes provider determines the cluster of the node {args.node};"
            " pass an explicit provider to the pool"
        )
    return {
        "node": args.node,
        "taints": [taint.model_dump(by_alias=True) for taint in args.taints],
        **cluster_of(provider),
    }

"""Taints on a node, as a pool of the backend `existing` has them written."""

import pulumi
import pulumi_kubernetes
from tenancy_components.node_taints import NodeTaints

from tenancy import pools
from tenancy.origin import Origin
from tenancy.resolve.pools import gpu_node_pool
from tenancy.spec import GpuNodePoolSpec

config = pulumi.Config()
provider = pulumi_kubernetes.Provider(
    "cluster", kubeconfig=config.require("kubeconfig"), cluster_identifier="sandbox"
)
spec = GpuNodePoolSpec.model_validate(config.require_object("pool"))
pool, _ = gpu_node_pool(spec, Origin("Pulumi.test.yaml", ("config", "node-taints:pool")))

parent = pulumi.ComponentResource(
    "test:index:Pool", pool.name, {}, pulumi.ResourceOptions(provider=provider)
)
for rendered in pools.render(pool):
    if isinstance(rendered, pools.NodeTaints):
        NodeTaints(pools.identity(rendered), rendered, pulumi.ResourceOptions(parent=parent))

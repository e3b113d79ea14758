"""A GPU node pool of the backend `eks`, from the config of its stack."""

import pulumi
from tenancy_components.node_group import NodeGroup

from tenancy import gpu
from tenancy.config.spec import GpuNodePoolSpec
from tenancy.diagnostics.origin import Origin
from tenancy.model.pools import gpu_node_pool

config = pulumi.Config()
spec = GpuNodePoolSpec.model_validate(config.require_object("pool"))
pool, _ = gpu_node_pool(spec, Origin("Pulumi.test.yaml", ("config", "eks-pool:pool")))

parent = pulumi.ComponentResource("test:index:Pool", pool.name)
for rendered in gpu.render(pool):
    group = NodeGroup(pool.name, rendered, pulumi.ResourceOptions(parent=parent))
    pulumi.export("arn", group.arn)

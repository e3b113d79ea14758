"""A GPU node pool as any program makes one."""

import pulumi
import pulumi_kubernetes
from tenancy_components.gpu_node_pool import GpuNodePool

config = pulumi.Config()
provider = pulumi_kubernetes.Provider(
    "cluster", kubeconfig=config.require("kubeconfig"), cluster_identifier="sandbox"
)
GpuNodePool("pool", config.require_object("pool"), pulumi.ResourceOptions(provider=provider))

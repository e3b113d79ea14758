"""Pools that tests begin with, as people write them."""

from tenancy.config.spec import GpuNodePoolSpec
from tenancy.diagnostics.origin import Origin
from tenancy.model.platform import GpuNodePool
from tenancy.model.pools import gpu_node_pool

ORIGIN = Origin("Pulumi.platform.yaml", ("platform", "gpuNodePools", 0))

EKS = {
    "clusterName": "main",
    "nodeRole": "arn:aws:iam::123456789012:role/nodes",
    "subnets": ["subnet-1", "subnet-2"],
}
NODE_CLASS = {
    "role": "KarpenterNodeRole",
    "ami": "al2023@v20261001",
    "subnets": [{"tags": {"karpenter.sh/discovery": "main"}}],
    "securityGroups": [{"id": "sg-1"}],
}


def a_pool(**changed: object) -> GpuNodePool:
    """A pool of H100s on AWS, with *changed* in place of its own keys."""
    written = {
        "name": "h100",
        "model": "H100",
        "instanceTypes": ["p5.48xlarge"],
        "nodes": {"min": 0, "max": 4},
    } | changed
    pool, _ = gpu_node_pool(GpuNodePoolSpec.model_validate(written), ORIGIN)
    return pool


def karpenter(**changed: object) -> GpuNodePool:
    return a_pool(**{"backend": "karpenter", "options": {"nodeClass": NODE_CLASS}} | changed)


def eks(**changed: object) -> GpuNodePool:
    return a_pool(**{"backend": "eks", "options": EKS} | changed)


def coreweave(**changed: object) -> GpuNodePool:
    return a_pool(
        **{
            "backend": "coreweave",
            "instanceTypes": ["gd-8xh100ib-i128"],
            "gpusPerNode": 8,
        }
        | changed
    )


def existing(**changed: object) -> GpuNodePool:
    return a_pool(
        **{
            "backend": "existing",
            "instanceTypes": [],
            "gpusPerNode": 8,
            "nodes": {"min": 2, "max": 2},
            "nodeNames": ["gpu-0", "gpu-1"],
        }
        | changed
    )

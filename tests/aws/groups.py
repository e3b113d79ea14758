"""Node groups that tests begin with."""

from tenancy.aws.node_group import NodeGroup, ScalingConfig, Taint

ROLE = "arn:aws:iam::123456789012:role/nodes"


def group(**changed) -> NodeGroup:
    """A right node group of H100s, with *changed* in place of its own values."""
    values = {
        "cluster_name": "main",
        "nodegroup_name": "gpu-h100",
        "node_role": ROLE,
        "subnets": ("subnet-1", "subnet-2"),
        "scaling_config": ScalingConfig(min_size=0, max_size=4),
        "instance_types": ("p5.48xlarge",),
        "ami_type": "AL2023_x86_64_NVIDIA",
        "disk_size": 200,
        "labels": {"tenancy.dev/gpu-pool": "h100"},
        "taints": (Taint(key="tenancy.dev/gpu-pool", value="h100", effect="NoSchedule"),),
        "tags": {"team": "platform"},
    }
    return NodeGroup.model_validate(values | changed)

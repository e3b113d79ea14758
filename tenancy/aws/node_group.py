"""The inputs of an EKS managed node group: every field that Tenancy manages."""

import hashlib
import re
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from tenancy.config.spec import Listed, Spec

__all__ = [
    "AMI_TYPES",
    "LaunchTemplate",
    "NodeGroup",
    "NodeRepairConfig",
    "ScalingConfig",
    "Taint",
    "UpdateConfig",
    "node_group_name",
]

MAX_NAME: Final = 63
"""The longest name of a node group, in characters. Source: EKS, CreateNodegroup."""

Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$")]
ClusterName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$")]
RoleArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[0-9A-Za-z_+=,.@/-]+$")
]
SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9A-Za-z]+$")]
InstanceTypeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=63)]
Value = Annotated[str, StringConstraints(max_length=63)]
Version = Annotated[str, StringConstraints(pattern=r"^1\.[0-9]{2}$")]

AmiType = Literal[
    "AL2023_ARM_64_NVIDIA",
    "AL2023_ARM_64_STANDARD",
    "AL2023_x86_64_NEURON",
    "AL2023_x86_64_NVIDIA",
    "AL2023_x86_64_STANDARD",
    "AL2_ARM_64",
    "AL2_x86_64",
    "AL2_x86_64_GPU",
    "BOTTLEROCKET_ARM_64",
    "BOTTLEROCKET_ARM_64_FIPS",
    "BOTTLEROCKET_ARM_64_NVIDIA",
    "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
    "BOTTLEROCKET_x86_64",
    "BOTTLEROCKET_x86_64_FIPS",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
    "CUSTOM",
]
AMI_TYPES: Final[frozenset[str]] = frozenset(AmiType.__args__)  # type: ignore[attr-defined]
"""The AMI types of Linux nodes that Tenancy supports. Source: botocore's model of EKS."""


class Taint(Spec):
    """A taint, spelled as Kubernetes spells it; it is translated to EKS' spelling."""

    key: Key
    """At most 63 characters, which is less than Kubernetes allows."""
    value: Value = ""
    """At most 63 characters. Default: empty."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What happens to pods that do not tolerate it."""


class ScalingConfig(Spec):
    """The number of nodes."""

    min_size: int = Field(ge=0)
    """The smallest number of nodes."""
    max_size: int = Field(ge=1)
    """The largest number of nodes; EKS requires at least 1."""
    desired_size: int | None = Field(default=None, ge=0)
    """The number of nodes at creation; not compared later. Default: minSize."""


class LaunchTemplate(Spec):
    """Your launch template, by id or by name."""

    id: str | None = None
    """The id, `lt-…`. Default: the template is found by its name."""
    name: str | None = None
    """The name. Default: the template is found by its id."""
    version: str | None = None
    """The version. Default: the template's default version at creation."""


class UpdateConfig(Spec):
    """How many nodes an update replaces at a time."""

    max_unavailable: int | None = Field(default=None, ge=1)
    """How many nodes are replaced at a time; not together with the percentage."""
    max_unavailable_percentage: int | None = Field(default=None, ge=1, le=100)
    """The percentage of the nodes that are replaced at a time."""
    update_strategy: Literal["DEFAULT", "MINIMAL"] | None = None
    """`MINIMAL` terminates a node before it starts the new one, for scarce GPUs."""


class NodeRepairConfig(Spec):
    """Whether EKS replaces unhealthy nodes, such as those with a GPU error."""

    enabled: bool
    """Whether EKS replaces unhealthy nodes."""
    max_unhealthy_node_threshold_count: int | None = Field(default=None, ge=1)
    """The number of unhealthy nodes above which no node is repaired. Default: EKS' default."""
    max_unhealthy_node_threshold_percentage: int | None = Field(default=None, ge=1, le=100)
    """The percentage of unhealthy nodes above which none is repaired. Default: EKS' default."""
    max_parallel_nodes_repaired_count: int | None = Field(default=None, ge=1)
    """How many nodes are repaired at a time. Default: EKS' default."""
    max_parallel_nodes_repaired_percentage: int | None = Field(default=None, ge=1, le=100)
    """The percentage of unhealthy nodes repaired at a time. Default: EKS' default."""


class NodeGroup(Spec):
    """An EKS managed node group."""

    cluster_name: ClusterName
    """The EKS cluster. A change replaces the node group."""
    nodegroup_name: Name
    """Unique in the cluster. A change replaces the node group."""
    region: str | None = Field(default=None, pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]+$")
    """The AWS region. Default: the region of the environment when it is created, then kept."""
    node_role: RoleArn
    """The IAM role of the nodes. A change replaces the node group."""
    subnets: Annotated[Listed[SubnetId], Field(min_length=1)]
    """The subnets of the nodes, in any order. A change replaces the node group."""
    scaling_config: ScalingConfig
    """The number of nodes: the least, the most, and the number at first."""
    instance_types: Listed[InstanceTypeName] = ()
    """In order of preference. Default: the launch template's. A change replaces the group."""
    ami_type: AmiType | None = None
    """The AMI type. Default: the launch template's. A change replaces the node group."""
    capacity_type: Literal["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"] = "ON_DEMAND"
    """How nodes are bought. Default: on demand. A change replaces the node group."""
    disk_size: int | None = Field(default=None, ge=1)
    """The disk in GiB; not with a launch template. Default: 20. A change replaces the group."""
    labels: dict[Key, Value] = Field(default={})
    """Labels of the nodes. Default: none."""
    taints: Annotated[Listed[Taint], Field(max_length=50)] = ()
    """Taints of the nodes, one for each key and effect, in any order. Default: none."""
    launch_template: LaunchTemplate | None = None
    """The launch template. Default: EKS creates one. Another template replaces the group."""
    update_config: UpdateConfig | None = None
    """How nodes are updated. Default: EKS' default, one node at a time."""
    node_repair_config: NodeRepairConfig | None = None
    """Whether and how unhealthy nodes are replaced. Default: EKS' default, not at all."""
    version: Version | None = None
    """Kubernetes' version: `1.36`. Default: the cluster's at creation, not managed."""
    release_version: str | None = None
    """The AMI's release. Default: the latest when the node group is created, not managed."""
    tags: dict[str, str] = Field(default={})
    """Tags of the node group itself. Default: none."""

    @property
    def where(self) -> str:
        """The node group's name in messages."""
        return f"node group {self.nodegroup_name} of the cluster {self.cluster_name}"


def node_group_name(pool: str) -> str:
    """
    Return the name of the node group of *pool*: stable, so that costs can be attributed.

    >>> node_group_name("h100")
    'gpu-h100'
    >>> len(node_group_name("a" * 80))
    63
    """
    name = re.sub(r"[^0-9A-Za-z_-]", "-", f"gpu-{pool}")
    if len(name) <= MAX_NAME:
        return name
    digest = hashlib.sha256(pool.encode()).hexdigest()[:8]
    return f"{name[: MAX_NAME - 9]}-{digest}"

"""
EKS managed node groups and EC2 instance types, through boto3.

boto3 is in the extra `eks`. This module does not import it; `tenancy.aws.session` and
`tenancy.aws.node_group_lifecycle` do.
"""

from typing import TYPE_CHECKING

from tenancy.first_use import at_first_use

if TYPE_CHECKING:
    from tenancy.aws.drift import inputs_as_written
    from tenancy.aws.eks_format import EksNodeGroupState
    from tenancy.aws.errors import AwsError, AwsFailure
    from tenancy.aws.instance_catalog import instance_type_lookup, instance_types_of
    from tenancy.aws.node_group import (
        LaunchTemplate,
        NodeGroup,
        NodeRepairConfig,
        UpdateConfig,
        node_group_name,
    )
    from tenancy.aws.node_group_changes import (
        NodeGroupChange,
        NodeGroupPlan,
        NodeGroupPlanKind,
        immutable_inputs,
        plan_change,
    )
    from tenancy.aws.node_group_rules import findings, nvidia_ami_type
    from tenancy.aws.wait_options import WaitOptions

__all__ = [
    "AwsError",
    "AwsFailure",
    "EksNodeGroupState",
    "LaunchTemplate",
    "NodeGroup",
    "NodeGroupChange",
    "NodeGroupPlan",
    "NodeGroupPlanKind",
    "NodeRepairConfig",
    "UpdateConfig",
    "WaitOptions",
    "findings",
    "immutable_inputs",
    "inputs_as_written",
    "instance_type_lookup",
    "instance_types_of",
    "node_group_name",
    "nvidia_ami_type",
    "plan_change",
]

if not TYPE_CHECKING:
    __getattr__ = at_first_use(__name__)

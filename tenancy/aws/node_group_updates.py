"""
Update a node group in place.

An update is followed by the node group's status, not by DescribeUpdate: the status has the
same information and the health issues too, and moto does not implement DescribeUpdate.
"""

from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.boto_errors import aws_error
from tenancy.aws.eks_format import EksNodeGroupState, to_eks_taint
from tenancy.aws.node_group import NodeGroup
from tenancy.aws.node_group_reads import UPDATABLE, read, wait
from tenancy.aws.wait_options import WaitOptions

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import (
        UpdateNodegroupConfigRequestTypeDef,
        UpdateNodegroupVersionRequestTypeDef,
    )

__all__ = ["complete", "update"]


def complete(
    client: "EKSClient", made: EksNodeGroupState, group: NodeGroup, wait_options: WaitOptions
) -> EksNodeGroupState:
    """Send the settings that EKS does not accept at creation."""
    request: dict[str, object] = {}
    _add_rates(request, made.group, group)
    return _send_config(client, group, request, wait_options) or made


def update(
    client: "EKSClient", old: NodeGroup, new: NodeGroup, wait_options: WaitOptions | None = None
) -> EksNodeGroupState:
    """
    Bring the node group from *old* to *new*, in place, and return it once it is ACTIVE.

    Labels, taints and tags are sent as differences: what *new* has and the group lacks, and
    what *old* had and *new* does not. What others added stays. The desired size is sent only
    if it is outside the new range, which EKS would refuse.

    Args:
        client: A client of the node group's region.
        old: The inputs of the last update.
        new: The new inputs; no change needs a replacement.
        wait_options: Default: the defaults of `WaitOptions`.

    Raises:
        AwsError: It no longer exists, or EKS could not update it; with the issues that EKS
            reports.
    """
    options = WaitOptions() if wait_options is None else wait_options
    state = wait(client, new.cluster_name, new.nodegroup_name, options, UPDATABLE)
    request = _config(old, state, new)
    state = _send_config(client, new, request, options) or state
    state = _send_version(client, old, state, new, options) or state
    return _send_tags(client, old, state, new) or state


def _config(old: NodeGroup, state: EksNodeGroupState, new: NodeGroup) -> dict[str, object]:
    now = state.group
    request: dict[str, object] = {}
    labels: dict[str, object] = {
        "addOrUpdateLabels": {
            key: value for key, value in new.labels.items() if now.labels.get(key) != value
        },
        "removeLabels": sorted(
            key for key in old.labels if key not in new.labels and key in now.labels
        ),
    }
    wanted = {(taint.key, taint.effect): taint for taint in new.taints}
    present = {(taint.key, taint.effect): taint for taint in now.taints}
    taints: dict[str, object] = {
        "addOrUpdateTaints": [
            to_eks_taint(taint) for key, taint in wanted.items() if present.get(key) != taint
        ],
        "removeTaints": [
            to_eks_taint(present[key])
            for key in ((taint.key, taint.effect) for taint in old.taints)
            if key not in wanted and key in present
        ],
    }
    for name, part in (("labels", labels), ("taints", taints)):
        if kept := {key: value for key, value in part.items() if value}:
            request[name] = kept
    low, high = new.scaling_config.min_size, new.scaling_config.max_size
    scaling: dict[str, int] = {}
    if (low, high) != (now.scaling_config.min_size, now.scaling_config.max_size):
        scaling = {"minSize": low, "maxSize": high}
        if not low <= state.desired_size <= high:
            scaling["desiredSize"] = min(max(state.desired_size, low), high)
        request["scalingConfig"] = scaling
    _add_rates(request, now, new)
    return request


def _add_rates(request: dict[str, object], now: NodeGroup, new: NodeGroup) -> None:
    for name, had, has in (
        ("updateConfig", now.update_config, new.update_config),
        ("nodeRepairConfig", now.node_repair_config, new.node_repair_config),
    ):
        if has is None:
            continue
        wanted = has.model_dump(by_alias=True, exclude_none=True)
        present = {} if had is None else had.model_dump(by_alias=True, exclude_none=True)
        if any(present.get(key) != value for key, value in wanted.items()):
            request[name] = wanted


def _send_config(
    client: "EKSClient", group: NodeGroup, request: dict[str, object], wait_options: WaitOptions
) -> EksNodeGroupState | None:
    if not request:
        return None
    whole = request | {"clusterName": group.cluster_name, "nodegroupName": group.nodegroup_name}
    try:
        client.update_nodegroup_config(**cast("UpdateNodegroupConfigRequestTypeDef", whole))
    except (ClientError, BotoCoreError) as error:
        raise aws_error(error, group.where) from error
    return wait(client, group.cluster_name, group.nodegroup_name, wait_options)


def _send_version(
    client: "EKSClient",
    old: NodeGroup,
    state: EksNodeGroupState,
    new: NodeGroup,
    wait_options: WaitOptions,
) -> EksNodeGroupState | None:
    now = state.group
    request: dict[str, object] = {}
    if new.version is not None and new.version != now.version:
        request["version"] = new.version
    if new.release_version is not None and new.release_version != now.release_version:
        request["releaseVersion"] = new.release_version
    template = new.launch_template
    if template is not None and template.version is not None:
        # EKS reports a number where `$Latest` was written, so compare with both.
        known = {part.version for part in (old.launch_template, now.launch_template) if part}
        if template.version not in known:
            request["launchTemplate"] = template.model_dump(by_alias=True, exclude_none=True)
    if not request:
        return None
    request |= {"clusterName": new.cluster_name, "nodegroupName": new.nodegroup_name}
    try:
        client.update_nodegroup_version(**cast("UpdateNodegroupVersionRequestTypeDef", request))
    except (ClientError, BotoCoreError) as error:
        raise aws_error(error, new.where) from error
    return wait(client, new.cluster_name, new.nodegroup_name, wait_options)


def _send_tags(
    client: "EKSClient", old: NodeGroup, state: EksNodeGroupState, new: NodeGroup
) -> EksNodeGroupState | None:
    now = state.group.tags
    added = {key: value for key, value in new.tags.items() if now.get(key) != value}
    removed = sorted(key for key in old.tags if key not in new.tags and key in now)
    try:
        if added:
            client.tag_resource(resourceArn=state.arn, tags=added)
        if removed:
            client.untag_resource(resourceArn=state.arn, tagKeys=removed)
    except (ClientError, BotoCoreError) as error:
        raise aws_error(error, new.where) from error
    return read(client, new.cluster_name, new.nodegroup_name) if added or removed else None

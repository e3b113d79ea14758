"""
Changing a node group in place.

Updates are followed by the status of the node group, never by DescribeUpdate: the status says
the same, it says what went wrong as well, and moto has no other.
"""

from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.eks_format import Live, to_eks_taint
from tenancy.aws.errors import translated
from tenancy.aws.node_group import NodeGroup
from tenancy.aws.node_group_reads import SETTLED, read, wait
from tenancy.aws.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import (
        UpdateNodegroupConfigRequestTypeDef,
        UpdateNodegroupVersionRequestTypeDef,
    )

__all__ = ["complete", "update"]


def complete(client: "EKSClient", made: Live, group: NodeGroup, patience: Patience) -> Live:
    """Send what EKS did not take with the creation."""
    request: dict[str, object] = {}
    _add_rates(request, made.group, group)
    return _send_config(client, group, request, patience) or made


def update(
    client: "EKSClient", old: NodeGroup, new: NodeGroup, patience: Patience | None = None
) -> Live:
    """
    Bring the node group from *old* to *new*, in place, and return it once it is ACTIVE.

    Labels, taints and tags are sent as differences: what is wanted and not there, and what
    *old* had and *new* has not. What others added stays. The desired size is sent only where
    the new range leaves it outside, since EKS refuses that.

    Args:
        client: A client of the node group's region.
        old: What was last set out for.
        new: What is wanted; it differs from *old* in nothing that needs a replacement.
        patience: Default: as `Patience` says.

    Raises:
        AwsError: It no longer exists, or EKS could not update it; with the issues that EKS
            reports.
    """
    patient = Patience() if patience is None else patience
    found = wait(client, new.cluster_name, new.nodegroup_name, patient, SETTLED)
    request = _config(old, found, new)
    found = _send_config(client, new, request, patient) or found
    found = _send_version(client, old, found, new, patient) or found
    return _send_tags(client, old, found, new) or found


def _config(old: NodeGroup, found: Live, new: NodeGroup) -> dict[str, object]:
    now = found.group
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
        if not low <= found.desired_size <= high:
            scaling["desiredSize"] = min(max(found.desired_size, low), high)
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
    client: "EKSClient", group: NodeGroup, request: dict[str, object], patience: Patience
) -> Live | None:
    if not request:
        return None
    whole = request | {"clusterName": group.cluster_name, "nodegroupName": group.nodegroup_name}
    try:
        client.update_nodegroup_config(**cast("UpdateNodegroupConfigRequestTypeDef", whole))
    except (ClientError, BotoCoreError) as error:
        raise translated(error, group.where) from error
    return wait(client, group.cluster_name, group.nodegroup_name, patience)


def _send_version(
    client: "EKSClient", old: NodeGroup, found: Live, new: NodeGroup, patience: Patience
) -> Live | None:
    now = found.group
    request: dict[str, object] = {}
    if new.version is not None and new.version != now.version:
        request["version"] = new.version
    if new.release_version is not None and new.release_version != now.release_version:
        request["releaseVersion"] = new.release_version
    template = new.launch_template
    if template is not None and template.version is not None:
        # EKS reports a number where `$Latest` was written, so both sides are asked.
        known = {part.version for part in (old.launch_template, now.launch_template) if part}
        if template.version not in known:
            request["launchTemplate"] = template.model_dump(by_alias=True, exclude_none=True)
    if not request:
        return None
    request |= {"clusterName": new.cluster_name, "nodegroupName": new.nodegroup_name}
    try:
        client.update_nodegroup_version(**cast("UpdateNodegroupVersionRequestTypeDef", request))
    except (ClientError, BotoCoreError) as error:
        raise translated(error, new.where) from error
    return wait(client, new.cluster_name, new.nodegroup_name, patience)


def _send_tags(client: "EKSClient", old: NodeGroup, found: Live, new: NodeGroup) -> Live | None:
    now = found.group.tags
    added = {key: value for key, value in new.tags.items() if now.get(key) != value}
    removed = sorted(key for key in old.tags if key not in new.tags and key in now)
    try:
        if added:
            client.tag_resource(resourceArn=found.arn, tags=added)
        if removed:
            client.untag_resource(resourceArn=found.arn, tagKeys=removed)
    except (ClientError, BotoCoreError) as error:
        raise translated(error, new.where) from error
    return read(client, new.cluster_name, new.nodegroup_name) if added or removed else None

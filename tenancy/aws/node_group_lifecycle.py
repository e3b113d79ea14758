"""Create, read, update and delete an EKS managed node group, and wait for it."""

import threading
from typing import TYPE_CHECKING

import attrs
from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.boto_errors import aws_error
from tenancy.aws.eks_format import EksNodeGroupState, to_create
from tenancy.aws.errors import AwsError, AwsFailure
from tenancy.aws.node_group import NodeGroup
from tenancy.aws.node_group_reads import read, wait, wait_gone
from tenancy.aws.node_group_updates import complete, update
from tenancy.aws.wait_options import WaitOptions

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

__all__ = ["create", "delete", "read", "update", "wait", "wait_gone"]


def create(
    client: "EKSClient", group: NodeGroup, wait_options: WaitOptions | None = None
) -> EksNodeGroupState:
    """
    Create *group* and return it once it is ACTIVE. On failure, what was created is deleted.

    An existing node group of that name is refused and not changed.

    Raises:
        AwsError: The name is taken, EKS refused the request, or EKS could not create it; what
            was created of it has been deleted, or the message gives the command that does it.
    """
    options = WaitOptions() if wait_options is None else wait_options
    if read(client, group.cluster_name, group.nodegroup_name) is not None:
        raise AwsError(
            group.where,
            "a node group of that name exists already",
            "a name that no node group of the cluster has",
            f"import it (`pulumi import tenancy:aws:NodeGroup … "
            f"{group.cluster_name}/{group.nodegroup_name}`), or give the pool another name",
            failure=AwsFailure.NODE_GROUP_EXISTS,
        )
    try:
        client.create_nodegroup(**to_create(group))
    except ClientError as error:
        # EKS refused, so nothing was created. A group that another caller created is not ours.
        raise aws_error(error, group.where) from error
    except BotoCoreError as error:
        failure = aws_error(error, group.where)
        failure.details += (
            "it may exist: check with `aws eks describe-nodegroup"
            f" --cluster-name {group.cluster_name} --nodegroup-name {group.nodegroup_name}`",
        )
        raise failure from error
    try:
        made = wait(client, group.cluster_name, group.nodegroup_name, options)
        return complete(client, made, group, options)
    except AwsError as error:
        error.details += (_clean_up(client, group, options),)
        raise
    except BaseException:
        _clean_up(client, group, options)
        raise


def _clean_up(client: "EKSClient", group: NodeGroup, wait_options: WaitOptions) -> str:
    """Delete what a failed creation left, and return a sentence about the result."""
    by_hand = (
        f"aws eks delete-nodegroup --cluster-name {group.cluster_name}"
        f" --nodegroup-name {group.nodegroup_name}"
    )
    is_stopped = wait_options.stop.is_set()
    # If the user ended the wait, start the deletion but do not wait for it.
    anew = (
        attrs.evolve(wait_options, stop=threading.Event()) if not is_stopped else wait_options
    )
    try:
        delete(client, group.cluster_name, group.nodegroup_name, anew)
    except (AwsError, BotoCoreError) as error:
        failure = getattr(error, "failure", None)
        if is_stopped and failure is AwsFailure.NODE_GROUP_FAILED:
            return f"its deletion has begun; check that it ends, or repeat it: {by_hand}"
        return f"what was created could not be deleted ({error}); delete it: {by_hand}"
    return "what was created has been deleted"


def delete(
    client: "EKSClient", cluster: str, name: str, wait_options: WaitOptions | None = None
) -> None:
    """
    Delete the node group and return once it is deleted; it may be deleted already.

    Raises:
        AwsError: EKS refused, or could not delete it; with the issues that EKS reports.
    """
    options = WaitOptions() if wait_options is None else wait_options
    where = f"node group {name} of the cluster {cluster}"
    try:
        client.delete_nodegroup(clusterName=cluster, nodegroupName=name)
    except (ClientError, BotoCoreError) as error:
        failure = aws_error(error, where)
        if failure.failure in {AwsFailure.NODE_GROUP_MISSING, AwsFailure.CLUSTER_MISSING}:
            return
        if not _is_being_deleted(client, cluster, name):
            raise failure from error
    wait_gone(client, cluster, name, options)


def _is_being_deleted(client: "EKSClient", cluster: str, name: str) -> bool:
    """Return whether it is being deleted already; EKS refuses a second deletion."""
    try:
        state = read(client, cluster, name)
    except AwsError:
        return False
    return state is None or state.status == "DELETING"

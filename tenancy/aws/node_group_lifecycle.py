"""The life of an EKS managed node group: create, read, update, delete, wait."""

import threading
from typing import TYPE_CHECKING

import attrs
from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.eks_format import Live, to_create
from tenancy.aws.errors import AwsError, AwsFailure, translated
from tenancy.aws.node_group import NodeGroup
from tenancy.aws.node_group_reads import read, wait, wait_gone
from tenancy.aws.node_group_updates import complete, update
from tenancy.aws.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

__all__ = ["create", "delete", "read", "update", "wait", "wait_gone"]


def create(client: "EKSClient", group: NodeGroup, patience: Patience | None = None) -> Live:
    """
    Make *group* and return it once it is ACTIVE. On failure nothing that was made stays.

    What was there before is never touched: an existing node group of that name is refused.

    Raises:
        AwsError: The name is taken, EKS refused the request, or EKS could not create it; what
            was created of it has been deleted, or the message gives the command that does it.
    """
    patient = Patience() if patience is None else patience
    if read(client, group.cluster_name, group.nodegroup_name) is not None:
        raise AwsError(
            group.where,
            "a node group of that name is there already",
            "a name that is free",
            f"import it (`pulumi import tenancy:aws:NodeGroup … "
            f"{group.cluster_name}/{group.nodegroup_name}`), or name the pool otherwise",
            failure=AwsFailure.NODE_GROUP_EXISTS,
        )
    try:
        client.create_nodegroup(**to_create(group))
    except ClientError as error:
        # EKS refused, so nothing was made; and what another made meanwhile is not ours.
        raise translated(error, group.where) from error
    except BotoCoreError as error:
        said = translated(error, group.where)
        said.details += (
            "whether EKS began to make it is not known: look with `aws eks describe-nodegroup"
            f" --cluster-name {group.cluster_name} --nodegroup-name {group.nodegroup_name}`",
        )
        raise said from error
    try:
        made = wait(client, group.cluster_name, group.nodegroup_name, patient)
        return complete(client, made, group, patient)
    except AwsError as error:
        error.details += (_clean_up(client, group, patient),)
        raise
    except BaseException:
        _clean_up(client, group, patient)
        raise


def _clean_up(client: "EKSClient", group: NodeGroup, patience: Patience) -> str:
    """Delete what a failed creation left, and say how that went."""
    by_hand = (
        f"aws eks delete-nodegroup --cluster-name {group.cluster_name}"
        f" --nodegroup-name {group.nodegroup_name}"
    )
    is_stopped = patience.stop.is_set()
    # Whoever ended the wait does not want another one, but still wants nothing left behind.
    anew = attrs.evolve(patience, stop=threading.Event()) if not is_stopped else patience
    try:
        delete(client, group.cluster_name, group.nodegroup_name, anew)
    except (AwsError, BotoCoreError) as error:
        failure = getattr(error, "failure", None)
        if is_stopped and failure is AwsFailure.NODE_GROUP_FAILED:
            return f"its deletion has begun; check that it ends, or repeat it: {by_hand}"
        return f"what was made of it could not be deleted ({error}); delete it: {by_hand}"
    return "what was made of it has been deleted"


def delete(
    client: "EKSClient", cluster: str, name: str, patience: Patience | None = None
) -> None:
    """
    Delete the node group and return once it is gone; it may be gone already.

    Raises:
        AwsError: EKS refused, or could not delete it; with the issues that EKS reports.
    """
    patient = Patience() if patience is None else patience
    where = f"node group {name} of the cluster {cluster}"
    try:
        client.delete_nodegroup(clusterName=cluster, nodegroupName=name)
    except (ClientError, BotoCoreError) as error:
        said = translated(error, where)
        if said.failure in {AwsFailure.NODE_GROUP_MISSING, AwsFailure.CLUSTER_MISSING}:
            return
        if not _is_going(client, cluster, name):
            raise said from error
    wait_gone(client, cluster, name, patient)


def _is_going(client: "EKSClient", cluster: str, name: str) -> bool:
    """Return whether somebody else is deleting it, which EKS answers with a refusal."""
    try:
        found = read(client, cluster, name)
    except AwsError:
        return False
    return found is None or found.status == "DELETING"

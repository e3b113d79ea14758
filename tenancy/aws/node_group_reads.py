"""Read a node group, and wait for EKS, which works in the background after each request."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.boto_errors import aws_error
from tenancy.aws.eks_format import EksNodeGroupState, node_group_state
from tenancy.aws.errors import AwsError, AwsFailure, node_group_failed
from tenancy.aws.wait_options import WaitOptions

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

__all__ = ["UPDATABLE", "read", "wait", "wait_gone"]

_IN_PROGRESS: Final = frozenset({"CREATING", "UPDATING", "DELETING"})
_ACTIVE: Final = frozenset({"ACTIVE"})
UPDATABLE: Final = frozenset({"ACTIVE", "DEGRADED"})
"""The states in which EKS takes an update; an update may repair a node group."""


def read(client: "EKSClient", cluster: str, name: str) -> EksNodeGroupState | None:
    """
    Return the node group *name* of *cluster* as EKS reports it, or None if it does not exist.

    Raises:
        AwsError: There is no such cluster in this account and region, EKS did not answer, or
            its answer cannot be read.
    """
    where = f"node group {name} of the cluster {cluster}"
    try:
        answer = client.describe_nodegroup(clusterName=cluster, nodegroupName=name)
    except (ClientError, BotoCoreError) as error:
        failure = aws_error(error, where)
        if failure.failure is AwsFailure.NODE_GROUP_MISSING:
            return None
        raise failure from error
    return node_group_state(answer["nodegroup"], client.meta.region_name)


def wait(
    client: "EKSClient",
    cluster: str,
    name: str,
    wait_options: WaitOptions,
    accepted: frozenset[str] = _ACTIVE,
) -> EksNodeGroupState:
    """
    Return the node group once its status is *accepted*. Default: once it is ACTIVE.

    Raises:
        AwsError: It came to another status, it was deleted meanwhile, or the time ran out;
            with the issues that EKS reports.
    """
    where = f"node group {name} of the cluster {cluster}"
    until = wait_options.until()
    while True:
        state = read(client, cluster, name)
        if state is None:
            raise AwsError(
                where,
                "it was deleted during the wait",
                "a node group",
                "try again",
                failure=AwsFailure.NODE_GROUP_MISSING,
            )
        if state.status in accepted:
            return state
        if state.status not in _IN_PROGRESS:
            raise node_group_failed(
                where,
                f"its status is {state.status}",
                "correct what EKS reports and try again",
                state.issues,
            )
        _keep_waiting(where, state, wait_options, until)


def wait_gone(client: "EKSClient", cluster: str, name: str, wait_options: WaitOptions) -> None:
    """
    Return once the node group is deleted.

    Raises:
        AwsError: EKS could not delete it, or the time ran out; with the issues that EKS
            reports.
    """
    where = f"node group {name} of the cluster {cluster}"
    until = wait_options.until()
    while True:
        try:
            state = read(client, cluster, name)
        except AwsError as error:
            if error.failure is AwsFailure.CLUSTER_MISSING:
                return
            raise
        if state is None:
            return
        if state.status == "DELETE_FAILED":
            raise node_group_failed(
                where,
                "its status is DELETE_FAILED",
                "correct what EKS reports and try again",
                state.issues,
            )
        _keep_waiting(where, state, wait_options, until)


def _keep_waiting(
    where: str, state: EksNodeGroupState, wait_options: WaitOptions, until: float
) -> None:
    if wait_options.stop.is_set():
        raise node_group_failed(
            where,
            f"the wait was interrupted while it was {state.status}",
            "try again",
            state.issues,
        )
    if wait_options.now() >= until:
        raise node_group_failed(
            where,
            f"it is still {state.status} after {wait_options.timeout}",
            "correct what EKS reports, or give it more time (customTimeouts), and try again",
            state.issues,
        )
    wait_options.pause()

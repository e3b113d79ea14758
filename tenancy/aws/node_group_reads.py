"""Reading a node group, and waiting for EKS, which answers at once and works afterwards."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.eks_format import Live, live
from tenancy.aws.errors import AwsError, AwsFailure, node_group_failed, translated
from tenancy.aws.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

__all__ = ["SETTLED", "read", "wait", "wait_gone"]

_MOVING: Final = frozenset({"CREATING", "UPDATING", "DELETING"})
_ACTIVE: Final = frozenset({"ACTIVE"})
SETTLED: Final = frozenset({"ACTIVE", "DEGRADED"})
"""The states in which EKS takes an update; an update may repair a node group."""


def read(client: "EKSClient", cluster: str, name: str) -> Live | None:
    """
    Return the node group *name* of *cluster* as EKS has it, or None where there is none.

    Raises:
        AwsError: There is no such cluster in this account and region, EKS did not answer, or
            its answer cannot be read.
    """
    where = f"node group {name} of the cluster {cluster}"
    try:
        answer = client.describe_nodegroup(clusterName=cluster, nodegroupName=name)
    except (ClientError, BotoCoreError) as error:
        said = translated(error, where)
        if said.failure is AwsFailure.NODE_GROUP_MISSING:
            return None
        raise said from error
    return live(answer["nodegroup"], client.meta.region_name)


def wait(
    client: "EKSClient",
    cluster: str,
    name: str,
    patience: Patience,
    accepted: frozenset[str] = _ACTIVE,
) -> Live:
    """
    Return the node group once its status is *accepted*. Default: once it is ACTIVE.

    Raises:
        AwsError: It came to another status, it was deleted meanwhile, or the time ran out;
            with the issues that EKS reports.
    """
    where = f"node group {name} of the cluster {cluster}"
    until = patience.until()
    while True:
        found = read(client, cluster, name)
        if found is None:
            raise AwsError(
                where,
                "it was deleted during the wait",
                "a node group",
                "try again",
                failure=AwsFailure.NODE_GROUP_MISSING,
            )
        if found.status in accepted:
            return found
        if found.status not in _MOVING:
            raise node_group_failed(
                where,
                f"its status is {found.status}",
                "correct what EKS reports and try again",
                found.issues,
            )
        _keep_waiting(where, found, patience, until)


def wait_gone(client: "EKSClient", cluster: str, name: str, patience: Patience) -> None:
    """
    Return once the node group is gone.

    Raises:
        AwsError: EKS could not delete it, or the time ran out; with the issues that EKS
            reports.
    """
    where = f"node group {name} of the cluster {cluster}"
    until = patience.until()
    while True:
        try:
            found = read(client, cluster, name)
        except AwsError as error:
            if error.failure is AwsFailure.CLUSTER_MISSING:
                return
            raise
        if found is None:
            return
        if found.status == "DELETE_FAILED":
            raise node_group_failed(
                where,
                "its status is DELETE_FAILED",
                "correct what EKS reports and try again",
                found.issues,
            )
        _keep_waiting(where, found, patience, until)


def _keep_waiting(where: str, found: Live, patience: Patience, until: float) -> None:
    if patience.stop.is_set():
        raise node_group_failed(
            where, f"the wait was ended while it was {found.status}", "try again", found.issues
        )
    if patience.now() >= until:
        raise node_group_failed(
            where,
            f"it is still {found.status} after {patience.timeout}",
            "correct what EKS reports, or give it more time (customTimeouts), and try again",
            found.issues,
        )
    patience.pause()

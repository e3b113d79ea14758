"""Reading a node group, and waiting for EKS, which answers at once and works afterwards."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from tenancy.aws.eks_format import Live, live
from tenancy.aws.errors import (
    ClusterMissingError,
    NodeGroupFailedError,
    NodeGroupMissingError,
    translated,
)
from tenancy.aws.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

__all__ = ["SETTLED", "read", "wait", "wait_gone"]

_MOVING: Final = frozenset({"CREATING", "UPDATING", "DELETING"})
_ACTIVE: Final = frozenset({"ACTIVE"})
SETTLED: Final = frozenset({"ACTIVE", "DEGRADED"})
"""The states in which EKS takes an update; one may be what mends a node group."""


def read(client: "EKSClient", cluster: str, name: str) -> Live | None:
    """
    Return the node group *name* of *cluster* as EKS has it, or None where there is none.

    Raises:
        ClusterMissingError: There is no such cluster in this account and region.
        AwsError: EKS did not answer, or with something this tool cannot describe.
    """
    where = f"node group {name} of the cluster {cluster}"
    try:
        answer = client.describe_nodegroup(clusterName=cluster, nodegroupName=name)
    except (ClientError, BotoCoreError) as error:
        said = translated(error, where)
        if isinstance(said, NodeGroupMissingError):
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
        NodeGroupFailedError: It came to another end, or patience did; with EKS' own issues.
        NodeGroupMissingError: It went away meanwhile.
    """
    where = f"node group {name} of the cluster {cluster}"
    until = patience.until()
    while True:
        found = read(client, cluster, name)
        if found is None:
            raise NodeGroupMissingError(
                where, "it went away while it was waited for", "a node group", "try again"
            )
        if found.status in accepted:
            return found
        if found.status not in _MOVING:
            raise NodeGroupFailedError(
                where,
                f"its status is {found.status}",
                "mend what EKS reports and try again",
                found.issues,
            )
        _keep_waiting(where, found, patience, until)


def wait_gone(client: "EKSClient", cluster: str, name: str, patience: Patience) -> None:
    """
    Return once the node group is gone.

    Raises:
        NodeGroupFailedError: EKS could not delete it, or patience ended; with EKS' own issues.
    """
    where = f"node group {name} of the cluster {cluster}"
    until = patience.until()
    while True:
        try:
            found = read(client, cluster, name)
        except ClusterMissingError:
            return
        if found is None:
            return
        if found.status == "DELETE_FAILED":
            raise NodeGroupFailedError(
                where,
                "its status is DELETE_FAILED",
                "mend what EKS reports and try again",
                found.issues,
            )
        _keep_waiting(where, found, patience, until)


def _keep_waiting(where: str, found: Live, patience: Patience, until: float) -> None:
    if patience.stop.is_set():
        raise NodeGroupFailedError(
            where, f"the wait was ended while it was {found.status}", "try again", found.issues
        )
    if patience.now() >= until:
        raise NodeGroupFailedError(
            where,
            f"it is still {found.status} after {patience.timeout}",
            "mend what EKS reports, or give it more time (customTimeouts), and try again",
            found.issues,
        )
    patience.pause()

"""Whether the cluster that answers is the one that a stack was applied to."""

from tenancy.cluster.connection import Connection
from tenancy.config.document import JSON
from tenancy.diagnostics import ClusterError, Exit

__all__ = ["require_same"]


def require_same(connection: Connection, uid: JSON) -> None:
    """
    Return normally if *connection* is to the cluster of *uid*, or if no cluster is known yet.

    Args:
        uid: The stack's output `clusterUid`; None before the first update.

    Raises:
        ClusterError: Another cluster answers; the exit code is that of a refusal.
    """
    if isinstance(uid, str) and uid != connection.uid:
        raise ClusterError(
            connection.cluster,
            f"another cluster answers: kube-system has the UID {connection.uid}, and this stack"
            f" was applied to {uid}",
            "correct the kubeconfig; for a sandbox that was wiped, run `make down` first",
            exit_code=Exit.REFUSED,
        )

"""Whether the cluster that answers is the one that a stack was applied to."""

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.config.document import JSON
from tenancy.diagnostics.exit_codes import Exit

__all__ = ["AnotherClusterError", "require_same"]


class AnotherClusterError(ClusterError):
    """Another cluster answers than the one that the stack was applied to."""

    exit = Exit.REFUSED

    def __str__(self) -> str:
        # The last sentence is how whoever reads the engine's output knows a refusal.
        return f"{super().__str__()}\nNothing was changed."


def require_same(connection: Connection, uid: JSON) -> None:
    """
    Return where *connection* leads to the cluster of *uid*, or where none is known yet.

    Args:
        uid: What the stack's output `clusterUid` says; None where there was no update.

    Raises:
        AnotherClusterError: Another one answers.
    """
    if isinstance(uid, str) and uid != connection.uid:
        raise AnotherClusterError(
            connection.cluster,
            f"another cluster answers: kube-system has the UID {connection.uid}, and this stack"
            f" was applied to {uid}",
            "correct the kubeconfig; for a sandbox that was wiped, run `make down` first",
        )

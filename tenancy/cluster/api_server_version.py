"""The release of Kubernetes that a cluster runs."""

from tenancy.cluster.connection import Connection
from tenancy.cluster.transport import Request
from tenancy.kubernetes.releases import Release

__all__ = ["server_release"]


def server_release(connection: Connection) -> Release | None:
    """
    Return the minor release of the API server, or None if its version has another form.

    Raises:
        ClusterError: The cluster does not answer, or refuses.
    """
    with connection.errors("asking for the version of Kubernetes"):
        found = connection.request(Request("GET", "/version"))
        return Release.parse(str(found.get("gitVersion", "")))

"""A connection by a kubeconfig that somebody passes, as a path or as its text."""

from pathlib import Path

from kubernetes import client, config

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.private_client import KubeconfigError, private_client

__all__ = ["connect_by"]


def connect_by(kubeconfig: str, context: str | None) -> Connection:
    """
    Connect to the cluster that *kubeconfig* names, and learn its UID.

    Args:
        kubeconfig: A path, or the text of one. Never shown.
        context: Default: the current one of that kubeconfig.

    Raises:
        ClusterError: It is no kubeconfig, or the cluster does not answer or refuses.
    """
    name = context or "of the kubeconfig"
    try:
        if "\n" in kubeconfig:
            api = private_client(kubeconfig, context, Path())
        else:
            path = Path(kubeconfig).expanduser()
            api = private_client(path.read_text(), context, path.parent)
    except (config.ConfigException, KubeconfigError, OSError, UnicodeDecodeError) as error:
        raise ClusterError(
            name,
            f"the kubeconfig cannot be used ({type(error).__name__})",
            "pass a kubeconfig, and a context that it has",
        ) from None
    # What asks for the UID needs a connection to say what goes wrong.
    connection = Connection(cluster=name, api=api, uid="")
    with connection.errors("asking the cluster who it is"):
        found = client.CoreV1Api(connection.api).read_namespace(
            "kube-system", _request_timeout=(5, 30)
        )
    assert found.metadata is not None
    assert found.metadata.uid is not None
    return Connection(cluster=name, api=connection.api, uid=found.metadata.uid)

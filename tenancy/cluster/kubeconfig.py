"""A connection by a kubeconfig that somebody passes, as a path or as its text."""

import urllib3
import yaml
from kubernetes import client, config

from tenancy.cluster.connection import ClusterError, Connection

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
    settings = client.Configuration()
    try:
        if "\n" in kubeconfig:
            config.load_kube_config_from_dict(  # type: ignore[no-untyped-call]
                yaml.safe_load(kubeconfig), context=context, client_configuration=settings
            )
        else:
            config.load_kube_config(  # type: ignore[no-untyped-call]
                config_file=kubeconfig, context=context, client_configuration=settings
            )
    except (config.ConfigException, yaml.YAMLError, TypeError) as error:
        raise ClusterError(
            name,
            f"the kubeconfig cannot be used ({type(error).__name__})",
            "pass a kubeconfig, and a context that it has",
        ) from error
    settings.retries = urllib3.Retry(total=1, connect=1, read=0, backoff_factor=0.1)
    # What asks for the UID needs a connection to say what goes wrong.
    connection = Connection(cluster=name, api=client.ApiClient(settings), uid="")
    with connection.errors("asking the cluster who it is"):
        found = client.CoreV1Api(connection.api).read_namespace(
            "kube-system", _request_timeout=(5, 30)
        )
    assert found.metadata is not None
    assert found.metadata.uid is not None
    return Connection(cluster=name, api=connection.api, uid=found.metadata.uid)

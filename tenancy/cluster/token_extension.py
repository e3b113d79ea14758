"""Whether an API server extends tokens of pods to a year, if its flags are visible."""

from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import listed
from tenancy.config.document import JSON, mapping

__all__ = ["extends_tokens"]

_FLAG: Final = "--service-account-extend-token-expiration"
_PODS: Final = "/api/v1/namespaces/kube-system/pods"


def extends_tokens(connection: Connection) -> bool | None:
    """
    Return whether the API server makes tokens of pods last a year.

    Its flags are visible if it runs as a pod of `kube-system`, as with kubeadm; without the
    flag it extends them.

    Returns:
        None if no API server is visible, as on most managed clusters.

    Raises:
        ClusterError: The cluster refuses to list the pods.
    """
    with connection.errors("listing the pods of the API server"):
        found = [
            _extends(pod.get("spec"))
            for pod in listed(connection, _PODS, {"labelSelector": "component=kube-apiserver"})
        ]
    return any(found) if found else None


def _extends(spec: JSON) -> bool:
    containers = mapping(spec).get("containers")
    words = [
        str(word)
        for container in (containers if isinstance(containers, list) else ())
        for field in ("command", "args")
        for word in _list(mapping(container).get(field))
    ]
    return f"{_FLAG}=false" not in words


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []

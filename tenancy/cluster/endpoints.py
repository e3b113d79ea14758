"""The address and certificate authority of a cluster: a kubeconfig without its secrets."""

import base64
import binascii
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import yaml

from tenancy.cluster.connection import ClusterError, kubeconfig_of
from tenancy.cluster.kubeconfig_text import kubeconfig_text
from tenancy.cluster.private_client import KubeconfigError
from tenancy.model import Cluster

__all__ = ["Endpoint", "endpoint"]


@attrs.frozen(kw_only=True, slots=True)
class Endpoint:
    """
    The address of an API server.

    Attributes:
        server: Its URL.
        authority: The PEM certificates that verify it; None for those of the system.
        tls_server_name: The name in its certificate, if it differs from the URL's.
        proxy_url: The proxy in front of it.
    """

    server: str
    authority: bytes | None = None
    tls_server_name: str | None = None
    proxy_url: str | None = None


def endpoint(cluster: Cluster, root: Path) -> Endpoint:
    """
    Return the address of *cluster*, without credentials, from the kubeconfig of its stack.

    Raises:
        ClusterError: The kubeconfig has no such context, is damaged, or skips verification.
    """
    path, context = kubeconfig_of(cluster, root)

    def broken(found: str, remedy: str) -> ClusterError:
        return ClusterError(cluster.name, f"the kubeconfig {path.name} {found}", remedy)

    try:
        written = yaml.safe_load(kubeconfig_text(path))
    except KubeconfigError as error:
        raise broken(f"cannot be read: {error}", "correct tenancy:kubeconfig") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise broken("cannot be read", "correct tenancy:kubeconfig") from error
    written = written if isinstance(written, dict) else {}
    wanted = context or written.get("current-context")
    found = _named(written.get("contexts"), wanted, "context")
    address = _named(written.get("clusters"), found.get("cluster"), "cluster")
    server = address.get("server")
    if not isinstance(server, str) or not server:
        raise broken(
            f"does not contain a context {wanted!r} with a server", "correct tenancy:context"
        )
    if address.get("insecure-skip-tls-verify"):
        raise broken(
            "disables the verification of the server's certificate; a token must not be sent "
            "to it",
            "set the certificate authority in it",
        )
    proxy, tls_name = address.get("proxy-url"), address.get("tls-server-name")
    if any(urlsplit(str(url)).password for url in (server, proxy) if url):
        raise broken("contains a password in an address", "remove it from the address")
    unreadable = broken(
        "names a certificate authority that cannot be read", "correct the path or the data"
    )
    return Endpoint(
        server=server,
        authority=_authority(address, path, unreadable),
        tls_server_name=None if tls_name is None else str(tls_name),
        proxy_url=None if proxy is None else str(proxy),
    )


def _named(entries: object, name: object, key: str) -> dict[str, object]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("name") == name:
            inner = entry.get(key)
            return inner if isinstance(inner, dict) else {}
    return {}


def _authority(
    address: dict[str, object], path: Path, unreadable: ClusterError
) -> bytes | None:
    data, file = address.get("certificate-authority-data"), address.get("certificate-authority")
    try:
        if isinstance(data, str):
            return base64.b64decode(data, validate=True)
        if isinstance(file, str):
            return (path.parent / file).read_bytes()
    except (OSError, binascii.Error) as error:
        raise unreadable from error
    return None

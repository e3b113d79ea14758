"""Self-contained kubeconfigs: certificates and keys are embedded, no other file is needed."""

import base64
from pathlib import Path

import yaml

from tenancy.config import SANDBOX
from tenancy.local.sandbox.certificate_files import Pair

__all__ = ["kubeconfig"]


def kubeconfig(server: str, authority: Path, user: str, pair: Pair) -> bytes:
    """
    Return a kubeconfig with one context, named `sandbox`.

    Args:
        server: The API server's URL.
        authority: The certificate authority that signed the server's certificate.
        user: The user's name.
        pair: The user's certificate and key.
    """
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": SANDBOX,
                "cluster": {"server": server, "certificate-authority-data": _data(authority)},
            }
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _data(pair.certificate),
                    "client-key-data": _data(pair.key),
                },
            }
        ],
        "contexts": [{"name": SANDBOX, "context": {"cluster": SANDBOX, "user": user}}],
        "current-context": SANDBOX,
    }
    return yaml.safe_dump(content, sort_keys=False).encode()


def _data(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

"""A client of one cluster that keeps the private key in memory, not in a lasting file."""

import base64
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config.kube_config import KubeConfigLoader

from tenancy.config.document import JSON

__all__ = ["KubeconfigError", "private_client"]

_DATA: Final = ("client-certificate-data", "client-key-data")


class KubeconfigError(Exception):
    """A kubeconfig cannot be used; the message contains none of it, to protect credentials."""


def private_client(text: str, context: str | None, folder: Path) -> ApiClient:
    """
    Return a client for the kubeconfig *text*, without connecting yet.

    The Kubernetes client writes the key into a temporary file and removes that when the process
    ends, unless it is killed. So the key is removed from the kubeconfig first, and loaded here.

    Args:
        context: Default: the current one of that kubeconfig.
        folder: The folder of relative paths in it.

    Raises:
        KubeconfigError: It is not a kubeconfig, or is damaged.
        ConfigException: It has no such context; the message names what is missing.
    """
    settings = Configuration()
    try:
        written = yaml.safe_load(text)
        pair = _taken(written, context)
        loader = KubeConfigLoader(  # type: ignore[no-untyped-call]
            written, active_context=context, config_base_path=str(folder)
        )
        loader.load_and_set(settings)  # type: ignore[no-untyped-call]
        made = ApiClient(settings)
        if pair is not None:
            made.rest_client.pool_manager.connection_pool_kw["ssl_context"] = _trusted(
                settings, *pair
            )
    except (
        *(yaml.YAMLError, ssl.SSLError, ValueError, TypeError, AttributeError),
        RecursionError,
    ) as error:
        raise KubeconfigError(type(error).__name__) from None
    return made


def _taken(written: JSON, context: str | None) -> tuple[bytes, bytes] | None:
    """Remove the user's certificate and key from *written*, and return them."""
    if not isinstance(written, dict):
        raise TypeError
    found = _named(written.get("contexts"), context or written.get("current-context"))
    user = _named(written.get("users"), _inner(found, "context").get("user"))
    inner = _inner(user, "user")
    if not all(isinstance(inner.get(key), str) for key in _DATA):
        return None
    certificate, key = (base64.b64decode(str(inner.pop(key)), validate=True) for key in _DATA)
    return certificate, key


def _named(entries: JSON, name: JSON) -> Mapping[str, JSON]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("name") == name:
            return entry
    return {}


def _inner(entry: Mapping[str, JSON], key: str) -> dict[str, JSON]:
    inner = entry.get(key)
    return inner if isinstance(inner, dict) else {}


def _trusted(settings: Configuration, certificate: bytes, key: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ssl_ca_cert)
    if not settings.verify_ssl:
        context.check_hostname = False
    # OpenSSL reads keys from files only; this file is readable by its owner only and deleted at
    # once.
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)
    return context

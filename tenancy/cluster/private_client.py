"""A client of one cluster whose private key is in memory, and in no file that outlives it."""

import base64
import ssl
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import urllib3
import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config.kube_config import KubeConfigLoader

from tenancy.config.document import JSON

__all__ = ["KubeconfigError", "private_client"]

_DATA: Final = ("client-certificate-data", "client-key-data")


class KubeconfigError(Exception):
    """A kubeconfig cannot be used. Nothing of it is repeated: it is made of credentials."""


def private_client(text: str, context: str | None, folder: Path) -> ApiClient:
    """
    Return a client by the kubeconfig *text*, which connects to nobody yet.

    The Kubernetes client writes a key that it is given into a temporary file and removes that
    when the process ends, unless it is killed. So the key is taken out before, and loaded here.

    Args:
        context: Default: the current one of that kubeconfig.
        folder: What paths in it are relative to.

    Raises:
        KubeconfigError: It is no kubeconfig, or one that is damaged.
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
        settings.retries = urllib3.Retry(total=1, connect=1, read=0, backoff_factor=0.1)
        made = ApiClient(settings)
        if pair is not None:
            made.rest_client.pool_manager.connection_pool_kw["ssl_context"] = _trusted(
                settings, *pair
            )
    except (yaml.YAMLError, ssl.SSLError, ValueError, TypeError, AttributeError) as error:
        raise KubeconfigError(type(error).__name__) from None
    return made


def _taken(written: JSON, context: str | None) -> tuple[bytes, bytes] | None:
    """Take the certificate and key of the user of *context* out of *written*."""
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
    # OpenSSL reads keys from files only; this one is its owner's alone and goes at once.
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)
    return context

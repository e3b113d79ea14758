"""Why an API server cannot be used, in words: what happened, and what to do."""

import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import urllib3
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

__all__ = ["refusal", "unreachable"]

_START_SANDBOX: Final = "run `make up`"


def refusal(error: ApiException, api: ApiClient | None = None) -> tuple[str, str]:
    """
    Return the answer to a refused request, and what to do.

    Args:
        error: The answer.
        api: The client, which knows whether it sent any credentials. Default: not known.
    """
    answer = f"was answered with {error.status} {error.reason}"
    if error.status == HTTPStatus.UNAUTHORIZED:
        if api is not None and not _has_credentials(api):
            return (
                f"{answer}: the kubeconfig's user has no credentials; its login command is"
                " missing or failed",
                "log in to the cluster, and check that `kubectl get namespaces` works",
            )
        return (
            f"{answer}: the token or the certificate is not valid, or has expired",
            "log in to the cluster again, and check that `kubectl get namespaces` works",
        )
    if error.status == HTTPStatus.FORBIDDEN:
        return answer, "use credentials that may do this, or ask for the permission"
    if error.status in {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}:
        return f"{answer}: the API server is not ready", "wait for it, and run this again"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"{answer}: the API server is overloaded", "wait a minute, and run this again"
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer, "run this again; if it is answered the same, see the API server's log"
    return answer, "see the API server's log"


def unreachable(error: BaseException, *, is_sandbox: bool = False) -> tuple[str, str]:
    """Return why no answer came, in words, and what to do."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror | urllib3.exceptions.NameResolutionError):
            return (
                "got no answer: the name of the server does not resolve",
                "check the address in the kubeconfig, the DNS and the VPN",
            )
        if isinstance(cause, ssl.SSLError | urllib3.exceptions.SSLError):
            return _tls(str(cause))
        if isinstance(cause, urllib3.exceptions.LocationParseError):
            return (
                "failed: the address of the server is not a URL",
                "correct `server` in the kubeconfig",
            )
        if isinstance(cause, ConnectionRefusedError):
            remedy = _START_SANDBOX if is_sandbox else "start the cluster, or check the address"
            return "got no answer: connection refused", remedy
        if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError):
            return (
                "got no answer in time",
                _START_SANDBOX if is_sandbox else "check the address, the network and the VPN",
            )
        if isinstance(cause, ConnectionError | urllib3.exceptions.ProtocolError):
            return "got no answer: the connection was closed", "run this again"
    return (
        f"got no answer ({type(error).__name__})",
        _START_SANDBOX if is_sandbox else "check the address, the network and the VPN",
    )


def _tls(text: str) -> tuple[str, str]:
    if "WRONG_VERSION_NUMBER" in text:
        return (
            "got no answer: the server does not use TLS",
            "correct `server` in the kubeconfig: the address, or http:// for https://",
        )
    if "has expired" in text:
        return "got no answer: the server's certificate has expired", "renew it"
    if "CERTIFICATE_VERIFY_FAILED" in text and ("ostname" in text or "IP address" in text):
        return (
            "got no answer: the server's certificate is for another name",
            "use the name in the certificate as `server` in the kubeconfig",
        )
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return (
            "got no answer: the server's certificate is not signed by a trusted authority",
            "set `certificate-authority-data` in the kubeconfig; a proxy may also present its"
            " own certificate",
        )
    return "got no answer: TLS failed", "check the certificates in the kubeconfig"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the causes of *error*, the innermost first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        reason = getattr(current, "reason", None)
        current = reason if isinstance(reason, BaseException) else current.__cause__
    yield from reversed(chain)


def _has_credentials(api: ApiClient) -> bool:
    context = api.rest_client.pool_manager.connection_pool_kw.get("ssl_context")
    return bool(context or api.configuration.cert_file or api.configuration.auth_settings())

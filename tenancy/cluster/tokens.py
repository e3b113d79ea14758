"""Tokens of service accounts, bound to them and with an expiry."""

from datetime import datetime

import attrs
from kubernetes import client

from tenancy.cluster.connection import Connection

__all__ = ["Token", "service_account_token"]


@attrs.frozen(kw_only=True, slots=True)
class Token:
    """A bearer token. It is never shown: not in a message, nor where the object is printed."""

    value: str = attrs.field(repr=False)
    expires: datetime


def service_account_token(
    connection: Connection, namespace: str, name: str, seconds: int
) -> Token:
    """
    Return a token of the service account *name*, which must exist.

    Args:
        seconds: How long it is valid, 600 or more; the cluster may grant less.

    Raises:
        ClusterError: There is no such account, or the cluster refuses.
    """
    request = client.AuthenticationV1TokenRequest(
        spec=client.V1TokenRequestSpec(audiences=[], expiration_seconds=seconds)
    )
    with connection.errors(f"asking for a token of the service account {namespace}/{name}"):
        answer = client.CoreV1Api(connection.api).create_namespaced_service_account_token(
            name, namespace, request, _request_timeout=30
        )
    status = answer.status
    assert status is not None
    assert status.token is not None
    assert status.expiration_timestamp is not None
    return Token(value=status.token, expires=status.expiration_timestamp)

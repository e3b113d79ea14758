"""Request tokens of service accounts, which expire."""

from datetime import datetime

import attrs

from tenancy.cluster.connection import Connection
from tenancy.cluster.transport import Request
from tenancy.config.document import text

__all__ = ["ServiceAccountToken", "service_account_token"]


@attrs.frozen(kw_only=True, slots=True)
class ServiceAccountToken:
    """A bearer token, which is never shown in messages or when the object is printed."""

    value: str = attrs.field(repr=False)
    expires: datetime


def service_account_token(
    connection: Connection, namespace: str, name: str, seconds: int
) -> ServiceAccountToken:
    """
    Return a token of the service account *name*, which must exist.

    Args:
        seconds: How long it is valid, 600 or more; the cluster may grant less.

    Raises:
        ClusterError: The account does not exist, or the cluster refuses.
    """
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    wanted = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"audiences": [], "expirationSeconds": seconds},
    }
    with connection.errors(f"requesting a token of the service account {namespace}/{name}"):
        answer = connection.request(Request("POST", path, wanted))
    status = answer.get("status")
    return ServiceAccountToken(
        value=text(status, "token"),
        expires=datetime.fromisoformat(text(status, "expirationTimestamp")),
    )

"""Read the objects of some namespaces that admission policies will judge."""

from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus
from typing import Final

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import METADATA, listed
from tenancy.cluster.transport import JSON_TYPE, Request
from tenancy.config.document import JSON, mapping, text
from tenancy.kubernetes.pods import Fields
from tenancy.model import KindOfObject

__all__ = ["judged_objects"]

_SECRETS: Final = KindOfObject(group="", plural="secrets")
_TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105

Found = Mapping[str, tuple[Fields, ...]]


def judged_objects(
    connection: Connection, kinds: Iterable[KindOfObject], names: Collection[str]
) -> Mapping[KindOfObject, Found]:
    """
    Return the objects of *kinds* in the namespaces *names*; one list request for each kind.

    Of Secrets only those with a token of a service account are listed, without their content. A
    kind that the cluster does not serve has none.

    Raises:
        ApiException: The API server refused.
    """
    return {kind: _of_kind(connection, kind, names) for kind in dict.fromkeys(kinds)}


def _of_kind(connection: Connection, kind: KindOfObject, names: Collection[str]) -> Found:
    found: dict[str, list[Fields]] = {}
    query: dict[str, str] = {}
    accept, more = JSON_TYPE, dict[str, JSON]()
    if kind == _SECRETS:
        query, accept, more = {"fieldSelector": f"type={_TOKEN}"}, METADATA, {"type": _TOKEN}
    try:
        path = f"{_base(connection, kind.group)}/{kind.plural}"
        for item in listed(connection, path, query, accept=accept):
            namespace = text(item, "metadata", "namespace")
            if namespace in names:
                found.setdefault(namespace, []).append({**item, **more})
    except ApiException as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
    return {namespace: tuple(some) for namespace, some in found.items()}


def _base(connection: Connection, group: str) -> str:
    """Return the path of the version of *group* that the cluster prefers."""
    if not group:
        return "/api/v1"
    served = connection.request(Request("GET", f"/apis/{group}"))
    return f"/apis/{text(mapping(served.get('preferredVersion')), 'groupVersion')}"

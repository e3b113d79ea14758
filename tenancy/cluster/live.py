"""What the plan needs of a cluster, in a handful of lists for the whole of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar, cast
from urllib.parse import urlencode

import urllib3
from kubernetes import client

from tenancy import labels
from tenancy.cluster.connection import ClusterError, Connection
from tenancy.document import JSON
from tenancy.plan.live import Live, LiveNamespace, LiveQuota, Unread

__all__ = ["read"]

_PAGE: Final = 500
_TIMEOUT: Final = urllib3.Timeout(connect=5, read=60)
_METADATA: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_OURS: Final = f"{labels.MANAGED}=true"

Item = Mapping[str, JSON]
T = TypeVar("T")


def read(connection: Connection, *, contents: bool = False) -> Live:
    """
    Return what is there. What cannot be read is said to be so, and nothing fails.

    The cluster's objects are listed as they are on the wire: models of the client take many
    times as long, and thousands of quotas are listed.

    Args:
        connection: To a cluster that answered.
        contents: Whether pods and volume claims are counted, which only deletions need.
    """
    unread: list[Unread] = []

    def part(name: str, make: Callable[[], T]) -> T | None:
        try:
            with connection.errors(f"listing {name}"):
                return make()
        except ClusterError as error:
            unread.append(Unread(part=name, why=error.found))
            return None

    return Live(
        namespaces=part("namespaces", lambda: _namespaces(connection)),
        quotas=part("quotas", lambda: _quotas(connection)),
        bindings=part("role bindings", lambda: _bindings(connection)),
        pods=part("pods", lambda: _pods(connection)) if contents else None,
        claims=part("volume claims", lambda: _claims(connection)) if contents else None,
        unread=tuple(unread),
    )


def _namespaces(connection: Connection) -> Mapping[str, LiveNamespace]:
    found = {}
    for item in _list(connection, "/api/v1/namespaces", accept=_METADATA):
        metadata = _mapping(item.get("metadata"))
        name = str(metadata.get("name"))
        found[name] = LiveNamespace(
            name=name,
            labels=_texts(metadata.get("labels")),
            is_going="deletionTimestamp" in metadata,
        )
    return found


def _quotas(connection: Connection) -> Mapping[str, Mapping[str, LiveQuota]]:
    found: dict[str, dict[str, LiveQuota]] = {}
    for item in _list(connection, "/api/v1/resourcequotas"):
        namespace, name = _place(item)
        spec, status = _mapping(item.get("spec")), _mapping(item.get("status"))
        found.setdefault(namespace, {})[name] = LiveQuota(
            hard=_texts(spec.get("hard")), used=_texts(status.get("used"))
        )
    return found


def _bindings(connection: Connection) -> Mapping[str, Mapping[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    path = "/apis/rbac.authorization.k8s.io/v1/rolebindings"
    for item in _list(connection, path, labelSelector=_OURS):
        namespace, name = _place(item)
        role = name.removeprefix("tenancy:")
        subjects = item.get("subjects")
        found.setdefault(namespace, {})[role] = frozenset(
            _subject(_mapping(one)) for one in (subjects if isinstance(subjects, list) else ())
        )
    return found


def _pods(connection: Connection) -> Mapping[str, int]:
    return _counts(_list(connection, "/api/v1/pods", accept=_METADATA))


def _claims(connection: Connection) -> Mapping[str, int]:
    return _counts(_list(connection, "/api/v1/persistentvolumeclaims", accept=_METADATA))


def _counts(items: Iterator[Item]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for item in items:
        namespace, _ = _place(item)
        found[namespace] = found.get(namespace, 0) + 1
    return found


def _subject(subject: Item) -> str:
    namespace = subject.get("namespace")
    where = f"{namespace}/" if namespace and subject.get("kind") == "ServiceAccount" else ""
    return f"{subject.get('kind')} {where}{subject.get('name')}"


def _list(
    connection: Connection, path: str, *, accept: str = "application/json", **query: str
) -> Iterator[Item]:
    """Yield what is listed at *path*, page by page."""
    configuration = connection.api.configuration
    headers = {
        auth["key"]: auth["value"]
        for auth in configuration.auth_settings().values()
        if auth.get("in") == "header" and auth.get("value")
    }
    pages = {"limit": str(_PAGE), **query}
    while True:
        answer = connection.api.rest_client.pool_manager.request(
            "GET",
            f"{configuration.host}{path}?{urlencode(pages)}",
            headers={**connection.api.default_headers, **headers, "Accept": accept},
            timeout=_TIMEOUT,
        )
        if answer.status != 200:
            raise client.ApiException(status=answer.status, reason=answer.reason)
        body = cast("dict[str, JSON]", json.loads(answer.data))
        items = body.get("items")
        yield from (_mapping(item) for item in (items if isinstance(items, list) else ()))
        following = _mapping(body.get("metadata")).get("continue")
        if not following:
            return
        pages["continue"] = str(following)


def _place(item: Item) -> tuple[str, str]:
    metadata = _mapping(item.get("metadata"))
    return str(metadata.get("namespace")), str(metadata.get("name"))


def _mapping(value: JSON) -> Item:
    return value if isinstance(value, dict) else {}


def _texts(value: JSON) -> Mapping[str, str]:
    return {key: str(text) for key, text in _mapping(value).items()}

"""Release objects: they lose the marks of Tenancy, and no value of them changes."""

from collections.abc import Mapping
from typing import Final

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import Connection
from tenancy.cluster.managed_objects import kind_of
from tenancy.cluster.transport import APPLY, MERGE, Request
from tenancy.config.document import JSON, mapping, text
from tenancy.drifting import RELEASED_BY, Identity, without_marks

__all__ = ["add_released", "delete_released", "release_object"]

_TRIES: Final = 5
"""How often a write is repeated if another client changed the object in between."""
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409


def release_object(
    connection: Connection,
    identity: Identity,
    live: Mapping[str, JSON],
    change: Mapping[str, JSON] = {},
) -> None:
    """
    Remove labels, annotations and field ownership of Tenancy from an object.

    An object that no longer exists is left out.

    Args:
        live: The object as it was read.
        change: Fields that change with it. Default: none.

    Raises:
        ClusterError: The cluster refused.
    """
    path = kind_of(connection, identity.listed_as).path(identity)
    with connection.errors(f"releasing {identity}"):
        for attempt in range(_TRIES):
            try:
                patch = {**without_marks(live), **change}
                if patch:
                    query = {"fieldManager": RELEASED_BY}
                    connection.request(
                        Request("PATCH", path, patch, query=query, content_type=MERGE)
                    )
                return
            except ApiException as error:
                if error.status == _NOT_FOUND:
                    return
                if error.status != _CONFLICT or attempt == _TRIES - 1:
                    raise
                live = connection.request(Request("GET", path))


def add_released(connection: Connection, manifest: Mapping[str, JSON]) -> None:
    """
    Create an object that Tenancy does not manage, or leave it as it is if it is there.

    Raises:
        ClusterError: The cluster refused.
    """
    identity = Identity.of(manifest)
    path = kind_of(connection, identity.listed_as).path(identity)
    with connection.errors(f"creating {identity}"):
        query = {"fieldManager": RELEASED_BY}
        connection.request(Request("PATCH", path, manifest, query=query, content_type=APPLY))


def delete_released(
    connection: Connection, identity: Identity, live: Mapping[str, JSON]
) -> None:
    """
    Delete an object as it was read; one that no longer exists is left out.

    Raises:
        ClusterError: The cluster refused.
    """
    options = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": text(mapping(live.get("metadata")), "uid")},
    }
    with connection.errors(f"deleting {identity}"):
        try:
            connection.request(
                Request(
                    "DELETE", kind_of(connection, identity.listed_as).path(identity), options
                )
            )
        except ApiException as error:
            if error.status != _NOT_FOUND:
                raise

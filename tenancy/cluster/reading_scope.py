"""Read all namespaces of a cluster, or on a large cluster only those of a stack."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.listing import METADATA, listed
from tenancy.cluster.transport import JSON_TYPE, Request
from tenancy.config.document import JSON, mapping

__all__ = ["listed_within", "namespace_count", "namespaces_within", "narrowed"]

_NAMESPACES: Final = "/api/v1/namespaces"
_NAME: Final = "kubernetes.io/metadata.name"
"""The label that the API server gives each namespace: its name."""
_AS_MANY: Final = 20
"""
How many namespaces can be listed together in the time that a list of one of them takes.

This is an estimate. The figures that it gives for large clusters are in `docs/performance.md`.
"""
_AT_ONCE: Final = 100
"""How many names one selector has, so that the address stays short."""


def narrowed(
    connection: Connection, namespaces: Collection[str], *, times: int = 1
) -> frozenset[str] | None:
    """
    Return *namespaces*, if it takes less time to list each of them than the whole cluster.

    Args:
        connection: To the cluster.
        namespaces: Those that are needed; they need not exist.
        times: How many stacks have as many namespaces. A list of the whole cluster is read once
            for all of them. Default: one stack.

    Returns:
        None if the whole cluster is to be listed, also where its size cannot be read.
    """
    try:
        with connection.errors("counting the namespaces"):
            there = namespace_count(connection)
    except ClusterError:
        # The lists that follow report it.
        return None
    return frozenset(namespaces) if len(namespaces) * times * _AS_MANY <= there else None


def namespace_count(connection: Connection) -> int:
    """
    Return how many namespaces the cluster has.

    Raises:
        ApiException: The API server refused.
    """
    query = {"limit": "1"}
    body = connection.request(Request("GET", _NAMESPACES, query=query, accept=METADATA))
    items, remaining = (
        body.get("items"),
        mapping(body.get("metadata")).get("remainingItemCount"),
    )
    first = len(items) if isinstance(items, list) else 0
    return first + (remaining if isinstance(remaining, int) else 0)


def namespaces_within(
    connection: Connection, namespaces: Collection[str] | None, *, accept: str = JSON_TYPE
) -> Iterator[Mapping[str, JSON]]:
    """
    Yield the objects of *namespaces*, or of all namespaces if they are None.

    Raises:
        ApiException: The API server refused.
    """
    if namespaces is None:
        yield from listed(connection, _NAMESPACES, accept=accept)
        return
    names = sorted(namespaces)
    for first in range(0, len(names), _AT_ONCE):
        some = ",".join(names[first : first + _AT_ONCE])
        query = {"labelSelector": f"{_NAME} in ({some})"}
        yield from listed(connection, _NAMESPACES, query, accept=accept)


def listed_within(
    connection: Connection,
    base: str,
    plural: str,
    namespaces: Collection[str] | None,
    query: Mapping[str, str] = {},
    *,
    accept: str = JSON_TYPE,
    most: int | None = None,
) -> Iterator[Mapping[str, JSON]]:
    """
    Yield the objects of a kind in *namespaces*, or in all namespaces if they are None.

    Args:
        connection: To the cluster.
        base: The path of the group and version: `/api/v1`.
        plural: The kind, as it is in paths.
        namespaces: They need not exist.
        query: Filters each list. Default: no filter.
        accept: Another form of the answer, such as `METADATA`.
        most: The largest number of objects in one list. Default: no bound.

    Raises:
        ApiException: The API server refused.
        ClusterError: There are more than *most*.
    """
    where = [""] if namespaces is None else [f"/namespaces/{n}" for n in sorted(namespaces)]
    for one in where:
        yield from listed(connection, f"{base}{one}/{plural}", query, accept=accept, most=most)

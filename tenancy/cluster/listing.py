"""Read lists of the API server page by page."""

from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.transport import JSON_TYPE, Request
from tenancy.config.document import JSON
from tenancy.diagnostics import ClusterError

__all__ = ["METADATA", "listed"]

METADATA: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Requests only the metadata of objects, not their content."""

_PAGE: Final = 500


def listed(
    connection: Connection,
    path: str,
    query: Mapping[str, str] = {},
    *,
    accept: str = JSON_TYPE,
    most: int | None = None,
) -> Iterator[Mapping[str, JSON]]:
    """
    Yield the items at *path*, page by page.

    Args:
        query: Filters the list. Default: no filter.
        accept: Another form of the answer, such as `METADATA`.
        most: The largest number of items that are read. Default: all of them.

    Raises:
        ApiException: The API server refused.
        ClusterError: There are more than *most*.
    """
    pages = {"limit": str(_PAGE), **query}
    page = 0
    while True:
        if most is not None and page * _PAGE >= most:
            raise ClusterError(
                connection.cluster,
                f"{path} has more than {most} objects",
                "remove what is no longer needed",
            )
        page += 1
        body = connection.request(Request("GET", path, query=pages, accept=accept))
        items, metadata = body.get("items"), body.get("metadata")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield item
        following = metadata.get("continue") if isinstance(metadata, dict) else None
        if not following:
            return
        pages["continue"] = str(following)

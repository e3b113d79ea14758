"""Lists as they are on the wire, page by page."""

import json
from collections.abc import Iterator, Mapping
from typing import Final, cast
from urllib.parse import urlencode

import urllib3
from kubernetes import client

from tenancy.cluster.connection import Connection
from tenancy.document import JSON

__all__ = ["METADATA", "headers", "listed"]

METADATA: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Asks for what objects are called, and not for what they say."""

_PAGE: Final = 500
_TIMEOUT: Final = urllib3.Timeout(connect=5, read=60)


def listed(
    connection: Connection,
    path: str,
    query: Mapping[str, str] = {},
    *,
    accept: str = "application/json",
) -> Iterator[Mapping[str, JSON]]:
    """
    Yield what is listed at *path*, page by page, as it is on the wire.

    Models of the client take many times as long, and thousands of objects are listed.

    Args:
        query: What narrows the list. Default: nothing.
        accept: Another form of the answer, such as `METADATA`.

    Raises:
        ApiException: The API server refused.
    """
    pages = {"limit": str(_PAGE), **query}
    while True:
        answer = connection.api.rest_client.pool_manager.request(
            "GET",
            f"{connection.api.configuration.host}{path}?{urlencode(pages)}",
            headers={**headers(connection), "Accept": accept},
            timeout=_TIMEOUT,
        )
        if answer.status != 200:
            raise client.ApiException(status=answer.status, reason=answer.reason)
        body = cast("dict[str, JSON]", json.loads(answer.data))
        items, metadata = body.get("items"), body.get("metadata")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield item
        following = metadata.get("continue") if isinstance(metadata, dict) else None
        if not following:
            return
        pages["continue"] = str(following)


def headers(connection: Connection) -> dict[str, str]:
    """Return who we are: the client's own headers, and what proves it to the API server."""
    settings = connection.api.configuration.auth_settings()
    return {
        **connection.api.default_headers,
        **{
            auth["key"]: auth["value"]
            for auth in settings.values()
            if auth.get("in") == "header" and auth.get("value")
        },
    }

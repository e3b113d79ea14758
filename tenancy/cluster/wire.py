"""
Requests to an API server as they are on the wire.

The client's models take seconds to load and many times as long to read as what they are made
of; of the client itself only its kubeconfig, its credentials and its connections are used.
"""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import attrs
import urllib3
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

from tenancy.document import JSON

__all__ = ["APPLY", "JSON_TYPE", "MERGE", "Answer", "answer", "requested"]

JSON_TYPE: Final = "application/json"
APPLY: Final = "application/apply-patch+yaml"
MERGE: Final = "application/merge-patch+json"

_TIMEOUT: Final = urllib3.Timeout(connect=5, read=60)


@attrs.frozen(kw_only=True, slots=True)
class Answer:
    """
    What an API server said.

    Attributes:
        status: 200 and what follows it are done, 400 and what follows it refused.
        reason: The status in words.
        body: What was asked for, or why it is refused.
        warnings: What it said beside that; empty where it said nothing.
    """

    status: int
    reason: str
    body: Mapping[str, JSON]
    warnings: str

    @property
    def is_refused(self) -> bool:
        """Whether it was not done."""
        return self.status >= 400


def answer(
    api: ApiClient,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
    *,
    query: Mapping[str, str] = {},
    content_type: str = JSON_TYPE,
    accept: str = JSON_TYPE,
) -> Answer:
    """
    Return what the API server says to one request, a refusal too.

    Args:
        query: Default: none.
        content_type: What *body* is; a patch has a type of its own.
        accept: Another form of the answer than the whole.

    Raises:
        HTTPError: It does not answer.
    """
    found = api.rest_client.pool_manager.request(
        method,
        f"{api.configuration.host}{path}" + (f"?{urlencode(query)}" if query else ""),
        body=None if body is None else json.dumps(body),
        headers={**_headers(api), "Content-Type": content_type, "Accept": accept},
        timeout=_TIMEOUT,
    )
    return Answer(
        status=found.status,
        reason=found.reason or "",
        body=_body(found.data),
        warnings=found.headers.get("Warning", ""),
    )


def requested(
    api: ApiClient,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
    *,
    query: Mapping[str, str] = {},
    content_type: str = JSON_TYPE,
    accept: str = JSON_TYPE,
) -> Mapping[str, JSON]:
    """
    Return what one request was for; the arguments are those of `answer`.

    Raises:
        ApiException: It was refused; what was to be written, with the message that says why.
        HTTPError: The API server does not answer.
    """
    found = answer(
        api, method, path, body, query=query, content_type=content_type, accept=accept
    )
    if found.is_refused:
        said = found.reason if method == "GET" else found.body.get("message") or found.reason
        raise ApiException(status=found.status, reason=said)
    return found.body


def _headers(api: ApiClient) -> dict[str, str]:
    """Return who we are: the client's own headers, and what proves it to the API server."""
    settings = api.configuration.auth_settings()
    return {
        **api.default_headers,
        **{
            auth["key"]: auth["value"]
            for auth in settings.values()
            if auth.get("in") == "header" and auth.get("value")
        },
    }


def _body(data: bytes) -> Mapping[str, JSON]:
    """Return an answer's body; that of a proxy on the way, which is no JSON, is nothing."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

"""
Requests to an API server as they are on the wire.

The client's models take about a second to load, and many times as long to read as what they are
made of; of the client itself only its kubeconfig, its credentials and its connections are used.
"""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import attrs
import urllib3
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

from tenancy.config.document import JSON

__all__ = ["APPLY", "JSON_TYPE", "MERGE", "Answer", "Request", "answer", "requested"]

JSON_TYPE: Final = "application/json"
APPLY: Final = "application/apply-patch+yaml"
MERGE: Final = "application/merge-patch+json"

_CONNECT_SECONDS: Final = 5


@attrs.frozen(slots=True)
class Request:
    """
    One request.

    Attributes:
        method: Such as GET.
        path: From the API server's root.
        body: What is sent; nothing by default.
        query: Nothing by default.
        content_type: What *body* is; a patch has a type of its own.
        accept: Another form of the answer than the whole.
        seconds: How long an answer is waited for.
    """

    method: str
    path: str
    body: Mapping[str, object] | None = None
    query: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    content_type: str = attrs.field(default=JSON_TYPE, kw_only=True)
    accept: str = attrs.field(default=JSON_TYPE, kw_only=True)
    seconds: float = attrs.field(default=60.0, kw_only=True)


@attrs.frozen(kw_only=True, slots=True)
class Answer:
    """
    What an API server said.

    Attributes:
        status: 200 to 299 are done.
        reason: The status in words.
        body: What was asked for, or why it is refused; None where it is no JSON object.
        warnings: What it said beside that; empty where it said nothing.
    """

    status: int
    reason: str
    body: Mapping[str, JSON] | None
    warnings: str

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


def answer(api: ApiClient, request: Request) -> Answer:
    """
    Return what the API server says to *request*, a refusal too.

    Raises:
        HTTPError: It does not answer.
    """
    query = f"?{urlencode(request.query)}" if request.query else ""
    found = api.rest_client.pool_manager.request(
        request.method,
        f"{api.configuration.host}{request.path}{query}",
        body=None if request.body is None else json.dumps(request.body),
        headers={
            **_headers(api),
            "Content-Type": request.content_type,
            "Accept": request.accept,
        },
        timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=request.seconds),
    )
    return Answer(
        status=found.status,
        reason=found.reason or "",
        body=_body(found.data),
        warnings=found.headers.get("Warning", ""),
    )


def requested(api: ApiClient, request: Request) -> Mapping[str, JSON]:
    """
    Return what *request* was for.

    Raises:
        ApiException: It was refused; what was to be written, with the message that says why.
            Or something on the way answered, whose page is not taken for an empty object.
        HTTPError: The API server does not answer.
    """
    found = answer(api, request)
    if not found.is_done:
        message = None if request.method == "GET" else (found.body or {}).get("message")
        raise ApiException(status=found.status, reason=message or found.reason)
    if found.body is None:
        raise ApiException(
            status=found.status, reason=f"{found.reason}, and no JSON object: a proxy's page?"
        )
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


def _body(data: bytes) -> Mapping[str, JSON] | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

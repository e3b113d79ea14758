"""
Plain HTTP requests to an API server.

The Kubernetes client's models take about a second to load, and parse many times slower than
plain JSON; only the client's kubeconfig, credentials and connections are used.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import attrs
import urllib3
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException

from tenancy.cluster.retries import send
from tenancy.config.document import JSON

__all__ = ["APPLY", "JSON_TYPE", "MERGE", "Answer", "Request", "answer", "requested"]

JSON_TYPE: Final = "application/json"
APPLY: Final = "application/apply-patch+yaml"
MERGE: Final = "application/merge-patch+json"

_CONNECT_SECONDS: Final = 5
_CONNECTING: Final = urllib3.Retry(
    total=1,
    connect=1,
    read=False,
    status=0,
    redirect=0,
    backoff_factor=0.1,
    respect_retry_after_header=False,
    raise_on_redirect=False,
    raise_on_status=False,
)
"""A new connection is tried twice; `tenancy.cluster.retries` repeats failed requests."""
_REVIEWS: Final = ("/apis/authentication.k8s.io/", "/apis/authorization.k8s.io/")
"""Posts to these create no object."""


@attrs.frozen(slots=True)
class Request:
    """
    One request.

    Attributes:
        method: Such as GET.
        path: From the API server's root.
        body: Default: none.
        query: Default: none.
        content_type: The type of *body*; a patch has a type of its own.
        accept: Another form of the answer. Default: whole objects.
        seconds: How long to wait for the answer.
        as_user: The user that is impersonated. Default: nobody is.
    """

    method: str
    path: str
    body: Mapping[str, object] | None = None
    query: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    content_type: str = attrs.field(default=JSON_TYPE, kw_only=True)
    accept: str = attrs.field(default=JSON_TYPE, kw_only=True)
    seconds: float = attrs.field(default=60.0, kw_only=True)
    as_user: str | None = attrs.field(default=None, kw_only=True)

    @property
    def is_repeatable(self) -> bool:
        """Whether doing it twice leaves the cluster as doing it once does."""
        return self.method != "POST" or "dryRun" in self.query or self.path.startswith(_REVIEWS)


@attrs.frozen(kw_only=True, slots=True)
class Answer:
    """
    An API server's answer.

    Attributes:
        status: 200 to 299 mean success.
        reason: The status in words.
        body: The result, or why it is refused; None if it is not a JSON object.
        warnings: Its warnings; may be empty.
    """

    status: int
    reason: str
    body: Mapping[str, JSON] | None
    warnings: str

    @property
    def is_done(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300


def answer(api: ApiClient, request: Request) -> Answer:
    """
    Return the API server's answer to *request*, even if it is a refusal.

    After a transient failure it is sent again; see `tenancy.cluster.retries`.

    Raises:
        HTTPError: It does not answer.
    """
    query = f"?{urlencode(request.query)}" if request.query else ""
    attempts = 0

    def attempt() -> urllib3.BaseHTTPResponse:
        nonlocal attempts
        attempts += 1
        return api.rest_client.pool_manager.request(
            request.method,
            f"{api.configuration.host}{request.path}{query}",
            body=None if request.body is None else json.dumps(request.body),
            headers={
                **_headers(api),
                "Content-Type": request.content_type,
                "Accept": request.accept,
                **({"Impersonate-User": request.as_user} if request.as_user else {}),
            },
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=request.seconds),
            retries=_CONNECTING,
        )

    found = send(attempt, is_repeatable=request.is_repeatable)
    if request.method == "DELETE" and attempts > 1 and found.status == HTTPStatus.NOT_FOUND:
        # An earlier attempt deleted the object, and the answer was lost.
        return Answer(status=HTTPStatus.OK, reason="OK", body={}, warnings="")
    return Answer(
        status=found.status,
        reason=found.reason or "",
        body=_body(found.data),
        warnings=found.headers.get("Warning", ""),
    )


def requested(api: ApiClient, request: Request) -> Mapping[str, JSON]:
    """
    Return the result of *request*.

    Raises:
        ApiException: It was refused, with the server's message. Or a proxy answered, whose page
            must not count as an empty object.
        HTTPError: The API server does not answer.
    """
    found = answer(api, request)
    if not found.is_done:
        message = None if request.method == "GET" else (found.body or {}).get("message")
        raise ApiException(status=found.status, reason=message or found.reason)
    if found.body is None:
        raise ApiException(
            status=found.status,
            reason=f"{found.reason}, not a JSON object; perhaps a proxy answered",
        )
    return found.body


def _headers(api: ApiClient) -> dict[str, str]:
    """Return the client's own headers and its credentials for the API server."""
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

"""
Repeats requests to an API server, and waits before each repetition.

An API server that is busy, restarts or fails over to another replica answers the same request a
moment later. A request is repeated only if it may be carried out twice.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import urllib3

__all__ = ["send"]

_TRANSIENT: Final = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_NOT_BEGUN: Final = {HTTPStatus.TOO_MANY_REQUESTS}
"""The server did not start to process the request, so every request may be sent again."""

_PAUSES: Final = (0.25, 0.5, 1.0, 2.0)
"""Seconds before each further attempt, unless the server names more."""
_LONGEST: Final = 30.0
"""The longest wait that a server may request before one attempt; more is an error at once."""


def send(
    attempt: Callable[[], urllib3.BaseHTTPResponse], *, is_repeatable: bool
) -> urllib3.BaseHTTPResponse:
    """
    Return the response of *attempt*, repeated up to four times after a transient failure.

    `Retry-After` is respected up to 30 seconds; a longer one is returned as it is.

    Args:
        attempt: Sends the request.
        is_repeatable: Whether the request may be carried out twice. Another request is
            repeated only if the server did not start to process it.

    Raises:
        HTTPError: No answer came, or the connection was closed every time.
    """
    for pause in _PAUSES:
        try:
            response = attempt()
        except urllib3.exceptions.ProtocolError:
            if not is_repeatable:
                raise
            time.sleep(pause)
            continue
        if response.status not in (_TRANSIENT if is_repeatable else _NOT_BEGUN):
            return response
        wanted = max(pause, _retry_after(response))
        if wanted > _LONGEST:
            return response
        time.sleep(wanted)
    return attempt()


def _retry_after(response: urllib3.BaseHTTPResponse) -> float:
    """Return the seconds that the server asks to wait; 0 if it does not name any."""
    try:
        return urllib3.Retry().get_retry_after(response) or 0.0
    except urllib3.exceptions.InvalidHeader:
        return 0.0

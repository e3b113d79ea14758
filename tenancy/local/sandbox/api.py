"""The few requests that starting a cluster needs, before any client can be used on it."""

import http.client
import json
import ssl
from typing import cast

import attrs

from tenancy.local.sandbox.pki import Pair
from tenancy.local.sandbox.ports import HOST

__all__ = ["Api", "Json", "UnreachableError"]

Json = dict[str, object]


class UnreachableError(Exception):
    """Nobody answers, or not yet; for the waiting loop, never for people."""


@attrs.frozen
class Api:
    """
    The API server, as its administrator.

    Attributes:
        port: Where it listens.
        authority: What it is verified with.
        user: The administrator's certificate.
    """

    port: int
    authority: Pair
    user: Pair

    def get(self, path: str) -> Json | None:
        """
        Return the object at *path*; none if there is none.

        Raises:
            UnreachableError: Nobody answers, or with an error.
        """
        status, body = self._request("GET", path, None)
        if status == http.client.NOT_FOUND:
            return None
        if status != http.client.OK:
            raise UnreachableError(f"{path}: {status} {body[:200]}")
        # `/readyz` answers `ok`, which is no JSON.
        return cast("Json", json.loads(body)) if body.startswith("{") else {}

    def create(self, path: str, manifest: Json) -> None:
        """
        Create an object; one that is there already stays as it is.

        Raises:
            UnreachableError: Nobody answers, or with an error.
        """
        status, body = self._request("POST", path, json.dumps(manifest))
        if status not in {http.client.CREATED, http.client.CONFLICT}:
            raise UnreachableError(f"{path}: {status} {body[:200]}")

    def _request(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        # Not urllib: a proxy of the environment has no business here.
        try:
            context = ssl.create_default_context(cafile=self.authority.certificate)
            context.load_cert_chain(self.user.certificate, self.user.key)
            connection = http.client.HTTPSConnection(
                HOST, self.port, context=context, timeout=10
            )
            try:
                connection.request(
                    method, path, body, headers={"Content-Type": "application/json"}
                )
                response = connection.getresponse()
                return response.status, response.read().decode(errors="replace")
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"{path}: {error}") from error

"""The few API requests that starting the sandbox needs."""

import http.client
import json
import ssl
from typing import cast

import attrs

from tenancy.local.sandbox.certificate_files import Pair
from tenancy.local.sandbox.ports import HOST

__all__ = ["Api", "Json", "UnreachableError"]

Json = dict[str, object]


class UnreachableError(Exception):
    """The API server does not answer yet. Only the waiting loop catches it."""


@attrs.frozen
class Api:
    """
    A client of the sandbox's API server, with the administrator's certificate.

    Attributes:
        port: The API server's port on the loopback interface.
        authority: The certificate authority that signed the server's certificate.
        user: The administrator's certificate.
    """

    port: int
    authority: Pair
    user: Pair

    def get(self, path: str) -> Json | None:
        """
        Return the object at *path*, or None if it does not exist.

        Raises:
            UnreachableError: The API server does not answer, or answers with an error.
        """
        status, body = self._request("GET", path, None)
        if status == http.client.NOT_FOUND:
            return None
        if status != http.client.OK:
            raise UnreachableError(f"{path}: {status} {body[:200]}")
        # `/readyz` answers `ok`, which is not JSON.
        return cast("Json", json.loads(body)) if body.startswith("{") else {}

    def create(self, path: str, manifest: Json) -> None:
        """
        Create an object; an existing one is not changed.

        Raises:
            UnreachableError: The API server does not answer, or answers with an error.
        """
        status, body = self._request("POST", path, json.dumps(manifest))
        if status not in {http.client.CREATED, http.client.CONFLICT}:
            raise UnreachableError(f"{path}: {status} {body[:200]}")

    def _request(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        # urllib would use the environment's HTTP proxy.
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

"""Free ports on the loopback interface."""

import random
import socket
import time
from collections.abc import Collection
from typing import Final

from tenancy.local.sandbox.errors import SandboxError

__all__ = ["HOST", "choose", "free", "freed", "listens"]

HOST: Final = "127.0.0.1"

# Below the range for outgoing connections, so that the system does not give our ports to
# other processes while the sandbox is stopped.
_FIRST: Final = 20000
_LAST: Final = 31999
_ATTEMPTS: Final = 500
_CLOSING: Final = 2.0
"""Seconds that the sockets of a killed process may take to close."""


def free(port: int) -> bool:
    """Return whether *port* can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # As the parts do: connections in TIME_WAIT from an earlier run do not block the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def freed(port: int) -> bool:
    """
    Return whether *port*, of a process that has exited, can be listened on.

    A killed process counts as exited before the system has closed its sockets: wait a moment.
    """
    deadline = time.monotonic() + _CLOSING
    while not free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def listens(port: int) -> bool:
    """Return whether a process listens on *port*."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def choose(taken: Collection[int]) -> int:
    """
    Return a free port that is not among *taken*.

    Raises:
        SandboxError: No port is free.
    """
    for _ in range(_ATTEMPTS):
        port = random.randint(_FIRST, _LAST)  # noqa: S311 (it only has to differ)
        if port not in taken and free(port):
            return port
    raise SandboxError(
        f"no free port between {_FIRST} and {_LAST} on {HOST}; "
        "stop the processes that listen there, or other sandboxes with `tenancy sandbox down`"
    )

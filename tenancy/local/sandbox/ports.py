"""Free ports on the loopback interface."""

import random
import socket
from collections.abc import Collection
from typing import Final

from tenancy.local.sandbox.errors import SandboxError

__all__ = ["HOST", "choose", "free", "listens"]

HOST: Final = "127.0.0.1"

# Below what systems hand out for outgoing connections, so that nobody is given one of ours
# while the sandbox is down.
_FIRST: Final = 20000
_LAST: Final = 31999
_ATTEMPTS: Final = 500


def free(port: int) -> bool:
    """Return whether *port* can be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # As the parts do it: connections that linger from an earlier run do not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Return whether somebody listens on *port*."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def choose(taken: Collection[int]) -> int:
    """
    Return a free port that is not among *taken*.

    Raises:
        SandboxError: There is none.
    """
    for _ in range(_ATTEMPTS):
        port = random.randint(_FIRST, _LAST)  # noqa: S311 (it only has to differ)
        if port not in taken and free(port):
            return port
    raise SandboxError(
        f"no free port between {_FIRST} and {_LAST} on {HOST}; "
        "end what listens there, or other sandboxes with `tenancy sandbox down`"
    )

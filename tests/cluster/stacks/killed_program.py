"""What is killed: a program of Python, which begins as a copy of one that has all modules."""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tenancy import engine
from tenancy.assessment import assess
from tenancy.engine.stack_opener import opener
from tests.cluster.templates import PATHS

__all__ = ["Program"]

# To import all modules takes as long as the rest of what such a program does itself.
_COPIES: Final = multiprocessing.get_context("forkserver")
_COPIES.set_forkserver_preload([__name__])


class Program:
    """
    A process that does one operation; `tenancy up` would preview before, which takes as long.

    It has a session of its own, and its parent is a helper process of multiprocessing.
    """

    def __init__(
        self, verb: str, stack: str, root: Path, backend: Mapping[str, str], printed: Path
    ) -> None:
        self._printed = printed
        self._process = _COPIES.Process(
            target=_run, args=(verb, stack, root, dict(backend), printed)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return its exit code; None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()

    def communicate(self, timeout: float) -> tuple[str, None]:
        """Wait until it has ended, and return what it printed."""
        self._process.join(timeout)
        printed = self._printed.read_text() if self._printed.exists() else ""
        assert self._process.exitcode is not None, f"not within {timeout} s: {printed}"
        return printed, None


def _run(verb: str, stack: str, root: Path, backend: Mapping[str, str], printed: Path) -> None:
    os.setsid()
    with printed.open("w") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.update(PATHS)
    found = assess(root)
    do = {"up": engine.up, "destroy": engine.destroy}[verb]
    outcomes = do(found, [stack], open_stack=opener(found, variables=backend))
    print(*outcomes.errors, sep="\n", flush=True)
    sys.exit(outcomes.exit)

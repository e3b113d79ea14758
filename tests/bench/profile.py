"""Whose CPU a step takes: of the programs that the client starts, and of the control plane."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import psutil

PAUSE: Final = 0.1
"""Seconds between two looks: what a process uses in its last moment is not seen."""

SERVERS: Final = "control plane"
OTHER: Final = "other"
WHOSE: Final = {
    "pulumi": "engine",
    "pulumi-language-python": "engine",
    "pulumi-resource-kubernetes": "provider",
    "python": "Python",
    "kubectl": "kubectl",
    "helm": "helm",
}
"""What the processes are called in the table, by the beginning of their names."""

Seconds = dict[str, float]


@contextmanager
def profiled(into: Seconds, servers: Sequence[psutil.Process]) -> Iterator[None]:
    """Add the CPU seconds of the block to *into*, by whose they are."""
    looks = _Looks(psutil.Process(), servers)
    before = sum(map(_seconds, servers))
    looks.start()
    try:
        yield
    finally:
        looks.end()
    into.update(looks.by_owner())
    into[SERVERS] = round(sum(map(_seconds, servers)) - before, 1)


def owner(name: str) -> str:
    """Return whose a process of this name is."""
    fitting = [start for start in WHOSE if name.startswith(start)]
    return WHOSE[max(fitting, key=len)] if fitting else OTHER


class _Looks(threading.Thread):
    """Looks at every descendant of a process but the servers, until it is ended."""

    def __init__(self, root: psutil.Process, servers: Sequence[psutil.Process]) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._servers = set(servers)
        self._over = threading.Event()
        self._seen: dict[tuple[int, float], tuple[str, float]] = {}
        self._from = {key: seconds for key, (_, seconds) in self._look().items()}

    def run(self) -> None:
        while not self._over.wait(PAUSE):
            self._seen |= self._look()

    def end(self) -> None:
        self._over.set()
        self.join()
        self._seen |= self._look()

    def by_owner(self) -> Mapping[str, float]:
        found: Seconds = {}
        for key, (name, seconds) in self._seen.items():
            spent = seconds - self._from.get(key, 0)
            found[owner(name)] = found.get(owner(name), 0) + spent
        return {whose: round(seconds, 1) for whose, seconds in sorted(found.items())}

    def _look(self) -> dict[tuple[int, float], tuple[str, float]]:
        found = {}
        for process in {self._root, *self._root.children(recursive=True)} - self._servers:
            with suppress(psutil.Error):
                name = "python" if process == self._root else process.name()
                found[process.pid, process.create_time()] = (name, _own(process))
        return found


def _seconds(process: psutil.Process) -> float:
    try:
        return _own(process)
    except psutil.Error:
        return 0.0


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system

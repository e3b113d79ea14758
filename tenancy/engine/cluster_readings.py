"""Shares what is read from clusters between the stacks of one call."""

import functools
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from tenancy.cluster import Connection, connect, objects, read
from tenancy.config.document import JSON
from tenancy.drifting import Identity
from tenancy.model import Cluster, Live

__all__ = ["ClusterReadings"]

T = TypeVar("T")


class ClusterReadings:
    """
    Connections to clusters, and the lists read from them; each list is read once.

    It may be used by several threads. Call `forget` before and
    after a change of a cluster, so that nothing outdated is compared.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, object] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self._generation = 0

    def forget(self) -> None:
        """Forget every list; connections are kept."""
        with self._lock:
            self._generation += 1

    def connect(self, cluster: Cluster, root: Path) -> Connection:
        """Return the connection to *cluster*; for the errors see `tenancy.cluster.connect`."""
        return self._once(("connection", cluster, root), lambda: connect(cluster, root))

    def read(
        self, connection: Connection, *, contents: bool, tokens_of: Collection[str]
    ) -> Live:
        """Return the state that a plan compares; what only removals need is read again."""
        if contents or tokens_of:
            return read(connection, contents=contents, tokens_of=tokens_of)
        key = ("live", connection.cluster, connection.uid, self._generation)
        return self._once(key, lambda: read(connection))

    def objects(
        self, connection: Connection, kinds: Iterable[str]
    ) -> Mapping[Identity, Mapping[str, JSON]]:
        """Return every object of *kinds*; for the errors see `tenancy.cluster.objects`."""
        found: dict[Identity, Mapping[str, JSON]] = {}
        for kind in dict.fromkeys(kinds):
            key = ("objects", kind, connection.cluster, connection.uid, self._generation)
            found.update(self._once(key, functools.partial(objects, connection, (kind,))))
        return found

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of *key*; make it on the first call."""
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            if key not in self._kept:
                self._kept[key] = make()
            kept: T = self._kept[key]  # type: ignore[assignment]
            return kept

"""Shares what is read from clusters between the stacks of one call."""

import functools
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from tenancy.cluster import (
    Connection,
    connect,
    narrowed,
    objects,
    read,
    read_access,
    read_stack,
)
from tenancy.config.document import JSON
from tenancy.drifting import Identity
from tenancy.model import Cluster, Live, LiveAccess

__all__ = ["ClusterReadings"]

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_MISSING: Final = object()


class ClusterReadings:
    """
    Connections to clusters, and the lists read from them; each list is read once.

    It may be used by several threads. Call `forget` before and after a change of a cluster, so
    that nothing outdated is compared.

    On a large cluster, the namespaces of a few stacks are listed one by one. For many stacks
    the whole cluster is listed once, and after a change only the changed namespaces again.

    Args:
        stacks: How many stacks the call is about. Default: one.
    """

    def __init__(self, stacks: int = 1) -> None:
        self._stacks = stacks
        self._kept: dict[Hashable, object] = {}
        self._lists: dict[tuple[Hashable, ...], object] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self._changed: frozenset[str] = frozenset()
        self._is_large = False
        self._wholes, self._parts = 0, 0

    def forget(self, namespaces: Collection[str] | None = None) -> None:
        """
        Forget every list that may be outdated; connections are kept.

        Args:
            namespaces: The only namespaces that have changed. Default: anything may have.
        """
        with self._lock:
            self._parts += 1
            if namespaces is not None and self._is_large:
                self._changed |= frozenset(namespaces)
            else:
                self._changed = frozenset()
                self._wholes += 1
            outdated = [key for key in self._lists if key[0] != self._age(key[1] is None)]
            for key in outdated:
                del self._lists[key]
                self._locks.pop(key, None)

    def connect(self, cluster: Cluster, root: Path) -> Connection:
        """Return the connection to *cluster*; for the errors see `tenancy.cluster.connect`."""
        key = ("connection", cluster, root)
        return self._once(self._kept, key, lambda: connect(cluster, root))

    def read(
        self,
        connection: Connection,
        *,
        contents: bool,
        tokens_of: Collection[str],
        namespaces: Collection[str] | None,
    ) -> Live:
        """Return the state that a plan compares; what only removals need is read again."""
        if contents or tokens_of:
            return read_stack(
                connection, contents=contents, tokens_of=tokens_of, namespaces=namespaces
            )
        some = self._some(connection, namespaces)
        key = (self._age(some is None), some, "live", connection.cluster, connection.uid)
        return self._once(self._lists, key, lambda: read(connection, namespaces=some))

    def access(self, connection: Connection, namespaces: Collection[str]) -> LiveAccess:
        """Return the bindings and roles; for the errors see `tenancy.cluster.read_access`."""
        some = self._some(connection, namespaces)
        key = (self._age(some is None), some, "access", connection.cluster, connection.uid)
        return self._once(self._lists, key, lambda: read_access(connection, some))

    def objects(
        self,
        connection: Connection,
        kinds: Iterable[str],
        *,
        namespaces: Collection[str],
        stack: str,
    ) -> Mapping[Identity, Mapping[str, JSON]]:
        """
        Return the objects of *kinds*; for the errors see `tenancy.cluster.objects`.

        Args:
            connection: To the cluster.
            kinds: As `Identity.listed_as` gives them.
            namespaces: The namespaces that are needed.
            stack: Its namespaces are needed too.
        """
        found: dict[Identity, Mapping[str, JSON]] = {}
        some = self._some(connection, namespaces)
        of = "" if some is None else stack
        for kind in dict.fromkeys(kinds):
            key = (self._age(some is None), some, kind, of, connection.cluster, connection.uid)
            make = functools.partial(objects, connection, (kind,), namespaces=some, stack=of)
            found.update(self._once(self._lists, key, make))
        return found

    def _some(
        self, connection: Connection, namespaces: Collection[str] | None
    ) -> frozenset[str] | None:
        """Return the namespaces that are listed one by one; None for the whole cluster."""
        if namespaces is None:
            return None
        names = frozenset(namespaces)

        def fits(times: int) -> bool:
            key = ("narrowed", names, times, connection.cluster, connection.uid)
            return self._once(
                self._kept, key, lambda: narrowed(connection, names, times=times) is not None
            )

        if not fits(1):
            return None
        self._is_large = True
        return names if names & self._changed or fits(self._stacks) else None

    def _age(self, is_whole: bool) -> int:
        return self._wholes if is_whole else self._parts

    def _once(self, kept: dict[K, object], key: K, make: Callable[[], T]) -> T:
        """Return the value of *key* in *kept*; make it on the first call."""
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                found = kept.get(key, _MISSING)
            if found is _MISSING:
                found = make()
                with self._lock:
                    kept[key] = found
            value: T = found  # type: ignore[assignment]
            return value

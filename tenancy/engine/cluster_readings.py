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

_Names = frozenset[str] | None
_Age = tuple[bool, int]


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
        self._changes, self._shared = 0, 0

    def forget(self, namespaces: Collection[str] | None = None) -> None:
        """
        Forget every list that may be outdated; connections are kept.

        Args:
            namespaces: The only namespaces that have changed. Default: anything may have.
        """
        with self._lock:
            self._changes += 1
            if namespaces is None:
                self._changed = frozenset()
                self._shared += 1
            else:
                self._changed |= frozenset(namespaces)
            ages = (self._age(is_shared=False), self._age(is_shared=True))
            for key in [one for one in self._lists if one[0] not in ages]:
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
        age, some = self._scope(connection, namespaces)
        key = (age, some, "live", connection.cluster, connection.uid)
        return self._once(self._lists, key, lambda: read(connection, namespaces=some))

    def access(self, connection: Connection, namespaces: Collection[str]) -> LiveAccess:
        """Return the bindings and roles; for the errors see `tenancy.cluster.read_access`."""
        age, some = self._scope(connection, namespaces)
        key = (age, some, "access", connection.cluster, connection.uid)
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
        age, some = self._scope(connection, namespaces)
        of = "" if some is None else stack
        for kind in dict.fromkeys(kinds):
            key = (age, some, kind, of, connection.cluster, connection.uid)
            make = functools.partial(objects, connection, (kind,), namespaces=some, stack=of)
            found.update(self._once(self._lists, key, make))
        return found

    def _scope(
        self, connection: Connection, namespaces: Collection[str] | None
    ) -> tuple[_Age, _Names]:
        """
        Return which namespaces are listed one by one, and the age that their lists must have.

        No namespaces are the whole cluster. Its lists are shared by many stacks only on a large
        cluster, where they outlive changes of other stacks; all others are read after the last
        change.
        """
        names = None if namespaces is None else frozenset(namespaces)
        with self._lock:
            changed, own = self._changed, self._age(is_shared=False)
            shared = self._age(is_shared=True)
        if names is None or not self._is_faster(connection, names, 1):
            return own, None
        if names & changed or self._is_faster(connection, names, self._stacks):
            return own, names
        return shared, None

    def _is_faster(self, connection: Connection, names: frozenset[str], times: int) -> bool:
        """Whether *names* of so many stacks are listed faster one by one."""
        key = ("narrowed", names, times, connection.cluster, connection.uid)
        return self._once(
            self._kept, key, lambda: narrowed(connection, names, times=times) is not None
        )

    def _age(self, *, is_shared: bool) -> _Age:
        return is_shared, self._shared if is_shared else self._changes

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

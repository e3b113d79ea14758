"""Namespaces that are being deleted: what holds them, in Kubernetes' words and by name."""

import re
from collections.abc import Collection, Iterator
from typing import Final

import attrs

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import METADATA, listed
from tenancy.cluster.transport import Request
from tenancy.config.document import JSON, mapping, text
from tenancy.diagnostics import ClusterError
from tenancy.kubernetes import labels
from tenancy.model import Live

__all__ = [
    "HeldNamespace",
    "held_namespace",
    "terminating_namespaces",
    "with_held_namespaces",
]

_NAMESPACES: Final = "/api/v1/namespaces"
_REMAINING: Final = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*) has \d+ resource instances")
"""Source: kubernetes, pkg/controller/namespace/deletion/namespaced_resources_deleter.go."""
_MOST: Final = 10
"""How many objects are named, and of how many namespaces."""


@attrs.frozen(kw_only=True)
class HeldNamespace:
    """
    A namespace that is being deleted.

    Attributes:
        conditions: What its conditions report, in Kubernetes' words.
        holders: The objects in it that remain, with their finalizers; at most ten.
    """

    name: str
    conditions: tuple[str, ...]
    holders: tuple[str, ...]

    @property
    def is_held(self) -> bool:
        """Whether anything is reported to hold it; a deletion may also just take its time."""
        return bool(self.conditions or self.holders)

    @property
    def reasons(self) -> str:
        """What its conditions report, and which objects hold it, in one phrase."""
        why = "; ".join(self.conditions) or "it has no condition that reports why"
        held = f"; it is held by {', '.join(self.holders)}" if self.holders else ""
        return f"{why}{held}"

    def __str__(self) -> str:
        return f"namespace {self.name} is still being deleted: {self.reasons}"


def terminating_namespaces(connection: Connection) -> tuple[str, ...]:
    """
    Return the names of the managed namespaces that are being deleted.

    Raises:
        ClusterError: The cluster does not answer, or refuses.
    """
    query = {
        "labelSelector": f"{labels.MANAGED}=true",
        "fieldSelector": "status.phase=Terminating",
    }
    with connection.errors("listing the namespaces"):
        return tuple(
            text(item, "metadata", "name")
            for item in listed(connection, _NAMESPACES, query, accept=METADATA)
            if text(item, "metadata", "deletionTimestamp")
        )


def held_namespace(connection: Connection, name: str) -> HeldNamespace:
    """
    Return what holds the namespace *name*.

    Raises:
        ClusterError: The cluster does not answer, or refuses to show the namespace.
    """
    with connection.errors(f"reading the namespace {name}"):
        live = connection.request(Request("GET", f"{_NAMESPACES}/{name}"))
    metadata, conditions = mapping(live.get("metadata")), mapping(live.get("status"))
    found = [
        text(condition, "message")
        for condition in _list(conditions.get("conditions"))
        if text(condition, "status") == "True"
    ]
    own = [f"its own finalizer {each}" for each in _list(metadata.get("finalizers"))]
    holders = [*own, *_holders(connection, name, " ".join(found))]
    more = [f"{len(holders) - _MOST} more"] if len(holders) > _MOST else []
    return HeldNamespace(name=name, conditions=tuple(found), holders=(*holders[:_MOST], *more))


def with_held_namespaces(connection: Connection, live: Live, names: Collection[str]) -> Live:
    """
    Return *live* with what holds namespaces that are being deleted.

    At most ten of *names* are read.

    Args:
        connection: To the cluster.
        live: What was read of the cluster.
        names: Names of namespaces; they need not exist.
    """
    found = dict(live.namespaces or {})
    deleted = sorted(n for n in names if n in found and found[n].is_being_deleted)
    for name in deleted[:_MOST]:
        try:
            held_by = held_namespace(connection, name).reasons
        except ClusterError as error:
            held_by = f"what holds it was not read: {error.found}"
        found[name] = attrs.evolve(found[name], held_by=held_by)
    return attrs.evolve(live, namespaces=found) if deleted else live


def _holders(connection: Connection, namespace: str, messages: str) -> Iterator[str]:
    """Yield the objects of the kinds that *messages* name; none where they cannot be listed."""
    for plural, group in dict.fromkeys(_REMAINING.findall(messages)):
        try:
            with connection.errors(f"listing {plural}"):
                base = _base(connection, group)
                path = f"{base}/namespaces/{namespace}/{plural}"
                for item in listed(connection, path, accept=METADATA):
                    yield f"{plural}/{_described(item.get('metadata'))}"
        except ClusterError:
            yield f"{plural}, which cannot be listed"


def _base(connection: Connection, group: str) -> str:
    if not group:
        return "/api/v1"
    found = connection.request(Request("GET", f"/apis/{group}"))
    return f"/apis/{text(found, 'preferredVersion', 'groupVersion')}"


def _described(metadata: JSON) -> str:
    finalizers = ", ".join(str(each) for each in _list(mapping(metadata).get("finalizers")))
    name, until = text(metadata, "name"), text(metadata, "deletionTimestamp")
    if finalizers:
        return f"{name} (finalizers: {finalizers})"
    return f"{name} (ends by {until})" if until else name


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []

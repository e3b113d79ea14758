"""Read nodes, and merge Tenancy's taints into theirs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, cast

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.listing import listed
from tenancy.cluster.transport import MERGE, Request
from tenancy.config.document import mapping, text

__all__ = ["Merge", "nodes", "read_taints", "write_taints"]

Taints = Sequence[Mapping[str, str]]
Merge = Callable[[Taints], list[dict[str, str]]]
"""Returns the desired taints of a node, from its present ones."""

_NODES: Final = "/api/v1/nodes"
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_ATTEMPTS: Final = 8
"""Kubelets and controllers write to nodes all the time, so conflicts are normal."""


def nodes(
    connection: Connection, names: Iterable[str] | None = None
) -> Mapping[str, Mapping[str, object]]:
    """
    Return nodes of the cluster by name, as the API server has them.

    Args:
        connection: To the cluster.
        names: Only these; missing nodes are left out. Default: every node.

    Raises:
        ClusterError: The cluster does not answer, or refuses.
    """
    wanted = None if names is None else set(names)
    with connection.errors("reading the nodes"):
        found = {text(node, "metadata", "name"): node for node in listed(connection, _NODES)}
    return {name: found[name] for name in found if wanted is None or name in wanted}


def read_taints(connection: Connection, name: str) -> Taints | None:
    """
    Return the taints of the node *name*, or None if it does not exist.

    Raises:
        ClusterError: The cluster does not answer, or refuses.
    """
    found = _read(connection, name)
    return None if found is None else found[1]


def write_taints(connection: Connection, name: str, merge: Merge) -> Taints:
    """
    Set the taints of the node *name* to the result of *merge*, and return them.

    The list is written together with the version that was read: if another client writes in
    between, the list is read and merged again, and no change is lost.

    Raises:
        ClusterError: The node does not exist, the cluster does not answer or refuses, or other
            clients keep writing to the node.
    """
    for _ in range(_ATTEMPTS):
        found = _read(connection, name)
        if found is None:
            raise ClusterError(
                connection.cluster,
                f"the node {name} does not exist",
                "correct nodeNames of the pool, or add the node",
            )
        version, present = found
        wanted = merge(present)
        if wanted == [dict(taint) for taint in present]:
            return wanted
        if _patch(connection, name, version, wanted):
            return wanted
    raise ClusterError(
        connection.cluster,
        f"other clients changed the node {name} during each of {_ATTEMPTS} attempts",
        "try again",
    )


def _read(connection: Connection, name: str) -> tuple[str, Taints] | None:
    with connection.errors(f"reading the node {name}"):
        try:
            node = connection.request(Request("GET", f"{_NODES}/{name}"))
        except ApiException as error:
            if error.status == _NOT_FOUND:
                return None
            raise
    taints = mapping(node.get("spec")).get("taints") or []
    return text(node, "metadata", "resourceVersion"), cast("Taints", taints)


def _patch(connection: Connection, name: str, version: str, wanted: Taints) -> bool:
    """Return whether they were written; they are not if the node has changed since."""
    body = {"metadata": {"resourceVersion": version}, "spec": {"taints": list(wanted)}}
    with connection.errors(f"writing the taints of the node {name}"):
        try:
            connection.request(Request("PATCH", f"{_NODES}/{name}", body, content_type=MERGE))
        except ApiException as error:
            if error.status == _CONFLICT:
                return False
            raise
    return True

"""Whether the cluster is usable: it takes longer than until all parts run."""

from collections.abc import Iterator
from typing import cast

from tenancy.local.sandbox.api import Api, Json, UnreachableError
from tenancy.local.sandbox.nodes import NODES

__all__ = ["cluster_uid", "create_nodes", "missing", "serves"]

_NOT_READY = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}
_ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"


def serves(api: Api) -> bool:
    """Return whether the API server reports ready."""
    try:
        return api.get("/readyz") is not None
    except UnreachableError:
        return False


def cluster_uid(api: Api) -> str | None:
    """Return the UID of `kube-system`; None if it does not exist yet."""
    try:
        namespace = api.get("/api/v1/namespaces/kube-system")
    except UnreachableError:
        return None
    if namespace is None:
        return None
    return str(cast("Json", namespace["metadata"])["uid"])


def create_nodes(api: Api) -> None:
    """
    Create the missing fake nodes; existing ones are not changed.

    Raises:
        UnreachableError: The API server does not answer.
    """
    for node in NODES:
        name = cast("Json", node["metadata"])["name"]
        if api.get(f"/api/v1/nodes/{name}") is None:
            api.create("/api/v1/nodes", node)


def missing(api: Api) -> tuple[str, ...]:
    """
    Return a sentence for each missing thing; empty when the cluster is usable.

    The controller-manager creates most of them. Without it, quotas have no status and limit
    nothing: the cluster would look ready, and every test on it would be wrong.
    """
    try:
        return tuple(_missing(api))
    except UnreachableError as error:
        return (str(error),)


def _missing(api: Api) -> Iterator[str]:
    for node in NODES:
        name = cast("Json", node["metadata"])["name"]
        live = api.get(f"/api/v1/nodes/{name}")
        if live is None or not _ready(live):
            yield f"node {name} is not Ready"
        elif _NOT_READY & _taints(live):
            # The node controller removes the taint a moment after the node is Ready.
            yield f"node {name} is tainted as not ready"
    if api.get("/api/v1/namespaces/default/serviceaccounts/default") is None:
        yield "the namespace default has no service account"
    for role in ("admin", "edit", "view"):
        live = api.get(f"{_ROLES}/{role}")
        if live is None or not live.get("rules"):
            yield f"the cluster role {role} has no rules"


def _ready(node: Json) -> bool:
    conditions = cast("list[Json]", cast("Json", node["status"]).get("conditions") or [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def _taints(node: Json) -> set[str]:
    taints = cast("list[Json]", cast("Json", node["spec"]).get("taints") or [])
    return {str(taint["key"]) for taint in taints}

"""Disruption budgets that block every eviction, which only their status shows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import METADATA, listed
from tenancy.cluster.unread import not_read_part
from tenancy.config.document import JSON, items, mapping, text, texts
from tenancy.diagnostics import ClusterError, Finding, Severity
from tenancy.kubernetes.pods import selects
from tenancy.model import Environment, Unread

__all__ = ["blocked_evictions"]

Item = Mapping[str, JSON]

_BUDGETS: Final = "/apis/policy/v1/poddisruptionbudgets"
_PODS: Final = "/api/v1/pods"
_WITH_A_NUMBER: Final = "write minAvailable as a number, or select pods of a workload"


def blocked_evictions(environment: Environment, connection: Connection) -> Iterator[Finding]:
    """
    Yield the budgets in *environment*'s namespaces by which no pod may ever be evicted.

    No policy refuses a budget such as `minAvailable: 3`: it blocks only with three pods. So
    do a budget whose pods the controller cannot count, and two budgets for one pod.

    Sources: kubernetes, pkg/controller/disruption/disruption.go, updatePdbStatus and failSafe;
    pkg/registry/core/pod/storage/eviction.go.
    """
    origins = {
        space.name: (space.origin, space.organization) for space in environment.namespaces
    }
    try:
        with connection.errors("listing the disruption budgets"):
            budgets = list(listed(connection, _BUDGETS))
    except ClusterError as error:
        unread = Unread(part="disruption budgets", why=error.found)
        yield not_read_part(unread, environment.origin)
        return
    held: dict[str, list[Item]] = {}
    for budget in budgets:
        namespace = text(budget, "metadata", "namespace")
        if namespace in origins:
            held.setdefault(namespace, []).append(budget)
    pods: Mapping[str, list[Item]] = {}
    try:
        pods = _pods(connection, {name for name, those in held.items() if len(those) > 1})
    except ClusterError as error:
        unread = Unread(part="pods of disruption budgets", why=error.found)
        yield not_read_part(unread, environment.origin)
    for namespace, found in held.items():
        origin, organization = origins[namespace]
        reasons = (*_blocking(found), *_overlapping(found, pods.get(namespace, ())))
        for why, remedy in reasons:
            yield Finding(
                code="evictions-blocked",
                origin=origin,
                found=why,
                allowed="budgets that let at least one pod be evicted; a node with such a pod"
                " cannot be drained",
                remedy=remedy,
                severity=Severity.WARNING,
                organization=organization,
            )


def _blocking(budgets: Sequence[Item]) -> Iterator[tuple[str, str]]:
    """Yield the budgets that block every eviction by themselves, each with a remedy."""
    for budget in budgets:
        status = mapping(budget.get("status"))
        pods, needed, healthy = (
            _number(status.get(key))
            for key in ("expectedPods", "desiredHealthy", "currentHealthy")
        )
        what = f"the disruption budget {_name(budget)}"
        failed = _not_counted(status)
        if failed:
            yield (
                f"{what}, whose pods Kubernetes cannot count, so that none can be evicted:"
                f" {failed}",
                _WITH_A_NUMBER,
            )
        elif 0 < pods <= needed:
            yield (
                f"{what}, by which {needed} of {pods} pods must run, so that none can be"
                " evicted",
                "lower minAvailable, raise maxUnavailable, or run more pods",
            )
        elif pods == 0 < healthy:
            yield (
                f"{what}, whose {healthy} pods no controller manages: Kubernetes does not know"
                " how many pods to expect, so that none can be evicted",
                _WITH_A_NUMBER,
            )


def _not_counted(status: Item) -> str:
    """Return why the controller could not count the pods; "" if it could."""
    for condition in items(status.get("conditions")):
        if condition.get("reason") == "SyncFailed":
            return str(condition.get("message"))
    return ""


def _pods(connection: Connection, namespaces: Collection[str]) -> Mapping[str, list[Item]]:
    """
    Return the metadata of the pods of each of *namespaces*; without any, nothing is listed.

    Raises:
        ClusterError: The cluster does not answer, or refuses the list.
    """
    found: dict[str, list[Item]] = {}
    if namespaces:
        with connection.errors("listing the pods of disruption budgets"):
            for pod in listed(connection, _PODS, accept=METADATA):
                namespace = text(pod, "metadata", "namespace")
                if namespace in namespaces:
                    found.setdefault(namespace, []).append(mapping(pod.get("metadata")))
    return found


def _overlapping(budgets: Sequence[Item], pods: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """Yield pairs of budgets with a pod in common, which the API server never evicts."""
    selected = [(budget, set(_selected(budget, pods))) for budget in budgets]
    for (first, some), (second, others) in combinations(selected, 2):
        if both := sorted(some & others):
            yield (
                f"the disruption budgets {_name(first)} and {_name(second)}, which both select"
                f" {both[0]}: Kubernetes evicts no pod that two budgets select",
                "narrow the selector of one of them, or delete it",
            )


def _selected(budget: Item, pods: Iterable[Item]) -> Iterator[str]:
    """Yield the names of the pods that *budget* selects; without a selector it selects none."""
    spec = mapping(budget.get("spec"))
    if "selector" in spec:
        for pod in pods:
            if selects(mapping(spec["selector"]), texts(pod.get("labels"))):
                yield text(pod, "name")


def _name(budget: Item) -> str:
    return "/".join(text(budget, "metadata", key) for key in ("namespace", "name"))


def _number(value: JSON) -> int:
    return value if isinstance(value, int) else 0

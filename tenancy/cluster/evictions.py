"""Disruption budgets that block every eviction, which only their status shows."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import listed
from tenancy.cluster.transport import Request
from tenancy.cluster.unread import not_read_part
from tenancy.config.document import JSON, mapping, text
from tenancy.diagnostics import ClusterError, Finding, Severity
from tenancy.model import Environment, Unread

__all__ = ["blocked_evictions"]

_BUDGETS: Final = "/apis/policy/v1/poddisruptionbudgets"
_MOST_PAIRS: Final = 20
"""How many pairs of budgets of one namespace are compared, each by one request."""
_WITH_A_NUMBER: Final = "write minAvailable as a number, or select pods of a workload"


def blocked_evictions(environment: Environment, connection: Connection) -> Iterator[Finding]:
    """
    Yield the budgets in *environment*'s namespaces by which no pod may ever be evicted.

    A budget such as `minAvailable: 3` is refused by nothing: only with three pods it blocks. So
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
    held: dict[str, list[Mapping[str, JSON]]] = {}
    for budget in budgets:
        namespace = text(budget, "metadata", "namespace")
        if namespace in origins:
            held.setdefault(namespace, []).append(budget)
    for namespace, found in held.items():
        origin, organization = origins[namespace]
        reasons = list(_blocking(found))
        try:
            reasons += _overlapping(connection, namespace, found)
        except ClusterError as error:
            unread = Unread(part="pods of disruption budgets", why=error.found)
            yield not_read_part(unread, origin)
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


def _blocking(budgets: Sequence[Mapping[str, JSON]]) -> Iterator[tuple[str, str]]:
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
                f"{what}, of which Kubernetes expects no pods because no controller manages"
                f" its {healthy}, so that none can be evicted",
                _WITH_A_NUMBER,
            )


def _not_counted(status: Mapping[str, JSON]) -> str:
    """Return why the controller could not count the pods; "" if it could."""
    conditions = status.get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if text(condition, "reason") == "SyncFailed":
            return text(condition, "message")
    return ""


def _overlapping(
    connection: Connection, namespace: str, budgets: Sequence[Mapping[str, JSON]]
) -> Iterator[tuple[str, str]]:
    """Yield pairs of budgets with a pod in common, which the API server never evicts."""
    # Without a selector a budget selects nothing.
    some = [one for one in budgets if "selector" in mapping(one.get("spec"))]
    for first, second in islice(combinations(some, 2), _MOST_PAIRS):
        query = {"labelSelector": ",".join((*_terms(first), *_terms(second))), "limit": "1"}
        request = Request("GET", f"/api/v1/namespaces/{namespace}/pods", query=query)
        with connection.errors(f"listing the pods of {namespace}"):
            pods = connection.request(request).get("items")
        if pods:
            yield (
                f"the disruption budgets {_name(first)} and {_name(second)}, which both select"
                f" {text(_first(pods), 'metadata', 'name')}: Kubernetes evicts no pod that two"
                " budgets select",
                "narrow the selector of one of them, or delete it",
            )


def _first(items: JSON) -> JSON:
    return items[0] if isinstance(items, list) and items else None


def _name(budget: Mapping[str, JSON]) -> str:
    return "/".join(text(budget, "metadata", key) for key in ("namespace", "name"))


def _terms(budget: Mapping[str, JSON]) -> Iterator[str]:
    """Yield the selector of *budget* as the API server reads it in a query."""
    selector = mapping(mapping(budget.get("spec")).get("selector"))
    for key, value in mapping(selector.get("matchLabels")).items():
        yield f"{key}={value}"
    found = selector.get("matchExpressions")
    for one in found if isinstance(found, list) else ():
        key, operator = text(one, "key"), text(one, "operator")
        values = mapping(one).get("values")
        among = ",".join(map(str, values)) if isinstance(values, list) else ""
        yield {
            "In": f"{key} in ({among})",
            "NotIn": f"{key} notin ({among})",
            "Exists": key,
            "DoesNotExist": f"!{key}",
        }[operator]


def _number(value: JSON) -> int:
    return value if isinstance(value, int) else 0

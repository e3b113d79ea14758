"""Disruption budgets that block every eviction, which only their status shows."""

from collections.abc import Iterator
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import listed
from tenancy.cluster.unread import not_read_part
from tenancy.config.document import JSON, mapping, text
from tenancy.diagnostics import ClusterError, Finding, Severity
from tenancy.model import Environment, Unread

__all__ = ["blocked_evictions"]

_BUDGETS: Final = "/apis/policy/v1/poddisruptionbudgets"


def blocked_evictions(environment: Environment, connection: Connection) -> Iterator[Finding]:
    """
    Yield the budgets in *environment*'s namespaces by which no pod may ever be evicted.

    A budget such as `minAvailable: 3` is refused by nothing: only with three pods it blocks.
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
    for budget in budgets:
        namespace, name = (text(budget, "metadata", key) for key in ("namespace", "name"))
        if namespace not in origins:
            continue
        status = mapping(budget.get("status"))
        pods, needed = (_number(status.get(key)) for key in ("expectedPods", "desiredHealthy"))
        if 0 < pods <= needed:
            origin, organization = origins[namespace]
            yield Finding(
                code="evictions-blocked",
                origin=origin,
                found=f"the disruption budget {namespace}/{name}, by which {needed} of"
                f" {pods} pods must run, so that none can be evicted",
                allowed="budgets that let at least one pod be evicted; a node with such a pod"
                " cannot be drained",
                remedy="lower minAvailable, raise maxUnavailable, or run more pods",
                severity=Severity.WARNING,
                organization=organization,
            )


def _number(value: JSON) -> int:
    return value if isinstance(value, int) else 0

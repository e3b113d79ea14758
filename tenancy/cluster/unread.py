"""Findings about parts of a cluster that could not be read."""

from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.diagnostics import Finding, Origin, Severity
from tenancy.model import Live, Unread

__all__ = ["not_read", "not_read_part"]


def not_read(live: Live, origin: Origin) -> Iterator[Finding]:
    """Yield each part that *live* lacks although it was requested."""
    for unread in live.unread:
        yield not_read_part(unread, origin)


def not_read_part(unread: Unread, origin: Origin) -> Finding:
    """Return the finding that *unread* could not be listed."""
    return Finding(
        code="live-not-read",
        origin=origin,
        found=f"the {unread.part} of the cluster could not be listed: {unread.why}",
        allowed=_NEEDED.get(unread.part, "what the plan compares"),
        remedy=f"give your user the permission to list {_LISTS.get(unread.part, unread.part)},"
        " and try again",
        severity=Severity.NOT_CHECKED,
    )


_LISTS: Final[Mapping[str, str]] = {"waiting pods": "pods, events and ResourceClaims"}
_DELETIONS: Final = "the contents of deleted namespaces"
_TOKENS: Final = "tokens that members who lose a role may still have"
_NEEDED: Final[Mapping[str, str]] = {
    "namespaces": "names that do not exist yet or that this stack created, and a completed "
    "last update",
    "quotas": "limits above the present use",
    "role bindings": "a completed last update, and no remaining access of removed members",
    "cluster role bindings": "access that remains after a role is lost",
    "roles": "access by bindings that are not in the files",
    "token Secrets": _TOKENS,
    "service accounts": _TOKENS,
    "pods of service accounts": _TOKENS,
    "policies on tokens": _TOKENS,
    "pods": _DELETIONS,
    "workloads": "pods that start again, and connections that go on",
    "webhooks and API services": "connections of the API server that go on",
    "waiting pods": "the reasons for which pods with GPUs wait",
    "volume claims": _DELETIONS,
    "ConfigMaps": _DELETIONS,
    "Secrets": _DELETIONS,
    "disruption budgets": "budgets that let nodes be drained",
    "nodes": "pools whose nodes exist, with their taints, labels and devices",
}

"""Findings about parts of a cluster that could not be read."""

from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.diagnostics import Finding, Origin, Severity
from tenancy.model import Live, Unread

__all__ = ["not_read", "not_read_part"]


def not_read(live: Live, origin: Origin) -> Iterator[Finding]:
    """Yield each part that *live* does not have although it was asked for."""
    for unread in live.unread:
        yield not_read_part(unread, origin)


def not_read_part(unread: Unread, origin: Origin) -> Finding:
    """Return that the cluster did not give *unread*."""
    return Finding(
        code="live-not-read",
        origin=origin,
        found=f"the {unread.part} of the cluster could not be listed: {unread.why}",
        allowed=_NEEDED.get(unread.part, "what the plan compares"),
        remedy=f"give your user the permission to list {unread.part}, and try again",
        severity=Severity.NOT_CHECKED,
    )


_DELETIONS: Final = "deletions whose contents are known"
_TOKENS: Final = "tokens that who loses a role may still have"
_NEEDED: Final[Mapping[str, str]] = {
    "namespaces": "names that do not exist or that this stack created, and a last update that"
    " finished",
    "quotas": "limits above what is used now",
    "role bindings": "a last update that finished, and nobody who still has access",
    "cluster role bindings": "who still has access after losing a role",
    "roles": "what bindings give that no file has",
    "token Secrets": _TOKENS,
    "service accounts": _TOKENS,
    "pods of service accounts": _TOKENS,
    "policies on tokens": _TOKENS,
    "pods": _DELETIONS,
    "volume claims": _DELETIONS,
    "ConfigMaps": _DELETIONS,
    "Secrets": _DELETIONS,
    "nodes": "pools whose nodes are there, with their taints, labels and devices",
}

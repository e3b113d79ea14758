"""What the plan itself finds: what was not asked, not read, left out, or not finished."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.origin import Origin
from tenancy.model import Cluster
from tenancy.model.live import Live, Unread

__all__ = ["network_left_out", "not_asked", "not_finished", "not_read", "not_read_part"]


def not_asked(cluster: Cluster | None, origin: Origin, stack: str, why: str) -> Finding:
    """Return that *cluster* was not asked, and *why*."""
    name = cluster.name if cluster else ""
    place = cluster.origin if cluster is not None and cluster.origin is not None else origin
    return Finding(
        code="cluster-not-asked",
        origin=place,
        found=f"the cluster {name} was not asked what it holds: {why}",
        allowed="limits above what is used, names that are free or ours, and a last update"
        " that reached its end",
        remedy=f"run `tenancy plan --stack {stack}` where the cluster can be reached",
        severity=Severity.NOT_CHECKED,
    )


def not_read(live: Live, origin: Origin) -> Iterator[Finding]:
    """Yield each part that *live* does not have although it was asked for."""
    for unread in live.unread:
        yield not_read_part(unread, origin)


def not_read_part(unread: Unread, origin: Origin) -> Finding:
    """Return that the cluster did not give *unread*."""
    return Finding(
        code="live-not-read",
        origin=origin,
        found=f"the {unread.part} of the cluster: {unread.why}",
        allowed=_NEEDED.get(unread.part, "what the plan compares"),
        remedy=f"let whoever runs this list {unread.part}, and look again",
        severity=Severity.NOT_CHECKED,
    )


_NEEDED: Final[Mapping[str, str]] = {
    "namespaces": "names that are free or ours, and a last update that reached its end",
    "quotas": "limits above what is used now",
    "role bindings": "a last update that reached its end",
    "pods": "deletions of which is known what goes",
    "volume claims": "deletions of which is known what goes",
    "nodes": "pools whose nodes are there, with their taints, labels and devices",
}


def network_left_out(what: str, origin: Origin) -> Finding:
    """Return that the connections between *what* were not worked out."""
    return Finding(
        code="network-not-checked",
        origin=origin,
        found=f"who reaches whom between {what}, which are too many to work out one by one",
        allowed="connections that config says",
        remedy="change fewer namespaces at once to see them",
        severity=Severity.NOT_CHECKED,
    )


def not_finished(found: Sequence[str], origin: Origin) -> Finding:
    """Return that the cluster differs from the last update's record, by *found*."""
    return Finding(
        code="last-update-unfinished",
        origin=origin,
        found="the last update did not finish, or was undone since: "
        f"{len(found)} of what it was to make {'is' if len(found) == 1 else 'are'} not so",
        allowed="a cluster that is as the last update set out to make it",
        remedy="apply again; what then still differs was changed by hand",
        severity=Severity.WARNING,
        details=tuple(found[:8]) + ((f"and {len(found) - 8} more",) if len(found) > 8 else ()),
    )

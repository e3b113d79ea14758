"""Findings of the plan about what it could not compare."""

from tenancy.diagnostics import Finding, Origin, Severity
from tenancy.model import Cluster

__all__ = ["network_left_out", "not_asked"]


def not_asked(cluster: Cluster | None, origin: Origin, stack: str, why: str) -> Finding:
    """Return that *cluster* was not read, and *why*."""
    name = cluster.name if cluster else ""
    place = cluster.origin if cluster is not None and cluster.origin is not None else origin
    return Finding(
        code="cluster-not-asked",
        origin=place,
        found=f"the cluster {name} was not read: {why}",
        allowed="limits above the present use, names that do not exist yet or that this stack "
        "created, and a completed last update",
        remedy="run this again where the cluster is reachable"
        if place.is_argument
        else f"run `tenancy plan --stack {stack}` where the cluster is reachable",
        severity=Severity.NOT_CHECKED,
    )


def network_left_out(what: str, origin: Origin) -> Finding:
    """Return that the connections between *what* were not compared."""
    return Finding(
        code="network-not-checked",
        origin=origin,
        found=f"the connections between {what}: too many to compare",
        allowed="connections that the network policies should allow",
        remedy="change fewer namespaces at once",
        severity=Severity.NOT_CHECKED,
    )

"""Hosts: on a cluster each host name belongs to one organization, wildcards included."""

from collections.abc import Iterable, Iterator

from tenancy.diagnostics import Finding, Origin, misnamed, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_subdomain
from tenancy.model import Environment

__all__ = ["hosts"]

_WILDCARD = "*."


def hosts(cluster: str, environments: Iterable[Environment]) -> Iterator[Finding]:
    """Refuse malformed host names, and those that two organizations of *cluster* have."""
    taken: dict[str, list[tuple[str, Origin]]] = {}
    for environment in environments:
        for organization in environment.organizations:
            for index, host in enumerate(organization.hosts):
                place = organization.origin / "hosts" / index
                try:
                    parse_subdomain(host.removeprefix(_WILDCARD), what="a host name")
                except InvalidNameError as error:
                    yield misnamed(
                        error,
                        code="host-name",
                        origin=place,
                        what="the host",
                        organization=organization.name,
                    )
                    continue
                taken.setdefault(organization.name, []).append((host, place))
    owners = sorted(taken)
    for position, owner in enumerate(owners):
        for host, place in taken[owner]:
            others = (
                (other, theirs, there)
                for other in owners[:position]
                for theirs, there in taken[other]
                if _overlap(host, theirs)
            )
            if (first := next(others, None)) is not None:
                other, theirs, there = first
                yield Finding(
                    code="host-taken",
                    origin=place,
                    found=f"the host {quoted(host)} of {owner}, and {quoted(theirs)} of {other}"
                    f" ({there})",
                    allowed=f"each host name for one organization on the cluster {cluster};"
                    " *. takes every name under it",
                    remedy="remove it from one of them, or write narrower names",
                    organization=owner,
                )


def _overlap(one: str, other: str) -> bool:
    """Return whether some host name is covered by both."""
    return _covers(one, other) or _covers(other, one)


def _covers(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith(_WILDCARD) and host.endswith(pattern[1:]))

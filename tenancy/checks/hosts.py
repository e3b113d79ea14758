"""Hosts: on a cluster each host name belongs to one organization, wildcards included."""

from collections.abc import Iterable, Iterator

from tenancy.diagnostics import Finding, Origin, misnamed, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_subdomain
from tenancy.model import Environment

__all__ = ["covers_host", "hosts"]

_WILDCARD = "*."


def covers_host(pattern: str, host: str) -> bool:
    """
    Return whether *pattern*, a host name with or without `*.`, covers *host*.

    >>> covers_host("*.acme.example", "*.apps.acme.example")
    True
    >>> covers_host("*.acme.example", "acme.example")
    False
    """
    return pattern == host or (pattern.startswith(_WILDCARD) and host.endswith(pattern[1:]))


def hosts(cluster: str, environments: Iterable[Environment]) -> Iterator[Finding]:
    """Refuse malformed host names, and those that two organizations of *cluster* have."""
    owned: dict[str, dict[str, Origin]] = {}
    for environment in environments:
        for organization in environment.organizations:
            mine = owned.setdefault(organization.name, {})
            for index, host in enumerate(organization.hosts):
                place = organization.origin / "hosts" / index
                try:
                    parse_subdomain(host.removeprefix(_WILDCARD), what="a host name")
                except InvalidNameError as error:
                    if host not in mine:
                        yield misnamed(
                            error,
                            code="host-name",
                            origin=place,
                            what="the host",
                            organization=organization.name,
                        )
                mine.setdefault(host, place)
    yield from _shared(cluster, owned)


def _shared(cluster: str, owned: dict[str, dict[str, Origin]]) -> Iterator[Finding]:
    """Yield each host in *owned*, by organization, that an organization before it has."""
    names = sorted(owned)
    for position, name in enumerate(names):
        for host, place in owned[name].items():
            first = next(
                (
                    (other, theirs, there)
                    for other in names[:position]
                    for theirs, there in owned[other].items()
                    if covers_host(host, theirs) or covers_host(theirs, host)
                ),
                None,
            )
            if first is not None:
                other, theirs, there = first
                yield Finding(
                    code="host-taken",
                    origin=place,
                    found=f"the host {quoted(host)} of {name}, and {quoted(theirs)} of {other}"
                    f" ({there})",
                    allowed=f"each host name for one organization on the cluster {cluster};"
                    " *. covers every name under it",
                    remedy="remove the host from one of the two, or write narrower names",
                    organization=name,
                )

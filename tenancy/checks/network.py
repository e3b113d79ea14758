"""Network: allowed addresses, and existing shared services."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final

from tenancy.diagnostics import Finding, Origin, Severity, nearest, quoted
from tenancy.model import Network, Organization, Platform

__all__ = ["METADATA", "invalid_range", "networks"]

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

METADATA: Final = (
    ipaddress.ip_network("169.254.0.0/16"),
    ipaddress.ip_network("fe80::/10"),
    ipaddress.ip_network("fd00:ec2::254/128"),
    ipaddress.ip_network("fd20:ce::254/128"),
    ipaddress.ip_network("100.100.100.200/32"),
    ipaddress.ip_network("168.63.129.16/32"),
)
"""
Metadata addresses, which give a node's identity to any caller: all link-local addresses,
including 169.254.169.254, and other addresses of AWS, Google, Alibaba and Azure.
"""


def networks(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """Yield findings about the allowed traffic of the namespaces of *organizations*."""
    looked_at: set[int] = set()
    for organization in organizations:
        for namespace in organization.namespaces:
            network = namespace.network
            if id(network) in looked_at or not (
                network.egress_cidrs or network.shared_services
            ):
                continue
            looked_at.add(id(network))
            origin = network.origin or namespace.origin / "network"
            for cidr in network.egress_cidrs:
                yield from invalid_range(cidr, origin / "egressCidrs")
            yield from _services(network, origin / "sharedServices", platform)


def invalid_range(text: str, origin: Origin, *, is_incoming: bool = False) -> Iterator[Finding]:
    """
    Refuse *text* if it is not a range of addresses, or not an allowed one.

    Args:
        text: As it was written.
        origin: Its place.
        is_incoming: Whether this is the source of traffic, which may be every address.
    """
    reason, allowed, remedy = _wrong(text, is_incoming=is_incoming) or (None, "", "")
    if reason is not None:
        yield Finding(
            code="ingress-cidr" if is_incoming else "egress-cidr",
            origin=origin,
            found=f"{quoted(text)}, {reason}",
            allowed=allowed,
            remedy=remedy,
        )


def _wrong(text: str, *, is_incoming: bool) -> tuple[str, str, str] | None:
    """Return the problem of *text*, what is allowed and what to do; None without a problem."""
    ranges = "ranges of addresses such as 203.0.113.0/24"
    try:
        network: _Network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return (
            "which is not a range of addresses",
            ranges,
            "write the first address of the range, '/' and the prefix length",
        )
    if "/" not in text or not text.rpartition("/")[2].isdigit():
        return "without a prefix length", ranges, f"write {network}"
    address = text.partition("/")[0]
    if ipaddress.ip_address(address) != network.network_address:
        return "which is not the first address of its range", ranges, f"write {network}"
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None:
        return (
            "an IPv4 address written as IPv6",
            ranges,
            f"write it as {mapped}/{max(network.prefixlen - 96, 0)}",
        )
    if is_incoming and network.prefixlen == 0:
        return None
    if network.prefixlen == 0:
        return (
            "which is every address, including the metadata address of the nodes",
            "only the addresses that are needed",
            "write their ranges",
        )
    for closed in METADATA:
        # Incoming traffic from a range that contains them is allowed except from them.
        if network.version == closed.version and (
            network.overlaps(closed) and not (is_incoming and closed.subnet_of(network))  # type: ignore[arg-type]
        ):
            return (
                f"which contains metadata addresses of the nodes ({closed})",
                "ranges without these addresses, which reveal the node's identity",
                "write only the ranges that are needed",
            )
    if network.is_loopback or network.is_multicast or network.is_unspecified:
        return (
            "which does not lead to another machine",
            "ranges of addresses of other machines",
            "write only the ranges that are needed",
        )
    return None


def _services(network: Network, origin: Origin, platform: Platform) -> Iterator[Finding]:
    known = [shared.name for shared in platform.shared]
    for name in network.shared_services:
        if name in known:
            continue
        guess = nearest(name, known)
        yield Finding(
            code="shared-service-unknown",
            origin=origin,
            found=f"the shared namespace {quoted(name)}",
            allowed=f"a shared namespace of the platform ({', '.join(known) or 'it has none'})",
            remedy=f"did you mean {guess!r}?" if guess else "add it to shared of the platform",
            severity=Severity.ERROR if platform.is_written else Severity.NOT_CHECKED,
        )

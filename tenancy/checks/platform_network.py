"""A platform's network: DNS, ingress controllers, and ranges that are not the internet."""

import ipaddress
from collections.abc import Iterator

from tenancy.checks.network_rules import pod_labels
from tenancy.diagnostics import Finding, Origin, misnamed, quoted
from tenancy.kubernetes.names import InvalidNameError, parse_namespace_name
from tenancy.model import Platform, parsed_cidr

__all__ = ["platform_network"]


def platform_network(platform: Platform) -> Iterator[Finding]:
    """Yield findings about the network of *platform*."""
    dns, origin = platform.dns, platform.origin
    yield from _namespace(dns.namespace, origin / "dns" / "namespace")
    yield from pod_labels(dns.pod_labels.items(), origin / "dns" / "podLabels")
    if not dns.ports:
        yield Finding(
            code="platform-network",
            origin=origin / "dns" / "ports",
            found="DNS without a port",
            allowed="the ports on which the DNS pods listen",
            remedy="write the ports, or remove the key ports",
        )
    for address in dns.node_local:
        if not _is_address(address):
            yield Finding(
                code="platform-network",
                origin=origin / "dns" / "nodeLocalAddresses",
                found=f"{quoted(address)}, which is not an address",
                allowed="single addresses such as 169.254.20.10",
                remedy="write the address without a prefix length",
            )
    for controller in platform.ingress.values():
        yield from _namespace(controller.namespace, controller.origin / "namespace")
        yield from pod_labels(controller.pod_labels.items(), controller.origin / "podLabels")
    for cidr in platform.not_internet:
        if parsed_cidr(cidr) is None:
            yield Finding(
                code="platform-network",
                origin=origin / "internet" / "excluded",
                found=f"{quoted(cidr)}, which is not a range of addresses",
                allowed="ranges such as 203.0.113.0/24 or 2001:db8::/32",
                remedy="write the first address of the range, '/' and the prefix length",
            )


def _namespace(name: str, origin: Origin) -> Iterator[Finding]:
    try:
        parse_namespace_name(name)
    except InvalidNameError as error:
        yield misnamed(
            error, code="platform-network", origin=origin, what="the namespace's name"
        )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text

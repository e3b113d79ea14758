"""The allowed traffic of a namespace, and a cluster's DNS and ingress controllers."""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from tenancy.config.spec import DnsSpec, EgressSpec, IngressSpec, NetworkSpec, PortSpec
from tenancy.diagnostics import Origin

__all__ = [
    "INTERNET",
    "NOT_INTERNET",
    "Dns",
    "Egress",
    "Ingress",
    "IngressController",
    "IpNetwork",
    "Network",
    "PortRange",
    "dns",
    "network",
    "parsed_cidr",
]

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@attrs.frozen(order=True, slots=True)
class PortRange:
    """Ports of pods, from the first to the last."""

    protocol: str
    first: int
    last: int

    def __str__(self) -> str:
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.protocol} {ports}"


@attrs.frozen(kw_only=True, slots=True)
class Ingress:
    """
    Traffic into a namespace from one source; exactly one of the three is set.

    Attributes:
        namespaces: Ids of the other organization's namespaces; empty for all.
        pod_labels: Labels of the namespace's own pods.
    """

    controller: str | None = None
    organization: str | None = None
    cidrs: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    ports: tuple[PortRange, ...] = ()
    pod_labels: Mapping[str, str] = attrs.field(factory=dict)
    origin: Origin | None = attrs.field(default=None, eq=False)


@attrs.frozen(kw_only=True, slots=True)
class Egress:
    """
    Traffic out of a namespace to one target; exactly one of the three is set.

    Attributes:
        namespaces: Ids of the other organization's namespaces; empty for all.
        pod_labels: Labels of the namespace's own pods.
    """

    cidrs: tuple[str, ...] = ()
    internet: bool = False
    organization: str | None = None
    namespaces: tuple[str, ...] = ()
    ports: tuple[PortRange, ...] = ()
    pod_labels: Mapping[str, str] = attrs.field(factory=dict)
    origin: Origin | None = attrs.field(default=None, eq=False)


@attrs.frozen(kw_only=True, slots=True)
class Network:
    """The traffic that the default-deny network policies allow, besides DNS."""

    same_organization: bool = True
    observability: bool = True
    metrics_ports: tuple[int, ...] = ()
    shared_services: tuple[str, ...] = ()
    egress_cidrs: tuple[str, ...] = ()
    ingress: tuple[Ingress, ...] = ()
    egress: tuple[Egress, ...] = ()
    origin: Origin | None = None


@attrs.frozen(kw_only=True, slots=True)
class Dns:
    """
    The cluster's DNS.

    Attributes:
        ports: On which its pods listen, over UDP and TCP.
        node_local: Addresses of a DNS cache on each node, reached on port 53.
    """

    namespace: str = "kube-system"
    pod_labels: Mapping[str, str] = attrs.field(factory=lambda: {"k8s-app": "kube-dns"})
    ports: tuple[int, ...] = (53,)
    node_local: tuple[str, ...] = ()


@attrs.frozen(kw_only=True, slots=True)
class IngressController:
    """An ingress controller; its namespace is not ours."""

    name: str
    namespace: str
    pod_labels: Mapping[str, str]
    origin: Origin


_DISTRIBUTIONS: Final[Mapping[str, Dns]] = {
    "kubeadm": Dns(),
    "openshift": Dns(
        namespace="openshift-dns",
        pod_labels={"dns.operator.openshift.io/daemonset-dns": "default"},
        ports=(5353,),
    ),
    "gke": Dns(node_local=("169.254.20.10",)),
}

INTERNET: Final = ("0.0.0.0/0", "2000::/3")
"""The internet before anything is excluded: IPv4, and IPv6's global unicast addresses."""

NOT_INTERNET: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
    "2001::/32",
    "2002::/16",
)
"""
Ranges that are never the internet: private, shared, link-local, multicast and reserved ones
(RFC 6890), Azure's metadata address, and IPv6 ranges that lead to IPv4 addresses.
"""


def network(spec: NetworkSpec, origin: Origin) -> Network:
    """Return *spec*, written at *origin*."""
    return Network(
        same_organization=spec.same_organization,
        observability=spec.observability,
        metrics_ports=tuple(sorted(set(spec.metrics_ports))),
        shared_services=tuple(sorted(set(spec.shared_services))),
        egress_cidrs=tuple(sorted(set(spec.egress_cidrs))),
        ingress=tuple(
            _ingress(rule, origin / "ingress" / i) for i, rule in enumerate(spec.ingress)
        ),
        egress=tuple(
            _egress(rule, origin / "egress" / i) for i, rule in enumerate(spec.egress)
        ),
        origin=origin,
    )


def dns(spec: DnsSpec) -> Dns:
    """Return the DNS of *spec*; keys that are not set have the distribution's values."""
    usual = _DISTRIBUTIONS[spec.distribution]
    return Dns(
        namespace=spec.namespace or usual.namespace,
        pod_labels=usual.pod_labels if spec.pod_labels is None else spec.pod_labels,
        ports=usual.ports if spec.ports is None else tuple(sorted(set(spec.ports))),
        node_local=usual.node_local
        if spec.node_local_addresses is None
        else tuple(sorted(set(spec.node_local_addresses))),
    )


def parsed_cidr(text: str) -> IpNetwork | None:
    """
    Return *text* as a range of addresses; None if it is not one.

    >>> parsed_cidr("10.0.0.0/8"), parsed_cidr("10.0.0.0"), parsed_cidr("10.0.0.1/8")
    (IPv4Network('10.0.0.0/8'), None, None)
    """
    bits = text.rpartition("/")[2]
    try:
        return ipaddress.ip_network(text) if "/" in text and bits.isdigit() else None
    except ValueError:
        return None


def _ingress(spec: IngressSpec, origin: Origin) -> Ingress:
    return Ingress(
        controller=spec.controller,
        organization=spec.organization,
        cidrs=tuple(sorted(set(spec.cidrs))),
        namespaces=tuple(sorted(set(spec.namespaces))),
        ports=_ports(spec.ports),
        pod_labels=spec.pod_labels,
        origin=origin,
    )


def _egress(spec: EgressSpec, origin: Origin) -> Egress:
    return Egress(
        cidrs=tuple(sorted(set(spec.cidrs))),
        internet=spec.internet,
        organization=spec.organization,
        namespaces=tuple(sorted(set(spec.namespaces))),
        ports=_ports(spec.ports),
        pod_labels=spec.pod_labels,
        origin=origin,
    )


def _ports(written: Iterable[int | PortSpec]) -> tuple[PortRange, ...]:
    ranges = {
        PortRange("TCP", port, port)
        if isinstance(port, int)
        else PortRange(port.protocol, port.port, port.end_port or port.port)
        for port in written
    }
    return tuple(sorted(ranges))

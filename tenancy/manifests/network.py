"""
Network policies: nothing is let through but what the config says.

A connection needs both ends: what one namespace lets out, the other has to let in. Peers are
named by labels that only operators can set, or by the name that the API server itself puts on
each namespace; never by an empty selector.
"""

import functools
import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.manifest import Manifest, manifest
from tenancy.model import Namespace, Platform, Service, SharedNamespace

__all__ = [
    "LINK_LOCAL",
    "NAME_LABEL",
    "baseline",
    "observability",
    "organization_policies",
    "reached",
    "same_namespace",
    "shared_policies",
]

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that the API server puts on every namespace, and that nobody can change."""

LINK_LOCAL: Final = ("169.254.0.0/16", "fd00:ec2::/32", "fe80::/10")
"""Addresses of the nodes' metadata and credential services, which no pod ever reaches."""

_DNS: Final = ({"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53})


def organization_policies(namespace: Namespace, platform: Platform) -> tuple[Manifest, ...]:
    """Return the policies of an organization's *namespace*."""
    name, network = namespace.name, namespace.network
    found = [*baseline(name)]
    if network.same_organization:
        peer = {"namespaceSelector": _match({labels.ORGANIZATION: namespace.organization})}
        found.append(_both_ways("allow-same-organization", name, peer))
    else:
        found.append(same_namespace(name))
    watching = observability(platform) if network.observability else ()
    scraped = [
        {"from": [_namespace(shared.name)], "ports": _ports(shared.metrics_ports)}
        for shared in watching
        if shared.metrics_ports
    ]
    services = [rule for shared in watching for rule in _services(shared)]
    if scraped or services:
        found.append(_policy("allow-observability", name, ingress=scraped, egress=services))
    found.extend(
        _policy(f"allow-shared-{shared.name}", name, egress=services)
        for shared in platform.shared
        if shared.name in network.shared_services
        and shared not in watching
        and (services := _services(shared))
    )
    if blocks := [block for cidr in network.egress_cidrs if (block := _block(cidr))]:
        found.append(_policy("allow-egress", name, egress=[{"to": blocks}]))
    return tuple(found)


def shared_policies(shared: SharedNamespace) -> tuple[Manifest, ...]:
    """Return the policies of a shared namespace: its services are reached, and nothing else."""
    tenants = {
        "namespaceSelector": {
            "matchExpressions": [{"key": labels.ORGANIZATION, "operator": "Exists"}]
        }
    }
    found = [*baseline(shared.name), same_namespace(shared.name)]
    found.extend(
        _policy(
            f"allow-service-{service.name}",
            shared.name,
            selector=_pods(service),
            ingress=[{"from": [tenants], "ports": _ports(service.ports)}],
        )
        for service in shared.services
        if service.ports
    )
    if shared.purpose == "observability" and shared.metrics_ports:
        found.append(
            _policy(
                "allow-metrics",
                shared.name,
                egress=[{"to": [tenants], "ports": _ports(shared.metrics_ports)}],
            )
        )
    return tuple(found)


def baseline(namespace: str) -> tuple[Manifest, Manifest]:
    """Return what every namespace of ours has: nothing in, nothing out but DNS."""
    # One peer with both selectors. As two peers they would open the whole of kube-system.
    dns = {
        "namespaceSelector": _match({NAME_LABEL: "kube-system"}),
        "podSelector": _match({"k8s-app": "kube-dns"}),
    }
    return (
        manifest(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "default-deny",
            namespace,
            spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        ),
        _policy("allow-dns", namespace, egress=[{"to": [dns], "ports": list(_DNS)}]),
    )


def same_namespace(namespace: str) -> Manifest:
    """Return the policy that lets the pods of *namespace* reach each other."""
    return _both_ways("allow-same-namespace", namespace, {"podSelector": {}})


def observability(platform: Platform) -> tuple[SharedNamespace, ...]:
    """Return the shared namespaces that observe the others."""
    return tuple(shared for shared in platform.shared if shared.purpose == "observability")


def reached(namespace: Namespace, platform: Platform) -> tuple[str, ...]:
    """Return the names of the shared namespaces that *namespace* reaches, sorted."""
    watching = observability(platform) if namespace.network.observability else ()
    known = {shared.name for shared in platform.shared}
    asked = known.intersection(namespace.network.shared_services)
    return tuple(sorted(asked | {shared.name for shared in watching}))


def _services(shared: SharedNamespace) -> list[dict[str, object]]:
    return [
        {
            "to": [{**_namespace(shared.name), "podSelector": _pods(service)}],
            "ports": _ports(service.ports),
        }
        for service in shared.services
        if service.ports
    ]


def _block(cidr: str) -> dict[str, object] | None:
    """Return *cidr* without what no pod may reach; nothing where that is all of it."""
    if (inside := _link_local(cidr)) is None:
        return None
    return {"ipBlock": {"cidr": cidr, **({"except": list(inside)} if inside else {})}}


@functools.lru_cache(maxsize=1024)
def _link_local(cidr: str) -> tuple[str, ...] | None:
    """Return the closed blocks inside of *cidr*; None where it is inside of one itself."""
    network = ipaddress.ip_network(cidr, strict=False)
    closed = [
        local
        for text in LINK_LOCAL
        if (local := ipaddress.ip_network(text)).version == network.version
    ]
    if any(network.subnet_of(local) for local in closed):  # type: ignore[arg-type]
        return None
    return tuple(str(local) for local in closed if local.subnet_of(network))  # type: ignore[arg-type]


def _both_ways(name: str, namespace: str, peer: Mapping[str, object]) -> Manifest:
    return _policy(name, namespace, ingress=[{"from": [peer]}], egress=[{"to": [peer]}])


def _policy(
    name: str,
    namespace: str,
    *,
    selector: Mapping[str, object] | None = None,
    ingress: Sequence[Mapping[str, object]] = (),
    egress: Sequence[Mapping[str, object]] = (),
) -> Manifest:
    """Return a policy that adds to what `default-deny` leaves; nothing given adds nothing."""
    spec: dict[str, object] = {
        "podSelector": dict(selector or {}),
        "policyTypes": [
            *(["Ingress"] if ingress else []),
            *(["Egress"] if egress else []),
        ],
    }
    if ingress:
        spec["ingress"] = list(ingress)
    if egress:
        spec["egress"] = list(egress)
    return manifest("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=spec)


def _namespace(name: str) -> dict[str, object]:
    return {"namespaceSelector": _match({NAME_LABEL: name})}


def _pods(service: Service) -> dict[str, object]:
    return _match(service.pod_labels) if service.pod_labels else {}


def _match(wanted: Mapping[str, str]) -> dict[str, object]:
    return {"matchLabels": dict(wanted)}


def _ports(ports: Iterable[int]) -> list[dict[str, object]]:
    return [{"protocol": "TCP", "port": port} for port in sorted(set(ports))]

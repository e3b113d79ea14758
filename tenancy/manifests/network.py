"""
Network policies: they allow only the traffic that the config allows.

A connection needs both ends: egress of one namespace and ingress of the other. Peers are
selected by labels that only operators can set, or by the name label that the API server sets on
each namespace; never by an empty selector.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.manifest import Manifest, manifest
from tenancy.manifests.network_grants import (
    NAME_LABEL,
    Allowance,
    allowances,
    excluded,
    ip_block,
)
from tenancy.manifests.network_grants import annotations as _granted_annotations
from tenancy.model import Dns, Namespace, Platform, PortRange, Service, SharedNamespace

__all__ = [
    "annotations",
    "baseline",
    "organization_policies",
    "same_namespace",
    "shared_policies",
]

_OWN: Final = "tenancy-"
"""What the name of a policy begins with where people may have one of that name."""


def organization_policies(namespace: Namespace, platform: Platform) -> tuple[Manifest, ...]:
    """
    Return the policies of an organization's *namespace*.

    Where it keeps a policy of its own of that name, ours has another one.
    """
    name, network = namespace.name, namespace.network
    found = [*baseline(name, platform.dns)]
    if network.same_organization:
        peer = {"namespaceSelector": _match({labels.ORGANIZATION: namespace.organization})}
        found.append(_both_ways("allow-same-organization", name, peer))
    else:
        found.append(same_namespace(name))
    watching = observability(platform) if network.observability else ()
    scraped = [
        {"from": [_namespace(shared.name)], "ports": _ports(ports)}
        for shared in watching
        if (ports := (*shared.metrics_ports, *network.metrics_ports))
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
    found.extend(_granted_policies(name, allowances(namespace, platform)))
    kind = "NetworkPolicy/"
    kept = {one.removeprefix(kind) for one in namespace.ignored if one.startswith(kind)}
    return tuple(_renamed(one) if _name_of(one) in kept else one for one in found)


def annotations(namespace: Namespace, platform: Platform) -> dict[str, str]:
    """Return the annotations of the allowed traffic of *namespace*, which admission reads."""
    unmanaged = (s for s in _reached(namespace, platform) if not s.is_managed)
    return {
        labels.SHARED_SERVICES: ",".join(
            shared.name for shared in _reached(namespace, platform) if shared.is_managed
        ),
        labels.EGRESS_CIDRS: ",".join(namespace.network.egress_cidrs),
        **_granted_annotations(
            (
                *allowances(namespace, platform),
                *(
                    allowance
                    for shared in unmanaged
                    for allowance in _of_unmanaged(shared, namespace)
                ),
            )
        ),
    }


def _of_unmanaged(shared: SharedNamespace, namespace: Namespace) -> list[Allowance]:
    """Return what a shared namespace without our policies allows, port by port."""
    peer = {NAME_LABEL: shared.name}
    found = [
        Allowance(
            direction="egress",
            policy="",
            pod_labels={},
            ports=_ranges(service.ports),
            namespace=peer,
            peer_pods=service.pod_labels,
        )
        for service in shared.services
        if service.ports
    ]
    ports = (*shared.metrics_ports, *namespace.network.metrics_ports)
    if ports and namespace.network.observability and shared.purpose == "observability":
        found.append(
            Allowance(
                direction="ingress",
                policy="",
                pod_labels={},
                ports=_ranges(ports),
                namespace=peer,
            )
        )
    return found


def shared_policies(shared: SharedNamespace, dns: Dns) -> tuple[Manifest, ...]:
    """
    Return the policies of a shared namespace: only its services can be reached.

    One that was adopted may have policies of the same names, which stay.
    """
    tenants = {
        "namespaceSelector": {
            "matchExpressions": [{"key": labels.ORGANIZATION, "operator": "Exists"}]
        }
    }
    found = [*baseline(shared.name, dns), same_namespace(shared.name)]
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
    if shared.purpose == "observability":
        # This policy has no ports: each namespace allows only its own metrics ports.
        found.append(_policy("allow-metrics", shared.name, egress=[{"to": [tenants]}]))
    is_adopted = shared.enforcement.origin is not None
    return tuple(map(_renamed, found)) if is_adopted else tuple(found)


def _name_of(policy: Manifest) -> str:
    metadata = policy["metadata"]
    assert isinstance(metadata, dict)
    return str(metadata["name"])


def _renamed(policy: Manifest) -> Manifest:
    metadata = policy["metadata"]
    assert isinstance(metadata, dict)
    return {**policy, "metadata": {**metadata, "name": f"{_OWN}{metadata['name']}"}}


def baseline(namespace: str, dns: Dns) -> tuple[Manifest, Manifest]:
    """Return the policies of every managed namespace: no ingress, and no egress except DNS."""
    # One peer with both selectors. Two peers would allow the whole namespace.
    pods = {**_namespace(dns.namespace), "podSelector": _match(dns.pod_labels)}
    rules: list[Manifest] = [{"to": [pods], "ports": _dns_ports(dns.ports)}]
    if dns.node_local:
        cache = [ip_block(_single(address)) for address in dns.node_local]
        rules.append({"to": cache, "ports": _dns_ports((53,))})
    return (
        manifest(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "default-deny",
            namespace,
            spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        ),
        _policy("allow-dns", namespace, egress=rules),
    )


def _dns_ports(ports: Iterable[int]) -> list[dict[str, object]]:
    return [
        {"protocol": protocol, "port": port} for port in ports for protocol in ("UDP", "TCP")
    ]


def _single(address: str) -> str:
    """Return the range that contains only *address*."""
    return f"{address}/{128 if ':' in address else 32}"


def same_namespace(namespace: str) -> Manifest:
    """Return the policy that allows traffic between the pods of *namespace*."""
    return _both_ways("allow-same-namespace", namespace, {"podSelector": {}})


def observability(platform: Platform) -> tuple[SharedNamespace, ...]:
    """Return the shared observability namespaces."""
    return tuple(shared for shared in platform.shared if shared.purpose == "observability")


def _reached(namespace: Namespace, platform: Platform) -> tuple[SharedNamespace, ...]:
    """Return the shared namespaces that *namespace* reaches, sorted by name."""
    watching = observability(platform) if namespace.network.observability else ()
    asked = (s for s in platform.shared if s.name in namespace.network.shared_services)
    by_name = {shared.name: shared for shared in (*watching, *asked)}
    return tuple(by_name[name] for name in sorted(by_name))


def _granted_policies(namespace: str, granted: Iterable[Allowance]) -> list[Manifest]:
    """Return one policy for each name; its rules are those of the grants with that name."""
    by_name: dict[tuple[str, str], list[Allowance]] = {}
    for allowance in granted:
        by_name.setdefault((allowance.policy, allowance.direction), []).append(allowance)
    found = []
    for (name, direction), group in sorted(by_name.items()):
        end = "from" if direction == "ingress" else "to"
        peers: dict[tuple[PortRange, ...], list[Manifest]] = {}
        for allowance in group:
            peers.setdefault(allowance.ports, []).append(allowance.peer)
        rules = [{end: them, "ports": _ranged(ports)} for ports, them in peers.items()]
        selector = _match(group[0].pod_labels) if group[0].pod_labels else {}
        found.append(
            _policy(
                name,
                namespace,
                selector=selector,
                ingress=rules if direction == "ingress" else (),
                egress=rules if direction == "egress" else (),
            )
        )
    return found


def _services(shared: SharedNamespace) -> list[dict[str, object]]:
    return [
        {
            "to": [{**_namespace(shared.name), "podSelector": _pods(service)}],
            "ports": _ports(service.ports),
        }
        for service in shared.services
        if service.ports
    ]


def _block(cidr: str) -> Manifest | None:
    """Return *cidr* without what no pod may reach; nothing if no address remains."""
    without = excluded(cidr)
    return None if without is None else ip_block(cidr, without)


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
    """Return a policy that allows traffic besides `default-deny`; without rules, none."""
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


def _ranges(ports: Iterable[int]) -> tuple[PortRange, ...]:
    return tuple(PortRange("TCP", port, port) for port in sorted(set(ports)))


def _ranged(ports: Iterable[PortRange]) -> list[dict[str, object]]:
    return [
        {
            "protocol": port.protocol,
            "port": port.first,
            **({"endPort": port.last} if port.last != port.first else {}),
        }
        for port in ports
    ]

"""
The traffic that a namespace's `ingress` and `egress` allow: peers, ports and the pods here.

The network policies and the annotations that admission reads are made from
one list, so that tenants' own policies may allow exactly what ours allow.
"""

import functools
import hashlib
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.kubernetes import labels
from tenancy.manifests.manifest import Manifest
from tenancy.model import (
    INTERNET,
    NOT_INTERNET,
    Egress,
    Ingress,
    Namespace,
    Platform,
    PortRange,
    parsed_cidr,
)

__all__ = [
    "LINK_LOCAL",
    "NAME_LABEL",
    "Allowance",
    "allowances",
    "annotations",
    "excluded",
    "ip_block",
]

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that the API server sets on every namespace; no user can change it."""

LINK_LOCAL: Final = ("169.254.0.0/16", "fd00:ec2::/32", "fe80::/10")
"""Addresses of the nodes' metadata and credential services, which no pod may reach."""

INGRESS, EGRESS = "ingress", "egress"


@attrs.frozen(kw_only=True, slots=True)
class Allowance:
    """
    Traffic in one direction between some pods of a namespace and one peer.

    Attributes:
        direction: `ingress` or `egress`.
        policy: The name of the network policy that allows it.
        pod_labels: Labels of the pods here.
        namespace: Labels of the peer's namespace; empty if the peer is a block.
        peer_pods: Labels of the peer's pods.
        cidr: The block; empty if the peer is in the cluster.
        excluded: What is not part of the block.
    """

    direction: str
    policy: str
    pod_labels: Mapping[str, str]
    ports: tuple[PortRange, ...]
    namespace: Mapping[str, str] = attrs.field(factory=dict)
    peer_pods: Mapping[str, str] = attrs.field(factory=dict)
    cidr: str = ""
    excluded: tuple[str, ...] = ()

    @property
    def peer(self) -> Manifest:
        """The peer of a network policy."""
        if self.cidr:
            return ip_block(self.cidr, self.excluded)
        selector: Manifest = {"namespaceSelector": {"matchLabels": dict(self.namespace)}}
        if self.peer_pods:
            selector["podSelector"] = {"matchLabels": dict(self.peer_pods)}
        return selector

    @property
    def text(self) -> str:
        """The form that admission reads, as `labels.INGRESS_PEERS` describes."""
        ends = (
            (self.cidr, ",".join(self.excluded))
            if self.cidr
            else (_labels(self.namespace), _labels(self.peer_pods))
        )
        ports = ",".join(f"{p.protocol}/{p.first}-{p.last}" for p in self.ports)
        return ";".join((*ends, _labels(self.pod_labels), ports))


def allowances(namespace: Namespace, platform: Platform) -> tuple[Allowance, ...]:
    """Return the traffic that *namespace* allows, in the written order."""
    network = namespace.network
    return (
        *(found for rule in network.ingress for found in _ingress(rule, namespace, platform)),
        *(found for rule in network.egress for found in _egress(rule, namespace, platform)),
    )


def annotations(granted: Iterable[Allowance]) -> dict[str, str]:
    """Return the annotations of *granted* that admission reads, by key."""
    found: dict[str, list[str]] = {}
    for allowance in granted:
        key = _KEYS[allowance.direction, bool(allowance.cidr)]
        found.setdefault(key, []).append(allowance.text)
    return {key: " ".join(dict.fromkeys(texts)) for key, texts in found.items()}


_KEYS: Final = {
    (INGRESS, False): labels.INGRESS_PEERS,
    (EGRESS, False): labels.EGRESS_PEERS,
    (INGRESS, True): labels.INGRESS_BLOCKS,
    (EGRESS, True): labels.EGRESS_BLOCKS,
}


def ip_block(cidr: str, without: Iterable[str] = ()) -> Manifest:
    """Return the peer *cidr* except *without*."""
    left_out = list(without)
    return {"ipBlock": {"cidr": cidr, **({"except": left_out} if left_out else {})}}


@functools.lru_cache(maxsize=1024)
def excluded(cidr: str, closed: tuple[str, ...] = LINK_LOCAL) -> tuple[str, ...] | None:
    """
    Return which of the *closed* ranges are inside *cidr*.

    None if one of them contains all of it, or if it is not a range.

    >>> excluded("160.0.0.0/4"), excluded("169.254.1.0/24")
    (('169.254.0.0/16',), None)
    """
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return None  # A check reports the wrong range.
    # Only ranges of one version are compared.
    ranges = [
        found
        for text in closed
        if (found := parsed_cidr(text)) is not None and found.version == network.version
    ]
    if any(network.subnet_of(found) for found in ranges):  # type: ignore[arg-type]
        return None
    inside = [found for found in ranges if found.subnet_of(network)]  # type: ignore[arg-type]
    return tuple(
        str(found)
        for found in dict.fromkeys(inside)
        if not any(found != other and found.subnet_of(other) for other in inside)  # type: ignore[arg-type]
    )


def _ingress(rule: Ingress, namespace: Namespace, platform: Platform) -> Iterator[Allowance]:
    def allowance(name: str, **peer: object) -> Allowance:
        return _allowance(INGRESS, name, rule, peer)

    if rule.controller is not None:
        controller = platform.ingress.get(rule.controller)
        if controller is not None:
            yield allowance(
                f"allow-ingress-{controller.name}",
                namespace={NAME_LABEL: controller.namespace},
                peer_pods=controller.pod_labels,
            )
    elif rule.organization is not None:
        for peer in _organization(rule, namespace):
            yield allowance(f"allow-from-{rule.organization}", namespace=peer)
    for cidr in rule.cidrs:
        without = excluded(cidr)
        if without is not None:
            yield allowance("allow-load-balancer", cidr=cidr, excluded=without)


def _egress(rule: Egress, namespace: Namespace, platform: Platform) -> Iterator[Allowance]:
    def allowance(name: str, **peer: object) -> Allowance:
        return _allowance(EGRESS, name, rule, peer)

    if rule.organization is not None:
        for peer in _organization(rule, namespace):
            yield allowance(f"allow-to-{rule.organization}", namespace=peer)
    if rule.internet:
        closed = (*NOT_INTERNET, *LINK_LOCAL, *platform.not_internet)
        for cidr in INTERNET:
            without = excluded(cidr, closed)
            if without is not None:
                yield allowance("allow-internet", cidr=cidr, excluded=without)
    for cidr in rule.cidrs:
        without = excluded(cidr)
        if without is not None:
            yield allowance("allow-addresses", cidr=cidr, excluded=without)


def _allowance(
    direction: str, name: str, rule: Ingress | Egress, peer: Mapping[str, object]
) -> Allowance:
    return Allowance(
        direction=direction,
        policy=name + _suffix(rule.pod_labels),
        pod_labels=rule.pod_labels,
        ports=rule.ports,
        **peer,  # type: ignore[arg-type]
    )


def _organization(rule: Ingress | Egress, namespace: Namespace) -> Iterator[dict[str, str]]:
    """Yield the labels of another organization's namespaces in the same environment."""
    whose = {labels.ORGANIZATION: rule.organization or ""}
    if namespace.environment:
        whose[labels.ENVIRONMENT] = namespace.environment
    if not rule.namespaces:
        yield whose
    for identifier in rule.namespaces:
        yield {**whose, labels.ID: identifier}


def _suffix(pod_labels: Mapping[str, str]) -> str:
    """Return a suffix that distinguishes policies for different pods; empty for every pod."""
    if not pod_labels:
        return ""
    return "-" + hashlib.sha256(_labels(pod_labels).encode()).hexdigest()[:8]


def _labels(wanted: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(wanted.items()))

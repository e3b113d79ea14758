"""
Which pods can connect: network policies evaluated offline, as a network plugin enforces them.

A connection needs both ends. A pod that no policy selects is open in that direction; a selected
pod allows what any of its policies allows.

Policies distinguish pods by namespace and labels only. So in each namespace, one pod represents
all pods with the same labels among those that selectors use, and one without labels represents
the others; one port of each protocol represents all ports that no policy names. Only the
policies are evaluated: on a cluster whose network plugin does not enforce them, everything is
open.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Final, cast

import attrs

from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import selects
from tenancy.manifests import Manifest

__all__ = ["OTHER", "PodNetwork", "Pods", "Port", "Route", "crossing"]


@attrs.frozen(order=True)
class Port:
    """
    The port of a connection.

    Attributes:
        protocol: TCP, UDP or SCTP.
        number: 1 to 65535, or 0 for every port that no policy names.
        name: The name that a policy uses in place of a number, or that the container gives to
            the number; else empty.
    """

    protocol: str
    number: int
    name: str = ""

    def __str__(self) -> str:
        return f"{self.protocol} {self.number or self.name or 'any other port'}"


OTHER: Final = Port("TCP", 0)
"""Every TCP port that no policy names."""

_OTHERS: Final = (OTHER, Port("UDP", 0))


@attrs.frozen(order=True)
class Pods:
    """Pods that no policy distinguishes: those of a namespace with the same labels."""

    namespace: str
    held: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, namespace: str, labels: Mapping[str, object]) -> "Pods":
        """Return the pods of *namespace* with these *labels*."""
        return cls(namespace, tuple(sorted((k, str(v)) for k, v in labels.items())))

    def __str__(self) -> str:
        return f"{self.namespace}/{','.join('='.join(pair) for pair in self.held) or '*'}"


@attrs.frozen(order=True)
class Route:
    """A possible connection."""

    source: Pods
    target: Pods
    port: Port

    def __str__(self) -> str:
        return f"{self.source} → {self.target} on {self.port}"


@attrs.frozen(eq=False)
class _Policy:
    """One direction of one policy: what it selects, and its rules as (peers, ports)."""

    selector: Manifest
    rules: Sequence[tuple[Sequence[Manifest], Sequence[Manifest]]]


class PodNetwork:
    """
    The namespaces and network policies of some manifests.

    >>> found = {"kind": "Namespace", "metadata": {"name": "a"}}
    >>> [str(route) for route in PodNetwork([found]).routes()]
    ['a/* → a/* on TCP any other port', 'a/* → a/* on UDP any other port']
    """

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._policies: dict[tuple[str, str], list[_Policy]] = {}
        self._selectors: list[tuple[str | None, Manifest]] = []
        ports: set[Port] = set(_OTHERS)
        for manifest in manifests:
            metadata = _mapping(manifest["metadata"])
            if manifest["kind"] == "Namespace":
                name = str(metadata["name"])
                held = cast("dict[str, str]", metadata.get("labels", {}))
                # The API server sets this label itself.
                self._labels[name] = {**held, "kubernetes.io/metadata.name": name}
            elif manifest["kind"] == "NetworkPolicy":
                self._add(
                    str(metadata["namespace"]),
                    _mapping(manifest["spec"]),
                    self._selectors,
                    ports,
                )
        self._ports = tuple(sorted(ports))

    def _add(
        self,
        namespace: str,
        spec: Manifest,
        selectors: list[tuple[str | None, Manifest]],
        ports: set[Port],
    ) -> None:
        selector = _mapping(spec.get("podSelector", {}))
        selectors.append((namespace, selector))
        types = spec.get("policyTypes") or [
            "Ingress",
            *(["Egress"] if "egress" in spec else []),
        ]
        for direction, key, end in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
            if direction not in cast("list[str]", types):
                continue
            rules = [
                (_list(rule.get(end)), _list(rule.get("ports")))
                for rule in _list(spec.get(key))
            ]
            self._policies.setdefault((namespace, direction), []).append(
                _Policy(selector, rules)
            )
            for peers, named in rules:
                ports.update(_port(port) for port in named)
                ports.update(
                    attrs.evolve(_port(port), number=cast("int", port["endPort"]))
                    for port in named
                    if "endPort" in port
                )
                selectors.extend(
                    (
                        None if "namespaceSelector" in peer else namespace,
                        _mapping(peer["podSelector"]),
                    )
                    for peer in peers
                    if "podSelector" in peer
                )

    @cached_property
    def pods(self) -> tuple[Pods, ...]:
        """Every set of pods that a policy can distinguish, sorted."""
        held: dict[str | None, set[tuple[tuple[str, str], ...]]] = {}
        for where, selector in self._selectors:
            held.setdefault(where, set()).add(tuple(sorted(_wanted(selector).items())))
        everywhere = {(), *held.get(None, ())}
        return tuple(
            sorted(
                Pods(name, one)
                for name in self._labels
                for one in everywhere | held.get(name, set())
            )
        )

    @property
    def ports(self) -> tuple[Port, ...]:
        """Every port that a policy names, and one for all others."""
        return self._ports

    def organization(self, pods: Pods) -> str | None:
        """Return the organization of *pods*; None if their namespace has none."""
        return self._labels[pods.namespace].get(labels.ORGANIZATION)

    def routes(self) -> Iterator[Route]:
        """Yield every possible connection, between and inside namespaces."""
        for source, target in product(self.pods, self.pods):
            for port in self._ports:
                if self.reaches(source, target, port):
                    yield Route(source, target, port)

    def reaches(self, source: Pods, target: Pods, port: Port) -> bool:
        """Return whether *source* connects to *port* of *target*, if both ends allow it."""
        return self._allows("Egress", source, target, port) and self._allows(
            "Ingress", target, source, port
        )

    def reaches_address(self, source: Pods, address: str, port: Port = OTHER) -> bool:
        """Return whether *source* connects to *port* of *address*, outside of the cluster."""
        return self._allows_address("Egress", source, address, port)

    def is_reached_from(self, address: str, target: Pods, port: Port = OTHER) -> bool:
        """Return whether *address*, outside of the cluster, connects to *port* of *target*."""
        return self._allows_address("Ingress", target, address, port)

    def allows(self, direction: str, pods: Pods, other: Pods, port: Port) -> bool:
        """
        Return whether the policies of *pods* alone allow it, whatever those of *other* allow.

        Args:
            direction: `Ingress` to *port* of *pods*, or `Egress` to *port* of *other*.
        """
        return self._allows(direction, pods, other, port)

    def _allows_address(self, direction: str, pods: Pods, address: str, port: Port) -> bool:
        selecting = self._selecting(direction, pods)
        if selecting is None:
            return True
        return any(
            (not named or any(_is_port(wanted, port) for wanted in named))
            and (
                not peers
                or any(
                    "ipBlock" in peer and _is_inside(_mapping(peer["ipBlock"]), address)
                    for peer in peers
                )
            )
            for policy in selecting
            for peers, named in policy.rules
        )

    def _selecting(self, direction: str, pods: Pods) -> list[_Policy] | None:
        """Return the policies that select *pods*; None means that everything is open."""
        found = [
            policy
            for policy in self._policies.get((pods.namespace, direction), ())
            if selects(policy.selector, dict(pods.held))
        ]
        return found or None

    def _allows(self, direction: str, pods: Pods, other: Pods, port: Port) -> bool:
        selecting = self._selecting(direction, pods)
        if selecting is None:
            return True
        return any(
            (not named or any(_is_port(wanted, port) for wanted in named))
            and (not peers or any(self._is_peer(peer, pods.namespace, other) for peer in peers))
            for policy in selecting
            for peers, named in policy.rules
        )

    def _is_peer(self, peer: Manifest, namespace: str, other: Pods) -> bool:
        if "ipBlock" in peer:
            # Plugins differ on whether addresses match pods; assume that they do.
            cidr = str(_mapping(peer["ipBlock"])["cidr"])
            return not ipaddress.ip_network(cidr, strict=False).is_link_local
        if "namespaceSelector" in peer:
            selector = _mapping(peer["namespaceSelector"])
            # A controller's namespace may not exist yet.
            bare = {"kubernetes.io/metadata.name": other.namespace}
            if not selects(selector, self._labels.get(other.namespace, bare)):
                return False
        elif other.namespace != namespace:
            return False
        return selects(_mapping(peer.get("podSelector", {})), dict(other.held))


def crossing(network: PodNetwork) -> Iterator[Route]:
    """Yield every connection from one organization's pods to another's."""
    for route in network.routes():
        ends = {network.organization(route.source), network.organization(route.target)}
        if None not in ends and len(ends) > 1:
            yield route


def _wanted(selector: Manifest) -> dict[str, str]:
    """Return labels that satisfy what *selector* requires."""
    wanted = dict(cast("dict[str, str]", selector.get("matchLabels", {})))
    for expression in _list(selector.get("matchExpressions")):
        key, values = str(expression["key"]), cast("list[str]", expression.get("values", []))
        if expression["operator"] == "In":
            wanted.setdefault(key, values[0])
        elif expression["operator"] == "Exists":
            wanted.setdefault(key, "")
    return wanted


def _port(named: Manifest) -> Port:
    protocol, port = str(named.get("protocol", "TCP")), named.get("port")
    if port is None:
        return Port(protocol, 0)
    return Port(protocol, port) if isinstance(port, int) else Port(protocol, 0, str(port))


def _is_port(named: Manifest, port: Port) -> bool:
    wanted = _port(named)
    if wanted.protocol != port.protocol:
        return False
    if "port" not in named:
        return True
    if wanted.name:
        return wanted.name == port.name
    if not port.number and port.name:
        return False
    last = cast("int", named.get("endPort", wanted.number))
    return wanted.number <= port.number <= last


def _is_inside(block: Manifest, address: str) -> bool:
    found = ipaddress.ip_address(address)
    out = cast("list[str]", block.get("except", []))
    return found in ipaddress.ip_network(str(block["cidr"]), strict=False) and not any(
        found in ipaddress.ip_network(cidr, strict=False) for cidr in out
    )


def _mapping(value: object) -> Manifest:
    return cast("Manifest", value)


def _list(value: object) -> list[Manifest]:
    return cast("list[Manifest]", value or [])

"""The ports on which namespaces and addresses reach each other, in words."""

import ipaddress
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import product
from typing import Final

from tenancy.manifests import Manifest
from tenancy.model import Network as NetworkValues
from tenancy.model import Platform
from tenancy.planning.reachability import OTHER, PodNetwork, Pods, Port

__all__ = [
    "ANY",
    "INTERNET",
    "Reached",
    "outside",
    "outside_changes",
    "outside_namespaces",
]

ANY: Final = "any port"
INTERNET: Final = "the internet"

_ON_THE_INTERNET: Final = ("1.1.1.1", "2606:4700:4700::1111")
"""Public addresses that represent the whole internet, one of each version."""


class Reached:
    """Which ends reach each other before or after; each end's pods are grouped once."""

    def __init__(self, manifests: Iterable[Manifest]) -> None:
        self._network = PodNetwork(manifests)
        self._pods: dict[str, list[Pods]] = {}
        for pods in self._network.pods:
            self._pods.setdefault(pods.namespace, []).append(pods)

    def __call__(self, source: str, target: str) -> tuple[str, ...]:
        """Return the ports on which *source* reaches *target*."""
        ends = list(product(self._pods.get(source, ()), self._pods.get(target, ())))
        return self._ports(lambda port: any(self._network.reaches(a, b, port) for a, b in ends))

    def address(self, source: str, addresses: Collection[str]) -> tuple[str, ...]:
        """Return the ports on which *source* reaches one of *addresses*."""
        return self._ports(
            lambda port: any(
                self._network.reaches_address(pods, address, port)
                for pods, address in product(self._pods.get(source, ()), addresses)
            )
        )

    def from_address(self, addresses: Collection[str], target: str) -> tuple[str, ...]:
        """Return the ports on which one of *addresses* reaches *target*."""
        return self._ports(
            lambda port: any(
                self._network.is_reached_from(address, pods, port)
                for pods, address in product(self._pods.get(target, ()), addresses)
            )
        )

    def _ports(self, is_open: Callable[[Port], bool]) -> tuple[str, ...]:
        ports = [port for port in self._network.ports if is_open(port)]
        return (ANY,) if OTHER in ports else tuple(_ranges(ports, is_open))


def outside(name: str) -> Manifest:
    """Return a namespace of others: without policies, it allows all traffic."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {}}}


def outside_namespaces(platform: Platform, ours: Collection[str]) -> tuple[str, ...]:
    """Return the namespaces of ingress controllers, and unmanaged shared ones, sorted."""
    names = {controller.namespace for controller in platform.ingress.values()}
    names |= {shared.name for shared in platform.shared if not shared.is_managed}
    return tuple(sorted(names - set(ours) - {own.name for own in platform.own_namespaces}))


def outside_changes(
    name: str, networks: Iterable[NetworkValues], was: Reached, now: Reached
) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """
    Yield source, target, and ports before and after, for *name* and addresses in its network.

    Args:
        name: The namespace.
        networks: Its network before and after, if it exists then.
        was: The connections before.
        now: The connections after.
    """
    for text, addresses in _addresses(networks):
        yield name, text, was.address(name, addresses), now.address(name, addresses)
        yield text, name, was.from_address(addresses, name), now.from_address(addresses, name)


def _addresses(networks: Iterable[NetworkValues]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each range in *networks*, and addresses that represent it."""
    cidrs: set[str] = set()
    for network in networks:
        cidrs.update(network.egress_cidrs)
        for incoming in network.ingress:
            cidrs.update(incoming.cidrs)
        for outgoing in network.egress:
            cidrs.update(outgoing.cidrs)
    for cidr in sorted(cidrs):
        try:
            found = ipaddress.ip_network(cidr, strict=False)
        except ValueError:
            continue
        yield cidr, (str(found.network_address),)
    yield INTERNET, _ON_THE_INTERNET


def _ranges(ports: Iterable[Port], is_open: Callable[[Port], bool]) -> Iterator[str]:
    """Yield *ports* in words; adjacent open ports form one range."""
    first: Port | None = None
    last: Port | None = None
    for port in ports:
        if last is not None and _continues(last, port, is_open):
            last = port
            continue
        if first is not None and last is not None:
            yield _range(first, last)
        first = last = port
    if first is not None and last is not None:
        yield _range(first, last)


def _continues(last: Port, port: Port, is_open: Callable[[Port], bool]) -> bool:
    if last.protocol != port.protocol or last.name or port.name or not last.number:
        return False
    return port.number == last.number + 1 or is_open(Port(port.protocol, last.number + 1))


def _range(first: Port, last: Port) -> str:
    return str(first) if first == last else f"{first}-{last.number}"

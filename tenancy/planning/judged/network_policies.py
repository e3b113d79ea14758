"""NetworkPolicies of a namespace itself, as the admission policy judges them."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import Fields, items, mapping, strings
from tenancy.manifests import LINK_LOCAL, NAME_LABEL
from tenancy.planning.judged.judge import ExpectedRefusal, Rules, spec_of

__all__ = ["network_policy"]

_DIRECTIONS: Final = (
    ("ingress", "from", labels.INGRESS_PEERS, labels.INGRESS_BLOCKS),
    ("egress", "to", labels.EGRESS_PEERS, labels.EGRESS_BLOCKS),
)
_REMEDY: Final = (
    "write the traffic under network of the namespace, and ports as numbers and labels under"
    " matchLabels in the policy; or let an operator change the policy"
)


def network_policy(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a NetworkPolicy would be refused, each reason once."""
    seen: set[str] = set()
    for reason in _reasons(spec_of(found), rules):
        if reason not in seen:
            seen.add(reason)
            yield ExpectedRefusal(reason=reason, remedy=_REMEDY)


def _reasons(spec: Fields, rules: Rules) -> Iterator[str]:
    for direction, peers, of_peers, of_blocks in _DIRECTIONS:
        for rule in items(spec.get(direction)):
            ends = tuple(items(rule.get(peers)))
            if not ends:
                yield f"a rule of {direction} has no {peers}, so that it allows everything"
            for peer in ends:
                if "ipBlock" in peer:
                    entries = [
                        entry
                        for entry in _entries(rules, of_blocks)
                        if _within(entry, spec, rule)
                    ]
                    yield from _block(mapping(peer["ipBlock"]), direction, entries, rules)
                elif "namespaceSelector" in peer and not (
                    _is_own(mapping(peer["namespaceSelector"]), rules)
                    or any(
                        _has(entry[0], mapping(peer["namespaceSelector"]))
                        and _has(entry[1], mapping(peer.get("podSelector")))
                        and _within(entry, spec, rule)
                        for entry in _entries(rules, of_peers)
                    )
                ):
                    yield f"a rule of {direction} allows namespaces that are not granted"


def _is_own(selector: Fields, rules: Rules) -> bool:
    """Return whether *selector* has a label that no other organization can have."""
    exact = mapping(selector.get("matchLabels"))
    names = [rules.namespace.name, *rules.listed(labels.SHARED_SERVICES)]
    return (
        exact.get(labels.ORGANIZATION) == rules.namespace.organization
        or exact.get(NAME_LABEL) in names
    )


def _block(
    block: Fields, direction: str, entries: list[list[str]], rules: Rules
) -> Iterator[str]:
    cidr, without = str(block.get("cidr")), tuple(strings(block.get("except")))
    granted = rules.listed(labels.EGRESS_CIDRS) if direction == "egress" else []
    if not (
        any(_contains(one, cidr) for one in granted)
        or any(
            _contains(entry[0], cidr)
            and all(
                (not _contains(out, cidr) and not _contains(cidr, out))
                or any(_contains(one, out) for one in without)
                for out in filter(None, entry[1].split(","))
            )
            for entry in entries
        )
    ):
        yield f"a rule of {direction} allows {cidr}, which is not granted with these ports"
    for local in LINK_LOCAL:
        is_inside = _contains(local, cidr)
        if is_inside or (
            _contains(cidr, local) and not any(_contains(one, local) for one in without)
        ):
            yield f"a rule of {direction} reaches {local}, where nodes keep their credentials"


def _entries(rules: Rules, key: str) -> list[list[str]]:
    return [entry.split(";") for entry in rules.listed(key, " ")]


def _within(entry: list[str], spec: Fields, rule: Fields) -> bool:
    """Return whether *entry* allows the pods here and the rule's ports."""
    ports = tuple(items(rule.get("ports")))
    return (
        _has(entry[2], mapping(spec.get("podSelector")))
        and bool(ports)
        and all(any(_covers(one, port) for one in entry[3].split(",")) for port in ports)
    )


def _covers(allowed: str, port: Mapping[str, object]) -> bool:
    protocol, _, numbers = allowed.partition("/")
    first, _, last = numbers.partition("-")
    number, end = port.get("port"), port.get("endPort")
    if not isinstance(number, int) or str(port.get("protocol") or "TCP") != protocol:
        return False
    return int(first) <= number and (end if isinstance(end, int) else number) <= int(
        last or first
    )


def _has(wanted: str, selector: Fields) -> bool:
    """Return whether *selector* has each of the labels *wanted*."""
    exact = mapping(selector.get("matchLabels"))
    return all(
        exact.get(key) == value
        for key, _, value in (one.partition("=") for one in wanted.split(",") if one)
    )


def _contains(block: str, other: str) -> bool:
    """Return whether *block* contains all of *other*."""
    try:
        outer = ipaddress.ip_network(block, strict=False)
        inner = ipaddress.ip_network(other, strict=False)
    except ValueError:
        return False
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False

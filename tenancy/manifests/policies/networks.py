"""
The guard of tenants' own network policies: they allow only granted traffic.

Network policies can only allow more traffic. So each peer that a tenant adds must be of the
organization, a shared namespace that was granted, or inside the grants of `ingress` and
`egress`, with the labels and the ports that are written there. What an expression cannot prove,
such as a named port, is refused; the message has an allowed form.
"""

from collections.abc import Callable
from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.network_grants import LINK_LOCAL, NAME_LABEL
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    changed,
    guard,
    namespace_label,
    text,
    texts,
)

__all__ = ["NAME", "network_policies"]

NAME: Final = "tenancy-network-policies"


def network_policies() -> Guard:
    """Return the guard of NetworkPolicies in organizations' namespaces."""
    return guard(
        NAME,
        [Resources("networking.k8s.io", ("networkpolicies",))],
        [
            PolicyRule(
                "object.spec.?ingress.orValue([]).all(rule, rule.?from.orValue([]).size() > 0)",
                "an ingress rule must have from: without it, all sources are allowed",
            ),
            PolicyRule(
                "object.spec.?egress.orValue([]).all(rule, rule.?to.orValue([]).size() > 0)",
                "an egress rule must have to: without it, all destinations are allowed",
            ),
            PolicyRule(
                _each_peer(_own, _listed),
                "'a namespaceSelector must have, under matchLabels, "
                f"{labels.ORGANIZATION}: ' + variables.organization"
                f" + ' or {NAME_LABEL}: one of '"
                " + variables.names.join(', ')" + _forms("peers"),
                computed=True,
            ),
            PolicyRule(
                _each_block("egress", _granted),
                "'an ipBlock must lie inside of the granted egressCidrs: '"
                " + (variables.blocks.size() == 0 ? 'there are none'"
                " : variables.blocks.join(', '))" + _forms("blocks", "egress"),
                computed=True,
            ),
            PolicyRule(
                _each_block("ingress"),
                "'an ipBlock of ingress must lie inside of the ranges that the namespace\\'s"
                " network.ingress grants: ' + (variables.ingressBlocks.size() == 0"
                " ? 'there are none' : 'those that follow')" + _forms("blocks", "ingress"),
                computed=True,
            ),
            PolicyRule(
                _each_peer(_not_local),
                f"an ipBlock may not reach {', '.join(LINK_LOCAL)}, where nodes keep their"
                " metadata and credentials: list them under except",
            ),
        ],
        conditions=[changed("{}.spec"), NOT_AUTHORISED],
        variables=[
            Condition(
                "organization",
                namespace_label(labels.ORGANIZATION),
            ),
            Condition("names", f"[request.namespace] + {annotation(labels.SHARED_SERVICES)}"),
            Condition("blocks", annotation(labels.EGRESS_CIDRS)),
            Condition("ingressPeers", _entries(labels.INGRESS_PEERS)),
            Condition("egressPeers", _entries(labels.EGRESS_PEERS)),
            Condition("ingressBlocks", _entries(labels.INGRESS_BLOCKS)),
            Condition("egressBlocks", _entries(labels.EGRESS_BLOCKS)),
        ],
        namespaces=ORGANIZATIONS,
    )


_DIRECTIONS: Final = (("ingress", "from"), ("egress", "to"))


def _entries(key: str) -> str:
    """Return the expression for the annotation *key*: a list with the parts of each entry."""
    return (
        f"namespaceObject.metadata.?annotations[{text(key)}].orValue('')"
        ".split(' ').filter(item, item != '').map(item, item.split(';'))"
    )


def _each_peer(
    holds: Callable[[str], str], or_listed: Callable[[str, str], str] | None = None
) -> str:
    """Return the condition that each peer fulfils *holds*, or is in its direction's list."""
    return " && ".join(
        f"object.spec.?{direction}.orValue([]).all("
        f"rule, rule.?{peers}.orValue([]).all(peer, {holds('peer')}"
        + (f" || {or_listed(direction, 'peer')}" if or_listed else "")
        + "))"
        for direction, peers in _DIRECTIONS
    )


def _each_block(direction: str, also: Callable[[str], str] | None = None) -> str:
    """Return the condition that each ipBlock of *direction* is inside a granted one."""
    peers = dict(_DIRECTIONS)[direction]
    return (
        f"object.spec.?{direction}.orValue([]).all("
        f"rule, rule.?{peers}.orValue([]).all(peer, !has(peer.ipBlock)"
        + (f" || {also('peer')}" if also else "")
        + f" || {_listed_block(direction, 'peer')}))"
    )


def _listed(direction: str, peer: str) -> str:
    """Return the condition that one entry allows *peer*, its ports and the pods here."""
    return (
        f"variables.{direction}Peers.exists(entry,"
        f" {_has_labels('entry[0]', f'{peer}.?namespaceSelector')}"
        f" && {_has_labels('entry[1]', f'{peer}.?podSelector')} && {_within('entry')})"
    )


def _listed_block(direction: str, peer: str) -> str:
    block = f"cidr({peer}.ipBlock.cidr)"
    # An excluded range is outside of the block, or excluded from it as a whole.
    return (
        f"variables.{direction}Blocks.exists(entry, cidr(entry[0]).containsCIDR({block})"
        " && entry[1].split(',').filter(item, item != '').all(item,"
        f" (!cidr(item).containsCIDR({block}) && !{block}.containsCIDR(item))"
        f" || {peer}.ipBlock.?except.orValue([]).exists("
        f"out, cidr(out).containsCIDR(item))) && {_within('entry')})"
    )


def _within(entry: str) -> str:
    """Return the condition that *entry* allows the pods here and the rule's ports."""
    allowed = "allowed.split('/')[1].split('-')"
    return (
        f"{_has_labels(f'{entry}[2]', 'object.spec.?podSelector')}"
        " && rule.?ports.orValue([]).size() > 0 && rule.?ports.orValue([]).all(port,"
        f" has(port.port) && type(port.port) == int && {entry}[3].split(',').exists(allowed,"
        " allowed.split('/')[0] == port.?protocol.orValue('TCP')"
        f" && int({allowed}[0]) <= int(port.port)"
        f" && port.?endPort.orValue(int(port.port)) <= int({allowed}[1])))"
    )


def _has_labels(wanted: str, selector: str) -> str:
    """Return the condition that *selector* has each of the labels *wanted*, or more."""
    return (
        f"{wanted}.split(',').filter(item, item != '').all(item,"
        f" {selector}.?matchLabels[?item.split('=')[0]].orValue('=') == item.split('=')[1])"
    )


def _forms(kind: str, *directions: str) -> str:
    """Return the expression for the allowed forms, which follow a message."""
    names = ("labels of its namespace", "of its pods") if kind == "peers" else ("in", "without")
    kept = directions or tuple(direction for direction, _ in _DIRECTIONS)
    return "".join(
        f" + variables.{direction}{kind.capitalize()}.map(entry, '; {direction}: {names[0]} '"
        f" + entry[0] + (entry[1] == '' ? '' : ' {names[1]} ' + entry[1])"
        " + (entry[2] == '' ? '' : ' and podSelector ' + entry[2])"
        " + ' on ports, as numbers, ' + entry[3]).join('')"
        for direction in kept
    )


def _own(peer: str) -> str:
    """Return the condition that *peer* has a label that no other organization can have."""
    wanted = f"{peer}.namespaceSelector.?matchLabels"
    return (
        f"!has({peer}.namespaceSelector) || (variables.organization != '' &&"
        f" {wanted}[{text(labels.ORGANIZATION)}].orValue('') == variables.organization)"
        f" || {wanted}[{text(NAME_LABEL)}].orValue('') in variables.names"
    )


def _granted(peer: str) -> str:
    return f"variables.blocks.exists(block, cidr(block).containsCIDR({peer}.ipBlock.cidr))"


def _not_local(peer: str) -> str:
    """Return the condition that *peer* reaches no link-local block."""
    block = f"cidr({peer}.ipBlock.cidr)"
    return (
        f"!has({peer}.ipBlock) || {texts(LINK_LOCAL)}.all(local,"
        f" !cidr(local).containsCIDR({block})"
        f" && (!{block}.containsCIDR(local) || {peer}.ipBlock.?except.orValue([]).exists("
        "out, cidr(out).containsCIDR(local))))"
    )

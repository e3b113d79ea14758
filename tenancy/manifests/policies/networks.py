"""
The guard of tenants' own network policies: they allow traffic inside the organization only.

Network policies only ever add. So each peer that a tenant adds has to be the organization's
own, a shared namespace that was granted, or an address inside of what was granted.
"""

from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.network import LINK_LOCAL, NAME_LABEL
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    Resources,
    Rule,
    annotation,
    changed,
    guard,
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
            Rule(
                "object.spec.?ingress.orValue([]).all(rule, rule.?from.orValue([]).size() > 0)",
                "an ingress rule must say from where: without it, it lets in everybody",
            ),
            Rule(
                "object.spec.?egress.orValue([]).all(rule, rule.?to.orValue([]).size() > 0)",
                "an egress rule must say to where: without it, it lets out everywhere",
            ),
            Rule(
                _each_peer(_own("peer")),
                "'a namespaceSelector must have, under matchLabels, "
                f"{labels.ORGANIZATION}: ' + variables.organization"
                f" + ' or {NAME_LABEL}: one of '"
                " + variables.names.join(', ')",
                computed=True,
            ),
            Rule(
                _each_peer(_granted("peer")),
                "'an ipBlock must lie inside of the granted egressCidrs: '"
                " + (variables.blocks.size() == 0 ? 'there are none'"
                " : variables.blocks.join(', '))",
                computed=True,
            ),
            Rule(
                _each_peer(_not_local("peer")),
                f"an ipBlock may not reach {', '.join(LINK_LOCAL)}, where nodes keep their"
                " metadata and credentials: list them under except",
            ),
        ],
        conditions=[changed("{}.spec"), NOT_AUTHORISED],
        variables=[
            Condition(
                "organization",
                f"namespaceObject.metadata.?labels[{text(labels.ORGANIZATION)}].orValue('')",
            ),
            Condition("names", f"[request.namespace] + {annotation(labels.SHARED_SERVICES)}"),
            Condition("blocks", annotation(labels.EGRESS_CIDRS)),
        ],
        namespaces=ORGANIZATIONS,
    )


def _each_peer(holds: str) -> str:
    return " && ".join(
        f"object.spec.?{direction}.orValue([]).all("
        f"rule, rule.?{peers}.orValue([]).all(peer, {holds}))"
        for direction, peers in (("ingress", "from"), ("egress", "to"))
    )


def _own(peer: str) -> str:
    """Return that *peer* has a label that nobody outside can have; others only narrow."""
    wanted = f"{peer}.namespaceSelector.?matchLabels"
    return (
        f"!has({peer}.namespaceSelector) || (variables.organization != '' &&"
        f" {wanted}[{text(labels.ORGANIZATION)}].orValue('') == variables.organization)"
        f" || {wanted}[{text(NAME_LABEL)}].orValue('') in variables.names"
    )


def _granted(peer: str) -> str:
    return (
        f"!has({peer}.ipBlock) || variables.blocks.exists("
        f"block, cidr(block).containsCIDR({peer}.ipBlock.cidr))"
    )


def _not_local(peer: str) -> str:
    """Return that each link-local block is outside of *peer*, or wholly taken out of it."""
    block = f"cidr({peer}.ipBlock.cidr)"
    return (
        f"!has({peer}.ipBlock) || {texts(LINK_LOCAL)}.all(local,"
        f" !cidr(local).containsCIDR({block})"
        f" && (!{block}.containsCIDR(local) || {peer}.ipBlock.?except.orValue([]).exists("
        "out, cidr(out).containsCIDR(local))))"
    )

"""Attacks by services, endpoints and network policies."""

from collections.abc import Iterator

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import (
    CREATING,
    HARMLESS,
    Attack,
    changes,
    creations,
    everyway,
    guarded,
)
from tests.cluster.security.contents import EDGE
from tests.cluster.security.objects import (
    DOMAIN,
    LAB,
    NAME,
    ORGANIZATION,
    WEB,
    Object,
)
from tests.cluster.security.world import World

# Services and networks

BLOCKS_IN = "an ipBlock of ingress must lie inside of"
"""The refusal of addresses that may not enter; before any other of such a block."""


def services(world: World) -> Iterator[Attack]:
    """Yield the services that lead past what the platform lets in and out."""
    for what, spec, reason in (
        ("NodePort", {"type": "NodePort"}, "services of type NodePort are refused"),
        (
            "ExternalName",
            {"type": "ExternalName", "externalName": "example.com"},
            "services of type ExternalName are refused",
        ),
        (
            "LoadBalancer",
            {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
            "services of type LoadBalancer are not granted to this namespace",
        ),
        (
            "external addresses",
            {"externalIPs": ["198.51.100.7"]},
            "spec.externalIPs may not be set",
        ),
    ):
        yield from everyway(
            world,
            f"services: {what}",
            make.service(**spec),
            guarded("tenancy-services", reason),
            good=make.service(),
        )
    balanced = {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False}
    yield from everyway(
        world,
        "services: LoadBalancer that hides the callers' addresses, of which some are granted",
        make.service(EDGE, **balanced),
        guarded("tenancy-services", "needs spec.externalTrafficPolicy: Local here"),
        good=make.service(EDGE, **balanced, externalTrafficPolicy="Local"),
        paths=CREATING,
    )


def endpoints(world: World) -> Iterator[Attack]:
    """Yield endpoints by hand: by helpers, because members have no such right."""
    addresses = {"addresses": [{"ip": "10.0.0.9"}], "ports": [{"port": 80}]}
    for bad in (
        make.thing("v1", "Endpoints", "probe", WEB, subsets=[addresses]),
        make.thing(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            "probe",
            WEB,
            addressType="IPv4",
            endpoints=[{"addresses": ["10.0.0.9"]}],
        ),
    ):
        for path, attack, control in creations(bad, bad):
            yield Attack(
                rule=f"endpoints: {bad['kind']}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-endpoints", "only Kubernetes may write endpoints"),
                control=control,
                controller="operating helper",
            )
            yield Attack(
                rule=f"rights: {bad['kind']}",
                path=path,
                person="admin",
                request=attack,
                reasons=("is forbidden: User", 'resource "endpoint'),
                control=control,
                controller="operating helper",
            )

    label = {"metadata": {"labels": HARMLESS}}
    for api_version, kind in (("v1", "Endpoints"), ("discovery.k8s.io/v1", "EndpointSlice")):
        held = {
            "apiVersion": api_version,
            "kind": kind,
            **world.live(make.thing(api_version, kind, "seed", WEB)),
        }
        for path, attack, _ in changes(held, label, {}):
            yield Attack(
                rule=f"endpoints: {kind}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-endpoints", "only Kubernetes may write endpoints"),
                control=attack,
                controller="operating helper",
            )


def network_policies(world: World) -> Iterator[Attack]:
    """Yield the peers that lie outside of the organization and of its grants."""
    own = "a namespaceSelector must have, under matchLabels"
    among = {"key": ORGANIZATION, "operator": "In", "values": ["acme", "globex"]}
    peers: dict[str, tuple[Object, str]] = {
        "every namespace": ({"namespaceSelector": {}}, own),
        "another organization": (_by(ORGANIZATION, "globex"), own),
        "another organization's namespace": (_by(NAME, LAB), own),
        "the cluster's own namespace": (_by(NAME, "kube-system"), own),
        "a shared namespace not granted": (_by(NAME, "registry"), own),
        "whatever is managed": (_by(f"{DOMAIN}/managed", "true"), own),
        "every organization": (
            {
                "namespaceSelector": {
                    "matchExpressions": [{"key": ORGANIZATION, "operator": "Exists"}]
                }
            },
            own,
        ),
        "one's own and another": ({"namespaceSelector": {"matchExpressions": [among]}}, own),
        "addresses not granted": (
            {"ipBlock": {"cidr": "203.0.113.0/24"}},
            "an ipBlock must lie inside of the granted egressCidrs",
        ),
        "every address": (
            {"ipBlock": {"cidr": "0.0.0.0/0"}},
            "an ipBlock must lie inside of the granted egressCidrs",
        ),
        "every v6 address": (
            {"ipBlock": {"cidr": "::/0"}},
            "an ipBlock must lie inside of the granted egressCidrs",
        ),
    }
    good = make.network_policy()
    for what, (peer, reason) in peers.items():
        for towards, spec in _towards(peer).items():
            yield from everyway(
                world,
                f"network-policies: {what} by {towards}",
                make.network_policy(**spec),
                guarded(
                    "tenancy-network-policies",
                    BLOCKS_IN if towards == "ingress" and "ipBlock" in peer else reason,
                ),
                good=good,
            )
    for what, spec, reason in (
        ("ingress from everywhere", {"ingress": [{}]}, "an ingress rule must have from"),
        (
            "egress to everywhere",
            {"policyTypes": ["Egress"], "egress": [{}]},
            "an egress rule must have to",
        ),
        (
            "ingress from everywhere to a port",
            {"ingress": [{"ports": [{"port": 80}]}]},
            "an ingress rule must have from",
        ),
    ):
        yield from everyway(
            world,
            f"network-policies: {what}",
            make.network_policy(**spec),
            guarded("tenancy-network-policies", reason),
            good=good,
        )
    # Where far more was granted than the checks let anybody, the nodes' metadata stay closed.
    local = "an ipBlock may not reach 169.254.0.0/16"
    good = make.network_policy(
        EDGE, **_towards({"ipBlock": {"cidr": "168.1.0.0/16"}})["egress"]
    )
    for what, block in {
        "the metadata address": {"cidr": "169.254.169.254/32"},
        "a block around it": {"cidr": "168.0.0.0/7"},
        "a block with too little out": {"cidr": "168.0.0.0/7", "except": ["169.254.169.0/25"]},
        "the credentials' v6 address": {"cidr": "fd00:ec2::23/128"},
    }.items():
        for towards, spec in _towards({"ipBlock": block}).items():
            yield from everyway(
                world,
                f"network-policies: {what} by {towards}",
                make.network_policy(EDGE, **spec),
                guarded(
                    "tenancy-network-policies", BLOCKS_IN if towards == "ingress" else local
                ),
                good=good,
                paths=CREATING,
            )
    yield from _granted(world)


def _granted(world: World) -> Iterator[Attack]:
    """Yield granted peers on another port than the granted one."""
    router = {**_by(NAME, "router"), "podSelector": {"matchLabels": {"app": "edge"}}}
    own = "a namespaceSelector must have, under matchLabels"
    for towards, peer, port, reason in (
        ("ingress", router, 8080, own),
        ("egress", _by(NAME, "database"), 5432, own),
        ("ingress", {"ipBlock": {"cidr": "203.0.113.0/25"}}, 443, BLOCKS_IN),
        (
            "egress",
            {"ipBlock": {"cidr": "198.51.100.0/25"}},
            443,
            "an ipBlock must lie inside of the granted egressCidrs",
        ),
    ):
        kind = "block" if "ipBlock" in peer else "peer"
        yield from everyway(
            world,
            f"network-policies: a granted {kind} by {towards} on another port",
            make.network_policy(EDGE, **_towards(peer, port + 1)[towards]),
            guarded("tenancy-network-policies", reason),
            good=make.network_policy(EDGE, **_towards(peer, port)[towards]),
            paths=CREATING,
        )


def _towards(peer: Object, port: int | None = None) -> dict[str, Object]:
    ports = {} if port is None else {"ports": [{"port": port, "protocol": "TCP"}]}
    return {
        "ingress": {"policyTypes": ["Ingress"], "ingress": [{"from": [peer], **ports}]},
        "egress": {"policyTypes": ["Egress"], "egress": [{"to": [peer], **ports}]},
    }


def _by(key: str, value: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {key: value}}}

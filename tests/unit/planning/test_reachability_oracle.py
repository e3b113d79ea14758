"""The evaluator of network policies agrees with a second, independent one."""

import random
from itertools import product

import pytest

from tenancy import manifests
from tenancy.planning.reachability import PodNetwork, Pods, Port
from tests.unit.builders import a_namespace, a_platform, a_tenancy, an_organization
from tests.unit.planning.network_oracle import Pod, Table

NAMESPACES = {"a": {"team": "x"}, "b": {"team": "x", "tier": "1"}, "c": {"tier": "2"}}
VALUES = {"app": ("web", "db"), "tier": ("1", "2")}
PODS = [
    Pod(namespace, labels)
    for namespace in NAMESPACES
    for labels in ((), (("app", "web"),), (("app", "db"), ("tier", "1")))
]
ADDRESSES = ["10.0.0.5", "10.1.0.5", "192.0.2.9", "2001:db8::5", "2600::1"]
PORTS = [("TCP", 80), ("TCP", 81), ("TCP", 90), ("TCP", 443), ("UDP", 53), ("UDP", 80)]
BLOCKS = (
    {"cidr": "10.0.0.0/8"},
    {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]},
    {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]},
    {"cidr": "2000::/3", "except": ["2001:db8::/32"]},
)


def a_selector(rng: random.Random, keys: dict[str, tuple[str, ...]]) -> dict:
    selector: dict = {}
    if rng.random() < 0.5:
        key = rng.choice([*keys])
        selector["matchLabels"] = {key: rng.choice(keys[key])}
    if rng.random() < 0.4:
        key = rng.choice([*keys])
        operator = rng.choice(["In", "NotIn", "Exists", "DoesNotExist"])
        values = {"values": [rng.choice(keys[key])]} if operator.endswith("In") else {}
        selector["matchExpressions"] = [{"key": key, "operator": operator, **values}]
    return selector


def a_peer(rng: random.Random) -> dict:
    if rng.random() < 0.25:
        return {"ipBlock": rng.choice(BLOCKS)}
    peer: dict = {}
    if rng.random() < 0.6:
        keys = {"team": ("x", "y"), "kubernetes.io/metadata.name": ("a", "b", "c")}
        peer["namespaceSelector"] = a_selector(rng, keys)
    if rng.random() < 0.6 or not peer:
        peer["podSelector"] = a_selector(rng, VALUES)
    return peer


def a_port(rng: random.Random) -> dict:
    port: dict = {"protocol": rng.choice(["TCP", "TCP", "UDP"])}
    if rng.random() < 0.8:
        port["port"] = rng.choice([80, 81, 443, 53])
        if rng.random() < 0.3:
            port["endPort"] = port["port"] + rng.choice([0, 1, 10])
    return port


def a_policy(rng: random.Random, index: int) -> dict:
    spec: dict = {"podSelector": a_selector(rng, VALUES)}
    for key, peers in (("ingress", "from"), ("egress", "to")):
        if rng.random() < 0.7:
            spec[key] = [
                {
                    **({peers: [a_peer(rng)]} if rng.random() < 0.8 else {}),
                    **({"ports": [a_port(rng)]} if rng.random() < 0.6 else {}),
                }
                for _ in range(rng.choice([0, 1, 1, 2]))
            ]
    if rng.random() < 0.6:
        spec["policyTypes"] = rng.choice([["Ingress"], ["Egress"], ["Ingress", "Egress"]])
    metadata = {"name": f"p{index}", "namespace": rng.choice([*NAMESPACES])}
    return {"kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def has_block_for_pods(policies: list[dict]) -> bool:
    """Whether an address range is a peer: plugins differ on whether it holds for pods."""
    return any(
        "ipBlock" in peer
        for policy in policies
        for key, end in (("ingress", "from"), ("egress", "to"))
        for rule in policy["spec"].get(key, ())
        for peer in rule.get(end, ())
    )


def compare(
    namespaces: dict[str, dict], pods: list[Pod], ports: list, policies: list[dict]
) -> tuple[int, int]:
    """Assert that both agree on every connection; return how much is open and closed."""
    spaces = [
        {"kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        for name, labels in namespaces.items()
    ]
    network = PodNetwork([*spaces, *policies])
    table = Table(namespaces, pods, ADDRESSES, ports, policies)
    ours = {pod: Pods(pod.namespace, tuple(sorted(pod.labels))) for pod in pods}
    found = [0, 0]
    for number in ports:
        port = Port(*number)
        for source, target in product(pods, pods):
            if not has_block_for_pods(policies):
                expected = table.connects(source, target, number)
                assert expected is network.reaches(ours[source], ours[target], port)
                found[expected] += 1
        for pod, address in product(pods, ADDRESSES):
            expected = table.sends_to(pod, address, number)
            assert expected is network.reaches_address(ours[pod], address, port)
            found[expected] += 1
            expected = table.takes_from(address, pod, number)
            assert expected is network.is_reached_from(address, ours[pod], port)
            found[expected] += 1
    return found[0], found[1]


@pytest.mark.parametrize("start", [0, pytest.param(40, marks=pytest.mark.nightly)])
def test_on_generated_policies(start: int) -> None:
    closed = opened = 0
    for seed in range(start, 2000 if start else 40):
        rng = random.Random(seed)
        policies = [a_policy(rng, index) for index in range(rng.choice([1, 2, 4, 6]))]
        some = compare(NAMESPACES, PODS, PORTS, policies)
        closed, opened = closed + some[0], opened + some[1]
    # Both happen often, so the comparison can fail.
    assert min(closed, opened) > (closed + opened) / 10


def test_on_what_is_rendered_for_real_services() -> None:
    network = {
        "ingress": [
            {"controller": "nginx", "ports": [8080], "podLabels": {"app": "web"}},
            {"cidrs": ["192.0.2.0/24"], "ports": [443]},
        ],
        "egress": [
            {"cidrs": ["10.0.0.0/16"], "ports": [5432]},
            {"internet": True, "ports": [443]},
        ],
    }
    closed_off = {"sameOrganization": False}
    tenancy = a_tenancy(
        organizations={
            "acme": an_organization(
                a_namespace(network=network),
                a_namespace("lab", network=closed_off),
                defaultNamespace="dev",
            )
        },
        platform=a_platform(
            ingress={"nginx": {"namespace": "ingress-nginx", "podLabels": {"app": "nginx"}}}
        ),
    )
    environment = tenancy.environments["dev"]
    rendered = tuple(manifests.environment(environment, tenancy.platform_of(environment)))
    namespaces = {
        str(one["metadata"]["name"]): dict(one["metadata"]["labels"])
        for one in rendered
        if one["kind"] == "Namespace"
    }
    namespaces["ingress-nginx"] = {}
    pods = [Pod(name, ()) for name in namespaces]
    pods += [Pod("acme-dev", (("app", "web"),)), Pod("ingress-nginx", (("app", "nginx"),))]
    policies = [dict(one) for one in rendered if one["kind"] == "NetworkPolicy"]
    ports = [("TCP", 8080), ("TCP", 443), ("TCP", 5432), ("TCP", 22), ("UDP", 53)]

    closed, opened = compare(namespaces, pods, ports, policies)

    assert closed > opened > 0

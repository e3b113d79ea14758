"""Mutants of network policies, and which pods reach which by the unbroken ones."""

from collections.abc import Iterator, Mapping, Sequence

from tenancy.planning.reachability import PodNetwork, Pods, Port
from tests.cluster.security.mutants.breaking import Mutant, mutant
from tests.cluster.security.objects import (
    FULL,
    LAB,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import World

# Networks

_PLACES: Mapping[str, Pods] = {
    "web": Pods(WEB),
    "train": Pods(TRAIN),
    "lab": Pods(LAB),
    "observability": Pods("observability"),
    "prometheus": Pods("observability", (("app.kubernetes.io/name", "prometheus"),)),
    "loki": Pods("observability", (("app.kubernetes.io/name", "loki"),)),
    "vault": Pods("vault"),
    "registry": Pods("registry"),
    "public": Pods("llmos-public"),
    "system": Pods("kube-system"),
    "dns": Pods("kube-system", (("k8s-app", "kube-dns"),)),
    "what is called dns": Pods("kube-public", (("k8s-app", "kube-dns"),)),
    "what is called prometheus": Pods(
        "kube-public", (("app.kubernetes.io/name", "prometheus"),)
    ),
    "what is called loki": Pods("kube-public", (("app.kubernetes.io/name", "loki"),)),
}
_WATCHING = ("observability", "prometheus", "loki")
_ORGANIZATIONS = ("web", "train", "lab")
_PORTS = (53, 80, 3100, 5000, 8080, 8200, 9090)
_EVERY = tuple((protocol, port) for protocol in ("TCP", "UDP") for port in _PORTS)
_DNS = {"dns": (("TCP", 53), ("UDP", 53))}

# Which namespace may reach which, on which ports: by hand, and all else is closed. Each end is
# looked at alone, as if the other were open; a connection needs both.
_OUT: Mapping[str, Mapping[str, Sequence[tuple[str, int]]]] = {
    "web": {
        "web": _EVERY,
        "train": _EVERY,
        "prometheus": (("TCP", 9090),),
        "loki": (("TCP", 3100),),
        "vault": (("TCP", 8200),),
        **_DNS,
    },
    "train": {"train": _EVERY, **_DNS},
    "lab": {
        "lab": _EVERY,
        "prometheus": (("TCP", 9090),),
        "loki": (("TCP", 3100),),
        **_DNS,
    },
    **{
        name: {
            **dict.fromkeys(_WATCHING, _EVERY),
            # Each organization's namespace lets in its own metrics ports only.
            **dict.fromkeys(_ORGANIZATIONS, _EVERY),
            **_DNS,
        }
        for name in _WATCHING
    },
    **{name: {name: _EVERY, **_DNS} for name in ("vault", "registry", "public")},
}
_IN: Mapping[str, Mapping[str, Sequence[tuple[str, int]]]] = {
    "web": {"web": _EVERY, "train": _EVERY, **dict.fromkeys(_WATCHING, (("TCP", 8080),))},
    "train": {"train": _EVERY},
    "lab": {"lab": _EVERY, **dict.fromkeys(_WATCHING, (("TCP", 8080),))},
    "observability": dict.fromkeys(_WATCHING, _EVERY),
    "prometheus": {
        **dict.fromkeys(_WATCHING, _EVERY),
        **dict.fromkeys(_ORGANIZATIONS, (("TCP", 9090),)),
    },
    "loki": {
        **dict.fromkeys(_WATCHING, _EVERY),
        **dict.fromkeys(_ORGANIZATIONS, (("TCP", 3100),)),
    },
    "vault": {"vault": _EVERY, **dict.fromkeys(_ORGANIZATIONS, (("TCP", 8200),))},
    "registry": {"registry": _EVERY, **dict.fromkeys(_ORGANIZATIONS, (("TCP", 5000),))},
    "public": {"public": _EVERY},
}

_ADDRESSES: Mapping[str, Mapping[str, bool]] = {
    FULL: {
        "198.51.100.7": True,
        "2001:db8::1": True,
        "203.0.113.1": False,
        "2001:db9::1": False,
        "169.254.169.254": False,
        "fd00:ec2::23": False,
    },
    **{
        name: {"198.51.100.7": False, "2001:db8::1": False}
        for name in (WEB, TRAIN, LAB, "observability", "vault", "registry", "llmos-public")
    },
}


def routes(world: World) -> list[str]:
    """Return the connections that differ from those written above, by the existing policies."""
    found: dict[str, list[Object]] = {}
    for kind, path in (
        ("Namespace", "/api/v1/namespaces"),
        ("NetworkPolicy", "/apis/networking.k8s.io/v1/networkpolicies"),
    ):
        items = world.root.request("GET", path).accepted().body["items"]
        # What members made themselves is not what was rendered.
        found[kind] = [
            {"kind": kind, **item}
            for item in items
            if item["metadata"]["name"] != "seed"
            and not item["metadata"]["name"].startswith("filler")
        ]
    wrong: list[str] = []
    for name, addresses in _ADDRESSES.items():
        mine = [
            policy
            for policy in found["NetworkPolicy"]
            if policy["metadata"]["namespace"] == name
        ]
        network = PodNetwork([*found["Namespace"], *mine])
        bare = PodNetwork(
            [
                *found["Namespace"],
                *(policy for policy in mine if policy["metadata"]["name"] == "default-deny"),
            ]
        )
        wrong += [
            f"{name} → {address}"
            for address, reached in addresses.items()
            if network.reaches_address(Pods(name), address) is not reached
        ]
        wrong += _one_end(name, network, bare)
    return wrong


def _one_end(name: str, network: PodNetwork, bare: PodNetwork) -> Iterator[str]:
    """Yield what the policies of the namespace *name* alone allow wrongly, in and out."""
    for end, pods in _PLACES.items():
        if pods.namespace != name:
            continue
        for other, others in _PLACES.items():
            # Inside of a namespace both ends are one, and each is looked at by the other.
            for protocol, number in _EVERY:
                port = Port(protocol, number)
                out = (protocol, number) in _OUT[end].get(other, ())
                into = (protocol, number) in _IN[end].get(other, ())
                if others.namespace == name:
                    out = into = out and (protocol, number) in _IN[other].get(end, ())
                if network.reaches(pods, others, port) is not out:
                    yield f"{end} → {other} on {port}"
                if others.namespace != name and network.reaches(others, pods, port) is not into:
                    yield f"{other} → {end} on {port}"
                # The default-deny policy itself, without any exception.
                if bare.reaches(pods, others, port) or bare.reaches(others, pods, port):
                    yield f"{end} ↔ {other} on {port} in spite of default-deny"


def of_networks(manifest: Object) -> Iterator[Mutant]:  # noqa: C901
    spec = manifest["spec"]
    selects = spec["podSelector"] or spec["podSelector"] == {}

    def one(path: str, **more: object) -> Mutant:
        return mutant(manifest, path, routes, **more)

    if spec["podSelector"]:
        yield one("spec.podSelector", loosened={})
    elif selects:
        yield one("spec.podSelector", loosened={"matchLabels": {"example.com/nobody": "a"}})
    types = spec["policyTypes"]
    for i in range(len(types)):
        # Of none at all Kubernetes itself makes those that the rules speak of.
        if len(types) > 1:
            yield one(f"spec.policyTypes.{i}")
    for direction, end in (("ingress", "from"), ("egress", "to")):
        for i, rule in enumerate(spec.get(direction, ())):
            at = f"spec.{direction}.{i}"
            yield one(at)
            yield one(f"{at}.{end}")
            if "ports" in rule:
                yield one(f"{at}.ports")
                if len(rule["ports"]) > 1:
                    for j in range(len(rule["ports"])):
                        yield one(f"{at}.ports.{j}")
            for j, peer in enumerate(rule[end]):
                if len(rule[end]) > 1:
                    yield one(f"{at}.{end}.{j}")
                if "namespaceSelector" in peer:
                    yield one(f"{at}.{end}.{j}.namespaceSelector", loosened={})
                if peer.get("podSelector") and len(peer) > 1:
                    yield one(f"{at}.{end}.{j}.podSelector")
                if "ipBlock" in peer:
                    everywhere = "::/0" if ":" in peer["ipBlock"]["cidr"] else "0.0.0.0/0"
                    yield one(f"{at}.{end}.{j}.ipBlock.cidr", loosened=everywhere)

"""
A second evaluator of network policies, written apart from the first, to compare it with.

It builds the whole table of what each pod accepts and sends, for pods, addresses and ports
that are listed one by one, from the words of the NetworkPolicy API: a pod that is selected for
a direction accepts the union of what the policies that select it list, and one that is not
selected accepts everything.
"""

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True)
class Pod:
    """One pod."""

    namespace: str
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class End:
    """Where a connection comes from or goes to: a pod, or an address outside."""

    pod: Pod | None = None
    address: str | None = None


class Table:
    """What every pod accepts (`in`) and sends (`out`), by pod."""

    def __init__(
        self,
        namespaces: dict[str, dict[str, str]],
        pods: list[Pod],
        addresses: list[str],
        ports: list[tuple[str, int]],
        policies: list[dict],
    ) -> None:
        self.namespaces = {
            name: {**labels, "kubernetes.io/metadata.name": name}
            for name, labels in namespaces.items()
        }
        ends = [End(pod=pod) for pod in pods] + [End(address=text) for text in addresses]
        everything = {(end, port) for end in ends for port in ports}
        self.accepted: dict[tuple[str, Pod], set[tuple[End, tuple[str, int]]]] = {}
        for pod in pods:
            for direction, key, peers in (("in", "ingress", "from"), ("out", "egress", "to")):
                mine = [
                    policy["spec"]
                    for policy in policies
                    if policy["metadata"]["namespace"] == pod.namespace
                    and key.capitalize() in self.types(policy["spec"])
                    and self.selected(policy["spec"]["podSelector"], dict(pod.labels))
                ]
                table = set() if mine else set(everything)
                for spec in mine:
                    for rule in spec.get(key) or []:
                        table |= {
                            (end, port)
                            for end, port in everything
                            if self.is_peer(rule.get(peers), end, pod.namespace)
                            and self.is_port(rule.get("ports"), port)
                        }
                self.accepted[direction, pod] = table

    def connects(self, source: Pod, target: Pod, port: tuple[str, int]) -> bool:
        """Whether both ends let the connection through."""
        return (End(pod=target), port) in self.accepted["out", source] and (
            End(pod=source),
            port,
        ) in self.accepted["in", target]

    def sends_to(self, source: Pod, address: str, port: tuple[str, int]) -> bool:
        """Whether the pod reaches the address."""
        return (End(address=address), port) in self.accepted["out", source]

    def takes_from(self, address: str, target: Pod, port: tuple[str, int]) -> bool:
        """Whether the address reaches the pod."""
        return (End(address=address), port) in self.accepted["in", target]

    @staticmethod
    def types(spec: dict) -> list[str]:
        """The directions of a policy; by default egress only where it is written."""
        if spec.get("policyTypes"):
            return spec["policyTypes"]
        return ["Ingress", "Egress"] if spec.get("egress") is not None else ["Ingress"]

    @staticmethod
    def selected(selector: dict, labels: dict[str, str]) -> bool:
        """Whether a label selector holds; an empty one holds for everything."""
        answers = [labels.get(k) == v for k, v in (selector.get("matchLabels") or {}).items()]
        for wanted in selector.get("matchExpressions") or []:
            key, operator = wanted["key"], wanted["operator"]
            if operator == "Exists":
                answers.append(key in labels)
            elif operator == "DoesNotExist":
                answers.append(key not in labels)
            elif operator == "In":
                answers.append(key in labels and labels[key] in wanted["values"])
            else:
                answers.append(key not in labels or labels[key] not in wanted["values"])
        return False not in answers

    def is_peer(self, peers: list[dict] | None, end: End, namespace: str) -> bool:
        """Whether a list of peers has the end; no list has every end."""
        if not peers:
            return True
        return any(
            self.is_in_block(peer["ipBlock"], end)
            if "ipBlock" in peer
            else end.pod is not None and self.is_selected_pod(peer, end.pod, namespace)
            for peer in peers
        )

    def is_selected_pod(self, peer: dict, pod: Pod, namespace: str) -> bool:
        """Whether a peer with selectors has the pod; without namespaces, its own only."""
        if peer.get("namespaceSelector") is None:
            if pod.namespace != namespace:
                return False
        elif not self.selected(peer["namespaceSelector"], self.namespaces[pod.namespace]):
            return False
        return self.selected(peer.get("podSelector") or {}, dict(pod.labels))

    @staticmethod
    def is_in_block(block: dict, end: End) -> bool:
        """Whether the address is in the range and in none of the excepted ones."""
        if end.address is None:
            return False
        found = ipaddress.ip_address(end.address)
        left = [
            text for text in block.get("except") or [] if found in ipaddress.ip_network(text)
        ]
        return found in ipaddress.ip_network(block["cidr"]) and not left

    @staticmethod
    def is_port(ports: list[dict] | None, port: tuple[str, int]) -> bool:
        """Whether a list of ports has the port; no list has every port."""
        if not ports:
            return True
        protocol, number = port
        for wanted in ports:
            if wanted.get("protocol", "TCP") != protocol:
                continue
            if wanted.get("port") is None:
                return True
            if wanted["port"] <= number <= wanted.get("endPort", wanted["port"]):
                return True
        return False

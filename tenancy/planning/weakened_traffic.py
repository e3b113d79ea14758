"""Traffic that network policies of Tenancy add to what a namespace's own policies allow."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final, cast

from tenancy.config.document import JSON
from tenancy.drifting import Identity
from tenancy.drifting.adoption import Weakened
from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import items, mapping, strings
from tenancy.manifests import Manifest
from tenancy.planning.reachability import PodNetwork, Pods, Port

__all__ = ["weakened_traffic"]

_NAME: Final = "kubernetes.io/metadata.name"
_OTHER: Final = "another-namespace"
"""A placeholder for every namespace that no selector names."""
_PUBLIC: Final = "1.1.1.1"


def weakened_traffic(
    desired: Iterable[Manifest], live: Mapping[Identity, Mapping[str, JSON]]
) -> Iterator[Weakened]:
    """
    Yield each policy of *desired* that allows what a namespace's own policies deny.

    One of Tenancy that is on the cluster already adds nothing. One that replaces a policy of
    the same name is compared with what that one allows.

    Args:
        desired: The manifests of namespaces; all but network policies are ignored.
        live: At least the namespaces and the network policies of the cluster.
    """
    names = {i.name: _labels(one) for i, one in live.items() if i.kind == "Namespace"}
    added: dict[str, dict[Identity, Manifest]] = {}
    for one in desired:
        identity = Identity.of(one)
        if identity.kind == "Namespace":
            names[identity.name] = {**names.get(identity.name, {}), **_labels(one)}
        elif identity.kind == "NetworkPolicy" and not _is_ours(live.get(identity, {})):
            added.setdefault(identity.namespace, {})[identity] = one
    own: dict[str, list[Manifest]] = {}
    for identity, there in live.items():
        is_inside = identity.kind == "NetworkPolicy" and identity.namespace in added
        if is_inside and not _is_ours(there):
            own.setdefault(identity.namespace, []).append(_policy(identity, there))
    marked = {
        name: {**{key: str(value) for key, value in held.items()}, _NAME: name}
        for name, held in {**names, _OTHER: {}}.items()
    }
    for namespace, policies in added.items():
        if namespace in own:
            yield from _added(namespace, policies, own[namespace], marked)


def _labels(one: Mapping[str, object]) -> Mapping[str, object]:
    return mapping(mapping(one.get("metadata")).get("labels"))


def _is_ours(there: Mapping[str, JSON]) -> bool:
    return _labels(there).get(labels.MANAGED) == "true"


def _policy(identity: Identity, there: Mapping[str, JSON]) -> Manifest:
    metadata = {"name": identity.name, "namespace": identity.namespace}
    return {"kind": "NetworkPolicy", "metadata": metadata, "spec": dict(mapping(there["spec"]))}


def _added(
    namespace: str,
    policies: Mapping[Identity, Manifest],
    own: list[Manifest],
    names: Mapping[str, Mapping[str, str]],
) -> Iterator[Weakened]:
    known = (*policies.values(), *own)
    ends = _namespaces(namespace, known, names)
    before, everything = PodNetwork([*ends, *own]), PodNetwork([*ends, *known])
    pods = [one for one in everything.pods if one.namespace == namespace]
    for identity, policy in policies.items():
        alone = PodNetwork([*ends, _nothing(namespace), policy])
        for direction, words in (("Ingress", "from"), ("Egress", "to")):
            other = _first_address(
                direction, alone, before, (policy, everything), pods
            ) or _first(direction, alone, before, everything, pods)
            if other is not None:
                yield Weakened(
                    object=identity,
                    what=f"it allows {direction.lower()} {words} {other}, which the namespace's"
                    " own network policies deny",
                )


def _first(
    direction: str,
    alone: PodNetwork,
    before: PodNetwork,
    everything: PodNetwork,
    pods: Iterable[Pods],
) -> str | None:
    """Return the first peer and port that only *alone* allows."""
    for one, other, port in product(pods, everything.pods, everything.ports):
        if alone.allows(direction, one, other, port) and not before.allows(
            direction, one, other, port
        ):
            end = other if direction == "Egress" else f"{other} to {one}"
            return f"{end} on {port}"
    return None


def _first_address(
    direction: str,
    alone: PodNetwork,
    before: PodNetwork,
    known: tuple[Manifest, PodNetwork],
    pods: Iterable[Pods],
) -> str | None:
    """Return the first address and port that only *alone* allows."""
    policy, everything = known
    for one, address, port in product(pods, _addresses(policy), everything.ports):
        if _reaches(alone, direction, one, address, port) and not _reaches(
            before, direction, one, address, port
        ):
            return f"{address} on {port}"
    return None


def _reaches(network: PodNetwork, direction: str, pods: Pods, address: str, port: Port) -> bool:
    if direction == "Egress":
        return network.reaches_address(pods, address, port)
    return network.is_reached_from(address, pods, port)


def _addresses(policy: Manifest) -> Iterator[str]:
    """Yield addresses of the ranges that *policy* names."""
    spec = mapping(policy.get("spec"))
    for rules, end in (("ingress", "from"), ("egress", "to")):
        for rule in items(spec.get(rules)):
            for peer in items(rule.get(end)):
                if cidr := mapping(peer.get("ipBlock")).get("cidr"):
                    block = ipaddress.ip_network(str(cidr), strict=False)
                    yield _PUBLIC
                    yield from map(str, (block[0], block[-1], block[block.num_addresses // 2]))


def _nothing(namespace: str) -> Manifest:
    return {
        "kind": "NetworkPolicy",
        "metadata": {"name": "", "namespace": namespace},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def _namespaces(
    namespace: str, policies: Iterable[Manifest], names: Mapping[str, Mapping[str, str]]
) -> list[Manifest]:
    """Return one namespace of all that the selectors of *policies* cannot distinguish."""
    keys, values = _distinguished(policies)
    found: dict[tuple[str | None, ...], Manifest] = {}
    for name, marks in names.items():
        kind = tuple(
            mark if mark is None or mark in values else "" for mark in map(marks.get, keys)
        )
        if kind not in found and name != namespace:
            found[kind] = _namespace(name, marks)
    return [_namespace(namespace, names.get(namespace, {})), *found.values()]


def _namespace(name: str, marks: Mapping[str, str]) -> Manifest:
    return {"kind": "Namespace", "metadata": {"name": name, "labels": dict(marks)}}


def _distinguished(policies: Iterable[Manifest]) -> tuple[set[str], set[str]]:
    """Return the keys and the values of labels of namespaces that *policies* name."""
    keys: set[str] = set()
    values: set[str] = set()
    for policy in policies:
        spec = mapping(policy.get("spec"))
        for rules, end in (("ingress", "from"), ("egress", "to")):
            for rule in items(spec.get(rules)):
                for peer in items(rule.get(end)):
                    selector = mapping(peer.get("namespaceSelector"))
                    exact = cast("dict[str, str]", selector.get("matchLabels") or {})
                    keys.update(exact)
                    values.update(exact.values())
                    for expression in items(selector.get("matchExpressions")):
                        keys.add(str(expression.get("key")))
                        values.update(strings(expression.get("values")))
    return keys, values

"""
Connections that objects on a cluster name, and that the network policies would stop.

Ingresses, Services for outside clients or for ends outside of the cluster, annotations for
Prometheus, and addresses in variables, commands and arguments of containers name them. Other
connections are not known.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, cast

import attrs

from tenancy import manifests as render
from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import Fields, items, mapping, strings
from tenancy.manifests import Manifest
from tenancy.model import Enforcement, LiveWorkloads, Namespace, Platform, Workload
from tenancy.planning.named_ends import addresses, backends, target_port
from tenancy.planning.reach import INTERNET
from tenancy.planning.reachability import PodNetwork, Pods, Port

__all__ = ["StoppedConnection", "stopped_connections"]

_OUTSIDE: Final = "outside-of-tenancy"
"""A placeholder for every namespace that no rule names."""
_PUBLIC: Final = "1.1.1.1"
_NODE: Final = "10.254.254.254"
"""A placeholder for the address of a node."""
_INSIDE: Final = (".svc", ".local", ".internal")
"""Ends of the names of hosts that are in the cluster or beside it."""
_IPV4: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


@attrs.frozen(kw_only=True, slots=True)
class StoppedConnection:
    """
    A connection that is possible now and would stop.

    Attributes:
        namespace: The namespace whose policies stop it.
        object: The object that names it, as `Ingress/web`.
        what: The connection in words.
        remedy: What to write so that it stays possible.
    """

    namespace: str
    object: str
    what: str
    remedy: str


def stopped_connections(
    enforced: Collection[Namespace],
    platform: Platform,
    live: LiveWorkloads,
    names: Mapping[str, Mapping[str, str]],
) -> Iterator[StoppedConnection]:
    """
    Yield the connections that would stop when *enforced* get their network policies.

    Args:
        enforced: Existing namespaces, after the update.
        platform: That of their cluster.
        live: Its workloads now.
        names: The labels of every namespace of the cluster, by its name.
    """
    ours = {n.name: n for n in enforced}
    before = PodNetwork([*_namespaces(names, {}), *map(_as_manifest, live.network_policies)])
    rendered = {name: _rendered(n, platform) for name, n in ours.items()}
    replaced = {
        (name, str(mapping(policy["metadata"])["name"]))
        for name, (_, policies) in rendered.items()
        for policy in policies
    }
    after = PodNetwork(
        [
            *_namespaces(names, {name: held for name, (held, _) in rendered.items()}),
            *(
                _as_manifest(policy)
                for policy in live.network_policies
                if _place(policy) not in replaced and not _is_left_over(policy, ours)
            ),
            *(policy for _, policies in rendered.values() for policy in policies),
        ]
    )
    judge = _Judge(before, after, platform, live, ours)
    for name in ours:
        yield from judge.of_objects(name)
    yield from judge.named()


@attrs.frozen
class _Judge:
    before: PodNetwork
    after: PodNetwork
    platform: Platform
    live: LiveWorkloads
    ours: Mapping[str, Namespace]

    def of_objects(self, name: str) -> Iterator[StoppedConnection]:
        """Yield the connections of Ingresses, of some Services, and of scrapers."""
        for ingress in self.live.ingresses.get(name, ()):
            yield from self._ingress(name, ingress)
        for service in self.live.services.get(name, ()):
            spec = mapping(service.get("spec"))
            if spec.get("type") in ("LoadBalancer", "NodePort") or spec.get("externalIPs"):
                yield from self._service(name, service)
            if not spec.get("selector"):
                yield from self._leading_out(name, service)
        for workload in self.live.workloads.get(name, ()):
            yield from self._scraped(workload)

    def named(self) -> Iterator[StoppedConnection]:
        """Yield the connections that containers name, from and to the enforced namespaces."""
        for namespace, some in self.live.workloads.items():
            for workload in some:
                for host, port in dict.fromkeys(addresses(workload.spec)):
                    yield from self._named(namespace, workload, host, port)

    def _ingress(self, name: str, ingress: Fields) -> Iterator[StoppedConnection]:
        found = f"Ingress/{mapping(ingress.get('metadata')).get('name')}"
        sources = {
            controller.name: Pods(
                controller.namespace, tuple(sorted(controller.pod_labels.items()))
            )
            for controller in self.platform.ingress.values()
        }
        for service, wanted in dict.fromkeys(backends(mapping(ingress.get("spec")))):
            for target, port in self._targets(name, service, wanted):
                ends = sources or {"": Pods(_OUTSIDE)}
                lost = [
                    controller
                    for controller, source in ends.items()
                    if self._stops(source, target, port)
                ]
                if lost and len(lost) == len(ends):
                    rule = f"{{controller: {lost[0] or '<name>'}, ports: [{port.number}]}}"
                    yield StoppedConnection(
                        namespace=name,
                        object=found,
                        what=f"an ingress controller to {service} on {port}",
                        remedy=f"write {rule} under network.ingress of the namespace"
                        + (
                            ""
                            if sources
                            else ", and describe the controller under ingress of the platform"
                        ),
                    )

    def _service(self, name: str, service: Fields) -> Iterator[StoppedConnection]:
        spec, named = mapping(service.get("spec")), mapping(service.get("metadata")).get("name")
        ranges = strings(spec.get("loadBalancerSourceRanges"))
        for target, port in self._targets(name, str(named), None):
            for cidr in ranges or ("0.0.0.0/0",):
                clients = INTERNET if cidr == "0.0.0.0/0" else cidr
                address = _PUBLIC if cidr == "0.0.0.0/0" else cidr.partition("/")[0]
                if not self.before.is_reached_from(address, target, port):
                    continue
                if not self.after.is_reached_from(address, target, port):
                    rule = f"{{cidrs: [{cidr}], ports: [{port.number}]}}"
                    yield StoppedConnection(
                        namespace=name,
                        object=f"Service/{named}",
                        what=f"{clients} to {named} on {port} (type {spec.get('type')})",
                        remedy=f"write {rule} under network.ingress of the namespace",
                    )
                elif spec.get(
                    "externalTrafficPolicy"
                ) != "Local" and not self.after.is_reached_from(_NODE, target, port):
                    yield StoppedConnection(
                        namespace=name,
                        object=f"Service/{named}",
                        what=f"{clients} to {named} on {port},"
                        f" because pods see the address of a node (type {spec.get('type')})",
                        remedy="set externalTrafficPolicy: Local in the Service",
                    )

    def _leading_out(self, name: str, service: Fields) -> Iterator[StoppedConnection]:
        """Yield connections through a Service to what is not in the cluster."""
        spec, named = mapping(service.get("spec")), str(mapping(service["metadata"])["name"])
        ends = [
            (address, Port(protocol, port), f"cidrs: [{_single(address)}]", str(port))
            for address, protocol, port in self.live.endpoints.get(name, {}).get(named, ())
        ]
        if (host := spec.get("externalName")) and not str(host).endswith(_INSIDE):
            numbers = [one.get("port") for one in items(spec.get("ports"))]
            ends += [
                (_PUBLIC, Port("TCP", number if isinstance(number, int) else 0), "", str(host))
                for number in (numbers or [0])
            ]
        sources = [_pods(one) for one in self.live.workloads.get(name, ())] or [Pods(name)]
        for address, port, peer, shown in ends:
            if any(
                self.before.reaches_address(source, address, port)
                and not self.after.reaches_address(source, address, port)
                for source in sources
            ):
                where = shown if not peer else address
                rule = f"{{{peer or 'internet: true'}, ports: [{port.number or '<port>'}]}}"
                yield StoppedConnection(
                    namespace=name,
                    object=f"Service/{named}",
                    what=f"pods to {where} on {port} through {named}",
                    remedy=f"write {rule} under network.egress of the namespace",
                )

    def _scraped(self, workload: Workload) -> Iterator[StoppedConnection]:
        notes = mapping(workload.metadata.get("annotations"))
        number = str(notes.get("prometheus.io/port") or "")
        if notes.get("prometheus.io/scrape") != "true" or not number.isdigit():
            return
        target, port = _pods(workload), Port("TCP", int(number))
        watching = [s for s in self.platform.shared if s.purpose == "observability"]
        sources = [Pods(shared.name) for shared in watching] or [Pods(_OUTSIDE)]
        if all(self._stops(source, target, port) for source in sources):
            yield StoppedConnection(
                namespace=workload.namespace,
                object=workload.name,
                what=f"Prometheus to {workload.name} on {port}, by its annotations",
                remedy=f"write metricsPorts: [{number}] under network of the namespace"
                + (
                    "" if watching else ", and describe Prometheus under shared of the platform"
                ),
            )

    def _named(
        self, namespace: str, workload: Workload, host: str, number: int | None
    ) -> Iterator[StoppedConnection]:
        source = _pods(workload)
        service, _, rest = host.partition(".")
        target_namespace = rest.split(".")[0]
        known = {
            str(mapping(one.get("metadata")).get("name"))
            for one in self.live.services.get(target_namespace, ())
        }
        if service in known:
            if namespace in self.ours or target_namespace in self.ours:
                yield from self._between(workload, service, target_namespace, number)
            return
        if namespace not in self.ours or host.endswith(_INSIDE):
            return
        is_address = ":" in host or _IPV4.fullmatch(host) is not None
        if number is None or (not is_address and rest == ""):
            return
        address, port = host if is_address else _PUBLIC, Port("TCP", number)
        try:
            stops = self.before.reaches_address(source, address, port) and not (
                self.after.reaches_address(source, address, port)
            )
        except ValueError:
            return
        if stops:
            end = f"cidrs: [{_single(host)}]" if is_address else "internet: true"
            yield StoppedConnection(
                namespace=namespace,
                object=workload.name,
                what=f"{workload.name} to {host} on {port}",
                remedy=f"write {{{end}, ports: [{number}]}} under network.egress of the"
                " namespace",
            )

    def _between(
        self, workload: Workload, service: str, namespace: str, number: int | None
    ) -> Iterator[StoppedConnection]:
        for target, port in self._targets(namespace, service, number):
            if workload.namespace == namespace or not self._stops(
                _pods(workload), target, port
            ):
                continue
            is_source = workload.namespace in self.ours
            own, other = (
                (workload.namespace, namespace)
                if is_source
                else (namespace, workload.namespace)
            )
            partner = self.ours.get(other)
            key = "egress" if is_source else "ingress"
            if partner is not None:
                rule = (
                    f"write {{organization: {partner.organization}, ports: [{port.number}]}}"
                    f" under network.{key} of the namespace, and the same on the other side"
                )
            else:
                rule = (
                    f"describe {other} under shared of the platform with managed: false and"
                    f" its services, and name it under network.sharedServices"
                    if is_source
                    else f"adopt {other} too, and write its organization under network.ingress"
                )
            yield StoppedConnection(
                namespace=own,
                object=workload.name,
                what=f"{workload.name} of {workload.namespace} to {service} of {namespace} on"
                f" {port}",
                remedy=rule,
            )

    def _stops(self, source: Pods, target: Pods, port: Port) -> bool:
        return self.before.reaches(source, target, port) and not self.after.reaches(
            source, target, port
        )

    def _targets(
        self, namespace: str, service: str, wanted: object
    ) -> Iterator[tuple[Pods, Port]]:
        """Yield the pods behind a port of *service*, and their port."""
        for found in self.live.services.get(namespace, ()):
            spec = mapping(found.get("spec"))
            selector = mapping(spec.get("selector"))
            if mapping(found.get("metadata")).get("name") != service or not selector:
                continue
            for port in items(spec.get("ports")):
                if wanted not in (None, port.get("port"), port.get("name")):
                    continue
                for workload in self.live.workloads.get(namespace, ()):
                    held = mapping(workload.metadata.get("labels"))
                    if all(held.get(key) == value for key, value in selector.items()):
                        yield _pods(workload), target_port(port, workload.spec)


def _single(address: str) -> str:
    """Return the range that contains only *address*, as YAML."""
    return f'"{address}/128"' if ":" in address else f"{address}/32"


def _namespaces(
    names: Mapping[str, Mapping[str, str]], changed: Mapping[str, Mapping[str, str]]
) -> Iterator[Manifest]:
    for name in (*names, _OUTSIDE):
        held = {**names.get(name, {}), **changed.get(name, {})}
        yield {"kind": "Namespace", "metadata": {"name": name, "labels": held}}


def _rendered(
    namespace: Namespace, platform: Platform
) -> tuple[Mapping[str, str], tuple[Manifest, ...]]:
    """Return the labels and the network policies of *namespace* when it is enforced."""
    bare = attrs.evolve(
        namespace,
        bindings=(),
        grants=(),
        quotas=(),
        limit_range=None,
        enforcement=Enforcement(),
    )
    found = render.namespace(bare, platform)
    held = cast("dict[str, str]", mapping(found.namespace["metadata"]).get("labels", {}))
    return held, tuple(g for g in found.guardrails if g["kind"] == "NetworkPolicy")


def _is_left_over(policy: Fields, ours: Collection[str]) -> bool:
    """Return whether *policy* is an older form of one of ours, in an enforced namespace."""
    metadata = mapping(policy.get("metadata"))
    held = mapping(metadata.get("labels"))
    return metadata.get("namespace") in ours and held.get(labels.MANAGED) == "true"


def _as_manifest(policy: Fields) -> Manifest:
    return cast("Manifest", policy)


def _place(policy: Fields) -> tuple[str, str]:
    metadata = mapping(policy.get("metadata"))
    return str(metadata.get("namespace")), str(metadata.get("name"))


def _pods(workload: Workload) -> Pods:
    held = mapping(workload.metadata.get("labels"))
    return Pods(workload.namespace, tuple(sorted((k, str(v)) for k, v in held.items())))

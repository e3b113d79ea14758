"""
Connections that objects on a cluster name, and that the network policies would stop.

Ingresses, Services for outside clients or for ends outside of the cluster, annotations for
Prometheus, and addresses in variables, commands and arguments of containers name them. Other
connections are not known.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, cast

import attrs

from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import Fields, items, mapping, strings
from tenancy.manifests import Manifest
from tenancy.model import LiveWorkloads, Namespace, Platform, Workload
from tenancy.planning.api_server_traffic import api_server_connections
from tenancy.planning.named_ends import (
    ROUTES,
    addresses,
    backends,
    pods_behind,
    route_backends,
    services_named,
)
from tenancy.planning.reach import INTERNET
from tenancy.planning.reachability import PodNetwork, Pods, Port
from tenancy.planning.shared_namespaces import enforced_manifests
from tenancy.planning.stopped_connection import StoppedConnection, single_address

__all__ = ["StoppedConnection", "stopped_connections"]

_OUTSIDE: Final = "outside-of-tenancy"
"""A placeholder for every namespace that no rule names."""
_PUBLIC: Final = "1.1.1.1"
_NODE: Final = "10.254.254.254"
"""A placeholder for the address of a node."""
_INSIDE: Final = (".svc", ".local", ".internal")
"""Ends of the names of hosts that are in the cluster or beside it."""
_IPV4: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def stopped_connections(
    enforced: Collection[Namespace],
    platform: Platform,
    live: LiveWorkloads,
    names: Mapping[str, Mapping[str, str]],
    accounts: Collection[tuple[str, str]] = (),
) -> Iterator[StoppedConnection]:
    """
    Yield the connections that would stop when *enforced* get their network policies.

    Args:
        enforced: Existing namespaces, after the update.
        platform: The platform of their cluster.
        live: Its workloads now.
        names: The labels of every namespace of the cluster, by its name.
        accounts: Namespace and name of service accounts with rights. Default: none.
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
    yield from api_server_connections(before, after, live, ours, accounts)


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
            ends = backends(mapping(ingress.get("spec")))
            yield from self._entering(name, f"Ingress/{_name(ingress)}", ends)
        for kind, found in self.live.judged.items():
            if kind.plural in ROUTES:
                for route in found.get(name, ()):
                    ends = route_backends(mapping(route.get("spec")))
                    what = f"{ROUTES[kind.plural]}/{_name(route)}"
                    yield from self._entering(name, what, ends)
        for service in self.live.services.get(name, ()):
            spec = mapping(service.get("spec"))
            if spec.get("type") in ("LoadBalancer", "NodePort") or spec.get("externalIPs"):
                yield from self._service(name, service)
            if not spec.get("selector"):
                yield from self._leading_out(name, service)
            yield from self._scraped_service(name, service)
        for workload in self.live.workloads.get(name, ()):
            yield from self._scraped(workload)

    def named(self) -> Iterator[StoppedConnection]:
        """Yield the connections that containers name, from and to the enforced namespaces."""
        for namespace, some in self.live.workloads.items():
            for workload in some:
                for host, port in dict.fromkeys(addresses(workload.spec)):
                    yield from self._named(namespace, workload, host, port)

    def _entering(
        self, name: str, found: str, through: Iterator[tuple[str, object]]
    ) -> Iterator[StoppedConnection]:
        sources = {
            controller.name: Pods(
                controller.namespace, tuple(sorted(controller.pod_labels.items()))
            )
            for controller in self.platform.ingress.values()
        }
        for service, wanted in dict.fromkeys(through):
            for target, port in pods_behind(self.live, name, service, wanted):
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
        for target, port in pods_behind(self.live, name, str(named), None):
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
            (address, Port(protocol, port), f"cidrs: [{single_address(address)}]", str(port))
            if _is_address(address)
            # A slice of the type FQDN has names.
            else (_PUBLIC, Port(protocol, port), "", address)
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
        number = _scraped_port(workload.metadata)
        if number is not None and number.isdigit():
            ends = [(_pods(workload), Port("TCP", int(number)))]
            yield from self._watched(workload.namespace, workload.name, ends)

    def _scraped_service(self, name: str, service: Fields) -> Iterator[StoppedConnection]:
        number = _scraped_port(mapping(service.get("metadata")))
        if number is None:
            return
        # Prometheus reads the endpoints, so that the number is one of the pods.
        ends = [
            (target, Port(port.protocol, int(number)) if number.isdigit() else port)
            for target, port in pods_behind(self.live, name, _name(service), None)
        ]
        yield from self._watched(name, f"Service/{_name(service)}", dict.fromkeys(ends))

    def _watched(
        self, namespace: str, found: str, ends: Iterable[tuple[Pods, Port]]
    ) -> Iterator[StoppedConnection]:
        watching = [s for s in self.platform.shared if s.purpose == "observability"]
        sources = [Pods(shared.name) for shared in watching] or [Pods(_OUTSIDE)]
        more = "" if watching else ", and describe Prometheus under shared of the platform"
        for target, port in ends:
            if all(self._stops(source, target, port) for source in sources):
                yield StoppedConnection(
                    namespace=namespace,
                    object=found,
                    what=f"Prometheus to {found} on {port}, by its annotations",
                    remedy=f"write metricsPorts: [{port.number}] under network of the"
                    f" namespace{more}",
                )

    def _named(
        self, namespace: str, workload: Workload, host: str, number: int | None
    ) -> Iterator[StoppedConnection]:
        source = _pods(workload)
        for service, target_namespace in services_named(host):
            if service in map(_name, self.live.services.get(target_namespace, ())):
                if namespace in self.ours or target_namespace in self.ours:
                    yield from self._between(workload, service, target_namespace, number)
                return
        if namespace not in self.ours or host.endswith(_INSIDE):
            return
        is_address = _is_address(host)
        if number is None or (not is_address and "." not in host):
            return
        address, port = host if is_address else _PUBLIC, Port("TCP", number)
        try:
            stops = self.before.reaches_address(source, address, port) and not (
                self.after.reaches_address(source, address, port)
            )
        except ValueError:
            return
        if stops:
            end = f"cidrs: [{single_address(host)}]" if is_address else "internet: true"
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
        for target, port in pods_behind(self.live, namespace, service, number):
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


def _namespaces(
    names: Mapping[str, Mapping[str, str]], changed: Mapping[str, Mapping[str, str]]
) -> Iterator[Manifest]:
    for name in (*names, _OUTSIDE):
        held = {**names.get(name, {}), **changed.get(name, {})}
        yield {"kind": "Namespace", "metadata": {"name": name, "labels": held}}


def _name(found: Fields) -> str:
    return str(mapping(found.get("metadata")).get("name"))


def _scraped_port(metadata: Fields) -> str | None:
    """Return the port that annotations name for Prometheus; None if they ask for nothing."""
    notes = mapping(metadata.get("annotations"))
    if notes.get("prometheus.io/scrape") != "true":
        return None
    return str(notes.get("prometheus.io/port") or "")


def _is_address(text: str) -> bool:
    return ":" in text or _IPV4.fullmatch(text) is not None


def _rendered(
    namespace: Namespace, platform: Platform
) -> tuple[Mapping[str, str], tuple[Manifest, ...]]:
    """Return the labels and the network policies of *namespace* when it is enforced."""
    found, policies = enforced_manifests(namespace, platform)
    return cast("dict[str, str]", mapping(found["metadata"]).get("labels", {})), policies


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
    return Pods.of(workload.namespace, mapping(workload.metadata.get("labels")))

"""What objects name as ends of connections: addresses, ports of pods, backends of Ingresses."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.kubernetes import pods
from tenancy.kubernetes.pods import Fields, items, mapping, strings
from tenancy.model import LiveWorkloads
from tenancy.planning.reachability import Pods, Port

__all__ = [
    "ROUTES",
    "addresses",
    "backends",
    "pods_behind",
    "route_backends",
    "services_named",
    "target_port",
]

_HOST: Final = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+]*)://(?:[^@/\s]*@)?)?"
    r"(?P<host>\d{1,3}(?:\.\d{1,3}){3}|[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+)"
    r"(?::(?P<port>\d{1,5}))?"
)
_SCHEMES: Final[Mapping[str, int]] = {
    "http": 80,
    "https": 443,
    "mysql": 3306,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "amqp": 5672,
    "mongodb": 27017,
}
_IPV6: Final = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+]*)://(?:[^@/\s]*@)?)?"
    r"\[(?P<host>[0-9a-fA-F:]*:[0-9a-fA-F:.]+)\](?::(?P<port>\d{1,5}))?"
)


def target_port(port: Fields, spec: Fields) -> Port:
    """Return the port of pods of *spec* that a Service's *port* targets, with its name."""
    protocol = str(port.get("protocol") or "TCP")
    found = pods.target_port(port, spec)
    if found is None:
        return Port(protocol, 0, str(port.get("targetPort") or port.get("port")))
    return Port(protocol, *found)


def pods_behind(
    live: LiveWorkloads, namespace: str, service: str, wanted: object
) -> Iterator[tuple[Pods, Port]]:
    """
    Yield the pods behind a port of a Service, and their port.

    Args:
        wanted: The port's number or name. None for all of them.
    """
    for found in live.services.get(namespace, ()):
        spec = mapping(found.get("spec"))
        selector = mapping(spec.get("selector"))
        if mapping(found.get("metadata")).get("name") != service or not selector:
            continue
        for port in items(spec.get("ports")):
            if wanted not in (None, port.get("port"), port.get("name")):
                continue
            for workload in live.workloads.get(namespace, ()):
                held = mapping(workload.metadata.get("labels"))
                if all(held.get(key) == value for key, value in selector.items()):
                    yield Pods.of(namespace, held), target_port(port, workload.spec)


def backends(spec: Fields) -> Iterator[tuple[str, object]]:
    """Yield the Service and the port of each backend of an Ingress."""
    found = [mapping(spec.get("defaultBackend"))]
    for rule in items(spec.get("rules")):
        paths = items(mapping(rule.get("http")).get("paths"))
        found += [mapping(path.get("backend")) for path in paths]
    for backend in found:
        service = mapping(backend.get("service"))
        port = mapping(service.get("port"))
        if service:
            yield str(service.get("name")), port.get("number") or port.get("name")


ROUTES: Final[Mapping[str, str]] = {
    "grpcroutes": "GRPCRoute",
    "httproutes": "HTTPRoute",
    "tlsroutes": "TLSRoute",
}
"""Kinds of the Gateway API with backends, by their names in paths."""


def route_backends(spec: Fields) -> Iterator[tuple[str, object]]:
    """Yield the Service and the port of each backend in the namespace of a route."""
    for rule in items(spec.get("rules")):
        for backend in items(rule.get("backendRefs")):
            if backend.get("kind") in (None, "Service") and not backend.get("namespace"):
                yield str(backend.get("name")), backend.get("port")


def services_named(host: str) -> Iterator[tuple[str, str]]:
    """
    Yield which Services *host* may name: name and namespace.

    >>> list(services_named("db-0.db.shop.svc.cluster.local"))
    [('db', 'shop')]
    >>> list(services_named("db.shop"))
    [('db', 'shop')]
    """
    parts = host.split(".")
    if "svc" in parts[2:]:
        end = parts.index("svc", 2)
        yield parts[end - 2], parts[end - 1]
    elif len(parts) in (2, 3):
        # A name of three parts may also be one of a pod: `db-0.db.shop`.
        yield parts[-2], parts[-1]
        if len(parts) == 3:
            yield parts[0], parts[1]


def addresses(spec: Fields) -> Iterator[tuple[str, int | None]]:
    """Yield host and port that variables, commands and arguments of containers name."""
    for kind in ("containers", "initContainers"):
        for container in items(spec.get(kind)):
            texts = [str(v["value"]) for v in items(container.get("env")) if v.get("value")]
            texts += [*strings(container.get("command")), *strings(container.get("args"))]
            for written in texts:
                for match in (*_IPV6.finditer(written), *_HOST.finditer(written)):
                    port = match["port"] or _SCHEMES.get(match["scheme"] or "")
                    yield match["host"], None if port is None else int(port)

"""What objects name as ends of connections: addresses, ports of pods, backends of Ingresses."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.kubernetes.pods import Fields, items, mapping, strings
from tenancy.planning.reachability import Port

__all__ = ["addresses", "backends", "target_port"]

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
    """Return the port of pods of *spec* that a Service's *port* targets."""
    protocol = str(port.get("protocol") or "TCP")
    wanted = port.get("targetPort") or port.get("port")
    if isinstance(wanted, int):
        return Port(protocol, wanted)
    for container in items(spec.get("containers")):
        for own in items(container.get("ports")):
            number = own.get("containerPort")
            if own.get("name") == wanted and isinstance(number, int):
                return Port(protocol, number)
    return Port(protocol, 0, str(wanted))


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

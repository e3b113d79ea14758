"""Ports of pods, as Services target them."""

from collections.abc import Iterator

from tenancy.kubernetes.pods.fields import Fields, items

__all__ = ["target_port"]


def target_port(port: Fields, spec: Fields) -> tuple[int, str] | None:
    """
    Return the number and the name of the port that *port* targets in pods of *spec*.

    Args:
        port: A port of a Service.
        spec: The spec of a pod. A number that no container declares is reached too; its name
            is empty then. None if no container has a port of the name.

    >>> spec = {"containers": [{"ports": [{"name": "http", "containerPort": 8080}]}]}
    >>> target_port({"port": 80, "targetPort": "http"}, spec), target_port({"port": 80}, spec)
    ((8080, 'http'), (80, ''))
    """
    protocol = str(port.get("protocol") or "TCP")
    wanted = port.get("targetPort") or port.get("port")
    for own in _ports(spec):
        number, name = own.get("containerPort"), str(own.get("name") or "")
        is_same = wanted in (number, name) and str(own.get("protocol") or "TCP") == protocol
        if is_same and isinstance(number, int):
            return number, name
    return (wanted, "") if isinstance(wanted, int) else None


def _ports(spec: Fields) -> Iterator[Fields]:
    """Yield the ports of containers, and of init containers that keep running."""
    for container in items(spec.get("containers")):
        yield from items(container.get("ports"))
    for container in items(spec.get("initContainers")):
        if container.get("restartPolicy") == "Always":
            yield from items(container.get("ports"))

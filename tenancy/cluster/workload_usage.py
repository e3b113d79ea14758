"""The use of namespaces, by quota key, counted from the objects themselves."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import METADATA, listed
from tenancy.config.document import JSON, mapping, text
from tenancy.kubernetes.pods import Fields, items, pod_amounts, quantities
from tenancy.kubernetes.quantity import Quantity

__all__ = ["ENDED", "used"]

Item = Mapping[str, JSON]

ENDED: Final = ("Succeeded", "Failed")
"""The phases in which a quota no longer counts a pod."""

_GROUPS: Final[Mapping[str, str]] = {
    "": "/api/v1",
    "apps": "/apis/apps/v1",
    "autoscaling": "/apis/autoscaling/v2",
    "batch": "/apis/batch/v1",
    "networking.k8s.io": "/apis/networking.k8s.io/v1",
    "policy": "/apis/policy/v1",
    "rbac.authorization.k8s.io": "/apis/rbac.authorization.k8s.io/v1",
}
_PLAIN_COUNTS: Final = ("configmaps", "replicationcontrollers", "resourcequotas", "secrets")
_ONE: Final = Quantity.parse(1)


def used(
    connection: Connection,
    pods: Iterable[Item],
    services: Mapping[str, Iterable[Fields]],
    namespaces: Collection[str],
    keys: Collection[str],
) -> Mapping[str, Mapping[str, Quantity]]:
    """
    Return the use of *namespaces*, by namespace, then by quota key.

    Args:
        connection: To the cluster.
        pods: Every pod of the cluster.
        services: Every Service, by namespace.
        namespaces: The requested namespaces.
        keys: Quota keys of further object counts.

    Raises:
        ApiException: The API server refused.
    """
    count = _Count({name: {} for name in namespaces})
    for pod in pods:
        if text(pod, "status", "phase") not in ENDED:
            count.pod(pod)
    for namespace, some in services.items():
        for service in some:
            count.service(namespace, service)
    for claim in listed(connection, "/api/v1/persistentvolumeclaims"):
        count.claim(claim)
    for key, path in _paths(keys):
        for item in listed(connection, path, accept=METADATA):
            count.add(text(item, "metadata", "namespace"), key, _ONE)
    return count.amounts


@attrs.frozen
class _Count:
    amounts: dict[str, dict[str, Quantity]]

    def add(self, namespace: str, key: str, amount: Quantity) -> None:
        if namespace in self.amounts:
            own = self.amounts[namespace]
            own[key] = own.get(key, Quantity.zero) + amount

    def pod(self, pod: Item) -> None:
        namespace = text(pod, "metadata", "namespace")
        self.add(namespace, "pods", _ONE)
        if namespace in self.amounts:
            for key, amount in pod_amounts(mapping(pod.get("spec"))).items():
                self.add(namespace, key, amount)

    def service(self, namespace: str, service: Fields) -> None:
        self.add(namespace, "services", _ONE)
        spec = service.get("spec")
        found: Fields = spec if isinstance(spec, Mapping) else {}
        if found.get("type") == "LoadBalancer":
            self.add(namespace, "services.loadbalancers", _ONE)
        # A load balancer may have no node ports.
        for port in items(found.get("ports")):
            if port.get("nodePort"):
                self.add(namespace, "services.nodeports", _ONE)

    def claim(self, claim: Item) -> None:
        namespace, spec = text(claim, "metadata", "namespace"), mapping(claim.get("spec"))
        size = quantities(mapping(spec.get("resources")).get("requests")).get("storage")
        name = text(spec, "storageClassName")
        for start in ("", *([f"{name}.storageclass.storage.k8s.io/"] if name else [])):
            self.add(namespace, f"{start}persistentvolumeclaims", _ONE)
            self.add(namespace, f"{start}requests.storage", size or Quantity.zero)


def _paths(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    for key in keys:
        resource, _, group = key.removeprefix("count/").partition(".")
        is_count = key.startswith("count/") or key in _PLAIN_COUNTS
        if is_count and group in _GROUPS and resource != "pods":
            yield key, f"{_GROUPS[group]}/{resource}"

"""Read what DRA serves: device classes, and the devices of nodes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.api_server_version import server_release
from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import listed
from tenancy.config.document import JSON, mapping, text
from tenancy.gpu import ServedClass, ServedDevices, drivers_of, selects_every_device
from tenancy.kubernetes.releases import Release

__all__ = ["served_devices"]

_GROUP: Final = "/apis/resource.k8s.io/v1"
_NOT_FOUND: Final = 404
_COUNTS_BY_RESOURCE: Final = Release(1, 36)
"""The first release of Kubernetes whose quotas count a claim under its class's resource."""

Item = Mapping[str, JSON]


def served_devices(connection: Connection) -> ServedDevices:
    """
    Return the device classes and devices of the cluster; nothing where it serves no DRA.

    Raises:
        ClusterError: The cluster does not answer, or refuses.
    """
    with connection.errors("reading device classes and resource slices"):
        classes = {c.name: c for c in map(_class, _all(connection, "deviceclasses"))}
        devices: dict[str, Counter[str]] = {}
        divided: set[str] = set()
        for item in _all(connection, "resourceslices"):
            spec = mapping(item.get("spec"))
            listed_here = cast("Sequence[JSON]", spec.get("devices") or ())
            if any(map(_is_divided, map(mapping, listed_here))):
                divided.add(str(spec.get("driver")))
            if node := spec.get("nodeName"):
                devices.setdefault(str(node), Counter())[str(spec.get("driver"))] += len(
                    listed_here
                )
    release = server_release(connection)
    return ServedDevices(
        classes=classes,
        devices=devices,
        divided=frozenset(divided),
        counts_by_resource=release is None or release >= _COUNTS_BY_RESOURCE,
    )


def _is_divided(device: Item) -> bool:
    return bool(device.get("consumesCounters") or device.get("allowMultipleAllocations"))


def _all(connection: Connection, plural: str) -> Iterator[Item]:
    try:
        yield from listed(connection, f"{_GROUP}/{plural}")
    except ApiException as error:
        if error.status != _NOT_FOUND:
            raise


def _class(item: Item) -> ServedClass:
    spec = mapping(item.get("spec"))
    selectors = cast("Sequence[JSON]", spec.get("selectors") or ())
    expressions = [str(mapping(mapping(s).get("cel")).get("expression")) for s in selectors]
    resource = spec.get("extendedResourceName")
    return ServedClass(
        name=text(item, "metadata", "name"),
        resource=str(resource) if resource else None,
        drivers=drivers_of(expressions),
        is_wide=selects_every_device(expressions),
    )

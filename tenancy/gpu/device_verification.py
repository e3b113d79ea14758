"""Check that the devices that DRA serves on a cluster match the GPU node pools."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from tenancy.diagnostics import Finding, Severity, joined
from tenancy.gpu.node_verification import Node, allocatable, members
from tenancy.kubernetes.quantity import Quantity
from tenancy.model import GpuNodePool

__all__ = [
    "ServedClass",
    "ServedDevices",
    "drivers_of",
    "selects_every_device",
    "verify_devices",
]

_DRIVER: Final = re.compile(r"device\.driver\s*==\s*(?:'([^']+)'|\"([^\"]+)\")")


@attrs.frozen(kw_only=True, slots=True)
class ServedClass:
    """
    A DeviceClass on the cluster.

    Attributes:
        name: Its name.
        resource: Its `extendedResourceName`. None without one.
        drivers: Drivers that its selectors name. Empty if they name none, so that devices of
            every driver may be in it.
        is_wide: Whether its selectors compare nothing but the driver, so that every device of
            these drivers is in it. Default: they compare more.
    """

    name: str
    resource: str | None = None
    drivers: frozenset[str] = frozenset()
    is_wide: bool = False


@attrs.frozen(kw_only=True, slots=True)
class ServedDevices:
    """
    What DRA serves on a cluster.

    Attributes:
        classes: Its device classes by name.
        devices: How many devices the ResourceSlices of a node list, by node and driver.
        divided: The drivers that list parts of devices beside the devices, or devices that
            several claims share. Default: none does.
        counts_by_resource: Whether quotas of the cluster count a claim under the
            extendedResourceName of its class too, as those of Kubernetes 1.36 do.
    """

    classes: Mapping[str, ServedClass]
    devices: Mapping[str, Mapping[str, int]]
    divided: frozenset[str] = frozenset()
    counts_by_resource: bool = True

    @property
    def resources(self) -> frozenset[str]:
        """Extended resources by which pods get devices of a class; no node reports them."""
        return frozenset(one.resource for one in self.classes.values() if one.resource)

    def of_class(self, node: str, device_class: ServedClass) -> int:
        """Return how many devices of *node* have a driver of *device_class*."""
        return sum(
            count
            for driver, count in self.devices.get(node, {}).items()
            if not device_class.drivers or driver in device_class.drivers
        )


def drivers_of(expressions: Iterable[str]) -> frozenset[str]:
    """
    Return the drivers that the CEL *expressions* of a class compare with.

    >>> sorted(drivers_of(["device.driver == 'gpu.nvidia.com' && true"]))
    ['gpu.nvidia.com']
    """
    return frozenset(
        first or second for text in expressions for first, second in _DRIVER.findall(text)
    )


def selects_every_device(expressions: Sequence[str]) -> bool:
    """
    Return whether the CEL *expressions* of a class compare nothing but one driver.

    >>> selects_every_device(["device.driver == 'a'"]), selects_every_device([])
    (True, True)
    >>> selects_every_device(["device.driver == 'a' && device.attributes['a'].type == 'mig'"])
    False
    """
    return all(_DRIVER.fullmatch(text.strip().strip("()").strip()) for text in expressions)


def verify_devices(
    pools: Iterable[GpuNodePool], served: ServedDevices, nodes: Mapping[str, Node]
) -> Iterator[Finding]:
    """
    Yield how what DRA serves differs from *pools*.

    Args:
        pools: The pools of the platform, of every backend.
        served: Device classes and devices of the cluster.
        nodes: Every node of the cluster as the API server has it, by name.
    """
    known = tuple(pools)
    for pool in known:
        for resource, name in pool.device_classes.items():
            yield from _class(pool, resource, name, served)
            yield from _too_wide(pool, name, known, served, nodes)
        for node in members(pool, nodes):
            yield from _counted_twice(pool, node, nodes[node], served)
            yield from _devices(pool, node, nodes[node], served)


def _class(
    pool: GpuNodePool, resource: str, name: str, served: ServedDevices
) -> Iterator[Finding]:
    if not pool.is_claimed:
        return
    origin = pool.origin / "deviceClass"
    there = served.classes.get(name)
    if there is None:
        yield Finding(
            code="device-class-missing",
            origin=origin,
            found=f"the device class {name} of the pool {pool.name}, which is not on the"
            " cluster: claims of it wait",
            allowed="a DeviceClass of that name"
            + (f" ({', '.join(sorted(served.classes))})" if served.classes else ""),
            remedy="install the DRA driver with its class, or correct the name",
            severity=Severity.WARNING,
        )
    elif pool.is_requested and there.resource != resource:
        has = f"has the extendedResourceName {there.resource}"
        yield Finding(
            code="device-class-differs",
            origin=origin,
            found=f"the device class {name} of the pool {pool.name}, which"
            f" {has if there.resource else 'has no extendedResourceName'}",
            allowed=f"the extendedResourceName {resource}: without it, claims and pods are"
            " counted apart, and claims are refused",
            remedy=f"set it in the class, or write the allocation {_other(pool)}",
        )
    elif pool.is_requested and not served.counts_by_resource:
        yield Finding(
            code="device-class-differs",
            origin=pool.origin / "allocation",
            found=f"allocation both of the pool {pool.name} on a release of Kubernetes before"
            f" 1.36, whose quotas do not count claims of the device class {name} under"
            f" {resource}",
            allowed="Kubernetes 1.36 or later: before, claims and pods are counted apart",
            remedy=f"upgrade the cluster, or write the allocation {_other(pool)}",
        )


def _too_wide(
    pool: GpuNodePool,
    name: str,
    pools: Sequence[GpuNodePool],
    served: ServedDevices,
    nodes: Mapping[str, Node],
) -> Iterator[Finding]:
    """Refuse a class by which claims get devices that another quota key counts."""
    there = served.classes.get(name)
    if there is None or not there.is_wide or not pool.is_claimed:
        return
    also = [
        f"devices of the pool {other.name}"
        for other in pools
        if other.name != pool.name
        and any(served.of_class(node, there) for node in members(other, nodes))
    ]
    if len(pool.device_classes) > 1:
        also.append(f"devices of all profiles of the pool {pool.name}")
    if served.divided and (not there.drivers or there.drivers & served.divided):
        also.append("parts or shares of devices")
    if also:
        yield Finding(
            code="device-class-wide",
            origin=pool.origin / "deviceClass",
            found=f"the device class {name} of the pool {pool.name}, which selects by"
            f" {'the driver' if there.drivers else 'nothing'} only, and so"
            f" {joined(also)} too",
            allowed="a class that selects the devices of its pool and unit only, because a"
            " quota counts claims by their class",
            remedy="add a selector to the class, such as device.attributes[…].productName",
        )


def _other(pool: GpuNodePool) -> str:
    return "dra or devicePlugin" if pool.sharing.type in {"none", "mig"} else "devicePlugin"


def _counted_twice(
    pool: GpuNodePool, name: str, node: Node, served: ServedDevices
) -> Iterator[Finding]:
    """A plugin and a driver that both serve a GPU may give it to two pods."""
    for resource in pool.resources:
        if Quantity.parse_stored(allocatable(node).get(resource, "0")) <= Quantity.zero:
            continue
        for device_class in _serving(pool, resource, served):
            # Without a driver in its selectors, the class may be of other devices.
            count = served.of_class(name, device_class) if device_class.drivers else 0
            if count:
                yield Finding(
                    code="devices-served-twice",
                    origin=pool.origin / "allocation",
                    found=f"the node {name}, where a device plugin serves {resource} and"
                    f" {', '.join(sorted(device_class.drivers))} serves {count} devices of"
                    f" the class {device_class.name}",
                    allowed="a device plugin or a DRA driver on a node, so that one GPU is"
                    " never given to two pods",
                    remedy="turn one of them off on the node",
                )


def _serving(pool: GpuNodePool, resource: str, served: ServedDevices) -> Iterator[ServedClass]:
    """Yield the classes by which pods get what *pool* has under *resource*."""
    for name, device_class in sorted(served.classes.items()):
        if device_class.resource == resource or pool.device_classes.get(resource) == name:
            yield device_class


def _devices(
    pool: GpuNodePool, name: str, node: Node, served: ServedDevices
) -> Iterator[Finding]:
    for resource, count in pool.resources.items():
        classes = list(_serving(pool, resource, served))
        is_served_by_plugin = not pool.is_claimed and resource in allocatable(node)
        if not classes or is_served_by_plugin:
            continue
        device_class = max(classes, key=lambda one: served.of_class(name, one))
        there = served.of_class(name, device_class)
        if there < count:
            listed = f"list {there} devices" if there else "list no device"
            yield Finding(
                code="devices-missing",
                origin=pool.origin / "gpusPerNode",
                found=f"the node {name}, whose ResourceSlices {listed} of the class"
                f" {device_class.name}",
                allowed=f"{count} devices, on which grants and capacity are based",
                remedy="check its DRA driver, or correct gpusPerNode and sharing",
                severity=Severity.WARNING,
            )

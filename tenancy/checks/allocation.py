"""
Checks that one quota counts all devices of a pool, however pods request them.

A quota counts pods under a resource, and claims under a device class. One quota counts both
only if the API server also charges a claim to the resource of its class, and
neither the resource nor the class is of another pool.
"""

from collections.abc import Iterator

from tenancy.diagnostics import Finding, Origin
from tenancy.model import GpuNodePool, Platform

__all__ = ["allocation"]


def allocation(platform: Platform) -> Iterator[Finding]:
    """Refuse pools whose devices could be used beyond their quota, or never."""
    for pool in platform.pools:
        yield from _ways(pool)
        if pool.allocation == "both":
            yield from _both(pool, platform)
    yield from _classes(platform)
    yield from _units(platform)


def _ways(pool: GpuNodePool) -> Iterator[Finding]:
    place = pool.origin / "allocation"
    shared = pool.sharing.type
    if not pool.is_claimed:
        named = [pool.device_class] if pool.device_class else []
        named += [m.device_class for m in pool.sharing.layout if m.device_class]
        if named:
            yield _finding(
                place,
                f"the device class {named[0]} of the pool {pool.name}, and no allocation that"
                " uses it",
                "allocation dra (claims only) or both (claims and the resource) with a class",
                "write the allocation, or remove the class",
            )
        return
    if shared in ("time-slicing", "mps"):
        yield _finding(
            place,
            f"allocation {pool.allocation} of the pool {pool.name}, whose GPUs are shared by"
            f" {shared}",
            "devicePlugin for shares, because a quota counts a claim's devices, and each share"
            " would count as a whole device",
            "write allocation devicePlugin, or sharing none or mig",
        )
        return
    if shared == "mig" and pool.device_class is not None:
        yield _finding(
            pool.origin / "deviceClass",
            f"one device class, {pool.device_class}, for all MIG profiles of {pool.name}",
            "a device class for each profile, because a quota counts all devices of a"
            " class the same",
            "move it to deviceClass of a profile in the layout",
        )
        return
    for resource in pool.resources or (pool.resource,):
        if resource not in pool.device_classes:
            yield _finding(
                place,
                f"allocation {pool.allocation} of the pool {pool.name}, and no device class of"
                f" {resource}",
                "a device class, by which claims are counted",
                "write deviceClass"
                + (" of the profile in the layout" if shared == "mig" else ""),
            )


def _both(pool: GpuNodePool, platform: Platform) -> Iterator[Finding]:
    for other in platform.pools:
        both = sorted({*pool.resources} & {*other.resources})
        if other.name != pool.name and both and other.is_requested:
            yield _finding(
                pool.origin / "allocation",
                f"allocation both of the pool {pool.name}, whose {both[0]} the pool"
                f" {other.name} has too",
                "allocation both only for a resource that no other pool has, because claims and"
                " pods of two pools could be counted only as a sum",
                "write allocation dra, or give the pool another resource",
            )


def _classes(platform: Platform) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for pool in platform.pools:
        for resource, name in pool.device_classes.items():
            what = f"{resource} of the pool {pool.name}"
            if name in owners:
                yield Finding(
                    code="pool-device-class",
                    origin=pool.origin / "deviceClass",
                    found=f"the device class {name} for {what}, and for {owners[name]}",
                    allowed="a device class for each pool and unit; a quota counts by"
                    " device class",
                    remedy="create a class that selects only the devices of this pool",
                )
            owners.setdefault(name, what)


def _units(platform: Platform) -> Iterator[Finding]:
    units: dict[str, GpuNodePool] = {}
    for pool in platform.pools:
        for resource in pool.resources:
            first = units.setdefault(resource, pool)
            if _unit(first) != _unit(pool):
                yield Finding(
                    code="pool-unit",
                    origin=pool.origin / "sharing",
                    found=f"{resource}, which is {_unit(pool)} in the pool {pool.name} and"
                    f" {_unit(first)} in the pool {first.name}",
                    allowed="one unit for each resource, because a quota adds them up",
                    remedy="write rename: true under sharing, or another resource",
                )


def _unit(pool: GpuNodePool) -> str:
    sharing = pool.sharing
    if sharing.type in ("time-slicing", "mps"):
        return f"one of {sharing.replicas} shares of a GPU"
    return "a MIG instance" if sharing.type == "mig" else "a whole GPU"


def _finding(origin: Origin, found: str, allowed: str, remedy: str) -> Finding:
    return Finding(
        code="pool-allocation", origin=origin, found=found, allowed=allowed, remedy=remedy
    )

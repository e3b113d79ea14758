"""Converts granted GPUs to devices, to compare whole GPUs, shares and MIG profiles."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import Final

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import devices_key, requests_key
from tenancy.model.managed_quotas import grant_keys
from tenancy.model.platform import GpuNodePool, Platform
from tenancy.model.totals import Amounts
from tenancy.model.values import Grant, Namespace

__all__ = ["GPU_DEVICES", "granted_devices", "in_devices", "is_named"]

GPU_DEVICES: Final = "GPU devices"
"""The key of devices among quota keys; not a key of Kubernetes."""


def in_devices(amounts: Amounts, platform_of: Callable[[Namespace], Platform]) -> Amounts:
    """
    Return *amounts* with GPUs as devices, under one key, instead of the keys of grants.

    A namespace without GPUs has 0 devices.

    Args:
        amounts: The amounts of a namespace, by quota key.
        platform_of: Returns the platform of a namespace.
    """
    keys_of: dict[int, frozenset[str]] = {}

    def of(namespace: Namespace) -> Mapping[str, Quantity]:
        platform = platform_of(namespace)
        if id(platform) not in keys_of:
            keys_of[id(platform)] = _gpu_keys(platform)
        keys = keys_of[id(platform)].union(
            *(grant_keys(grant, platform) for grant in namespace.grants)
        )
        kept = {key: amount for key, amount in amounts(namespace).items() if key not in keys}
        return {**kept, GPU_DEVICES: granted_devices([namespace], platform_of)}

    return of


def granted_devices(
    namespaces: Iterable[Namespace],
    platform_of: Callable[[Namespace], Platform],
    *,
    without: Collection[str] = (),
) -> Quantity:
    """
    Return how many devices *namespaces* are granted together, rounded up to a thousandth.

    A time-slice of a GPU with 4 replicas is a quarter of a device. A MIG profile is its part of
    the compute slices of its GPU's layout.

    Args:
        namespaces: The namespaces to add up.
        platform_of: Returns the platform of a namespace.
        without: Grants that are left out: names of pools, extended resources, or their quota
            keys.
    """
    devices = Fraction(0)
    for namespace in namespaces:
        platform = platform_of(namespace)
        for grant in namespace.grants:
            if not any(is_named(name, grant) for name in without):
                devices += grant.gpus * _part(grant, platform.pool(grant.pool))
    return Quantity.parse(f"{ceil(devices * 1000)}m")


def is_named(name: str, grant: Grant) -> bool:
    """Whether *name* is the pool of *grant*, its extended resource or the quota key of that."""
    return name in (grant.pool, grant.resource, requests_key(grant.resource))


def _gpu_keys(platform: Platform) -> frozenset[str]:
    """Return the quota keys under which the devices of *platform* are counted."""
    resources = {requests_key(name) for name in platform.gpu_resources}
    return frozenset(resources | {devices_key(name) for name in platform.device_classes})


def _part(grant: Grant, pool: GpuNodePool | None) -> Fraction:
    """Return the fraction of a device that one unit of *grant* is."""
    if pool is None:
        return Fraction(1)
    sharing = pool.sharing
    if sharing.type == "mig":
        slices = {m.profile: _slices(m.profile) for m in sharing.layout}
        of_gpu = sum(slices[m.profile] * m.per_gpu for m in sharing.layout)
        profile = grant.resource.removeprefix("nvidia.com/mig-")
        return Fraction(slices.get(profile, 0), of_gpu) if of_gpu else Fraction(1)
    return Fraction(1, sharing.replicas or 1)


def _slices(profile: str) -> int:
    """
    Return the compute slices of a MIG profile.

    >>> _slices("3g.40gb"), _slices("1c.2g.20gb")
    (3, 2)
    """
    found = re.search(r"(\d+)g", profile)
    return int(found[1]) if found else 1

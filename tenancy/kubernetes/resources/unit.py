"""Names of resources as the API server reads them, and their units."""

import enum
from typing import Final

from tenancy.kubernetes.quantity import Quantity

__all__ = [
    "CPU",
    "EPHEMERAL_STORAGE",
    "LIMITS_CPU",
    "LIMITS_EPHEMERAL_STORAGE",
    "LIMITS_MEMORY",
    "MEMORY",
    "NVIDIA_GPU",
    "NVIDIA_GPU_SHARED",
    "PODS",
    "REQUESTS_CPU",
    "REQUESTS_EPHEMERAL_STORAGE",
    "REQUESTS_MEMORY",
    "REQUESTS_NVIDIA_GPU",
    "REQUESTS_STORAGE",
    "STORAGE",
    "Unit",
    "unit_reason",
]

CPU: Final = "cpu"
MEMORY: Final = "memory"
EPHEMERAL_STORAGE: Final = "ephemeral-storage"
STORAGE: Final = "storage"
NVIDIA_GPU: Final = "nvidia.com/gpu"
NVIDIA_GPU_SHARED: Final = "nvidia.com/gpu.shared"

PODS: Final = "pods"
REQUESTS_CPU: Final = "requests.cpu"
REQUESTS_MEMORY: Final = "requests.memory"
REQUESTS_EPHEMERAL_STORAGE: Final = "requests.ephemeral-storage"
REQUESTS_STORAGE: Final = "requests.storage"
REQUESTS_NVIDIA_GPU: Final = "requests.nvidia.com/gpu"
LIMITS_CPU: Final = "limits.cpu"
LIMITS_MEMORY: Final = "limits.memory"
LIMITS_EPHEMERAL_STORAGE: Final = "limits.ephemeral-storage"


class Unit(enum.Enum):
    """The units of resources."""

    COUNT = "count"
    """Objects or devices, whole ones."""
    CPU = "cpu"
    """Cores, in thousandths."""
    BYTES = "bytes"
    """Bytes, whole ones."""


def unit_reason(unit: Unit, quantity: Quantity) -> str | None:
    """
    Return why *quantity* is not an amount in *unit*; None if it is.

    Kubernetes accepts more, and then rounds up to a thousandth, counts what a pod cannot
    request (half a GPU), or limits memory to less than a byte (`400m`).

    >>> unit_reason(Unit.BYTES, Quantity.parse("400m"))
    'bytes are written without n, u and m: 400m is a fraction of a byte'
    >>> unit_reason(Unit.CPU, Quantity.parse("400m")) is None
    True
    """
    shown = quantity.text or str(quantity)
    if quantity.nanos < 0:
        return f"{shown} is negative"
    if unit is Unit.CPU:
        fine = quantity.is_milli
        return None if fine else f"{shown} is finer than 1m, a thousandth of a core"
    if unit is Unit.COUNT:
        return None if quantity.is_integer else f"{shown} is not a whole number"
    if shown.endswith(("n", "u", "m")):
        return f"bytes are written without n, u and m: {shown} is {_bytes(quantity)}"
    return None if quantity.is_integer else f"{shown} is not a whole number of bytes"


def _bytes(quantity: Quantity) -> str:
    if quantity.is_integer:
        return f"{quantity.value_ceil} bytes"
    return "a fraction of a byte" if quantity.value_ceil == 1 else "not whole bytes"

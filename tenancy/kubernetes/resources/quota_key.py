"""Keys of a ResourceQuota: what they limit, and their units."""

import enum
from typing import Final

import attrs

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import builtin
from tenancy.kubernetes.resources import unit as wire
from tenancy.kubernetes.resources.gpu import is_gpu_resource
from tenancy.kubernetes.resources.unit import Unit, unit_reason

__all__ = ["STANDARD_KEYS", "KeyKind", "QuotaKey", "check_quantity", "is_gpu"]


class KeyKind(enum.Enum):
    """What a key limits."""

    COMPUTE = "compute"
    """CPU and memory; every container must then specify them."""
    EPHEMERAL = "ephemeral storage"
    PODS = "pods"
    OBJECTS = "objects"
    STORAGE = "storage"
    """Requested storage and claims, of all storage classes or of one."""
    HUGEPAGES = "huge pages"
    EXTENDED = "extended resource"
    DEVICES = "devices"
    """Devices of a DRA device class."""


@attrs.frozen(slots=True, cache_hash=True, order=True, kw_only=True)
class QuotaKey:
    """
    One key of a quota's `hard`. Two keys are equal if they are written the same.

    Attributes:
        text: As it was written: `cpu`.
        name: The name under which it is summed: `requests.cpu`.
        kind: What it limits.
        unit: Its unit.
        requests_resource: The resource of which containers' (or, for `storage`, claims')
            requests count. Empty if it does not count requests.
        limits_resource: The resource of which containers' limits count. Empty if it does not
            count limits.
        class_name: The storage class or device class. Empty if it applies to all.
    """

    text: str
    name: str = attrs.field(eq=False)
    kind: KeyKind = attrs.field(eq=False)
    unit: Unit = attrs.field(eq=False)
    requests_resource: str | None = attrs.field(default=None, eq=False)
    limits_resource: str | None = attrs.field(default=None, eq=False)
    class_name: str | None = attrs.field(default=None, eq=False)

    @property
    def is_compute(self) -> bool:
        """Whether every container must specify the resource once this key is in a quota."""
        return self.kind is KeyKind.COMPUTE

    @property
    def container_resource(self) -> str | None:
        """The container resource that it counts, by request or by limit."""
        if self.kind is KeyKind.STORAGE:
            return None
        return self.requests_resource or self.limits_resource

    @property
    def is_gpu(self) -> bool:
        """Whether it counts GPUs, or parts of them, as an extended resource."""
        return self.kind is KeyKind.EXTENDED and is_gpu_resource(self.requests_resource or "")

    @property
    def is_kept_whole(self) -> bool:
        """Whether the API server accepts only whole numbers."""
        if self.kind is KeyKind.STORAGE:
            return self.class_name is not None or self.unit is Unit.COUNT
        return self.kind in (KeyKind.PODS, KeyKind.OBJECTS, KeyKind.DEVICES)

    @property
    def pod_effective(self) -> bool:
        """Whether it is counted from pods, so that a single pod can use it up."""
        return self.kind in _OF_PODS or self.text == "count/pods"

    def __str__(self) -> str:
        return self.text


_OF_PODS: Final = frozenset(
    {
        KeyKind.COMPUTE,
        KeyKind.EPHEMERAL,
        KeyKind.PODS,
        KeyKind.HUGEPAGES,
        KeyKind.EXTENDED,
    }
)


def _resource_keys(resource: str, kind: KeyKind, unit: Unit) -> dict[str, QuotaKey]:
    requests, limits = f"requests.{resource}", f"limits.{resource}"
    return {
        text: QuotaKey(
            text=text,
            name=limits if text == limits else requests,
            kind=kind,
            unit=unit,
            requests_resource=None if text == limits else resource,
            limits_resource=resource if text == limits else None,
        )
        for text in (resource, requests, limits)
    }


STANDARD_KEYS: Final[dict[str, QuotaKey]] = {
    **_resource_keys(wire.CPU, KeyKind.COMPUTE, Unit.CPU),
    **_resource_keys(wire.MEMORY, KeyKind.COMPUTE, Unit.BYTES),
    **_resource_keys(wire.EPHEMERAL_STORAGE, KeyKind.EPHEMERAL, Unit.BYTES),
    wire.REQUESTS_STORAGE: QuotaKey(
        text=wire.REQUESTS_STORAGE,
        name=wire.REQUESTS_STORAGE,
        kind=KeyKind.STORAGE,
        unit=Unit.BYTES,
        requests_resource=wire.STORAGE,
    ),
    **{
        text: QuotaKey(
            text=text,
            name=text,
            kind=KeyKind.PODS if text == wire.PODS else KeyKind.OBJECTS,
            unit=Unit.COUNT,
        )
        for text in builtin.OBJECT_COUNTS
    },
}
"""The keys without a slash, except huge pages, by their text."""


_MOST_WHOLE: Final = (2**63 - 1) // 1000


def _overflows(quantity: Quantity) -> bool:
    """
    Whether the server, which counts these keys in 64 bits of thousandths, sees a fraction.

    From T on it reads decimal suffixes in a way that hides the overflow.
    """
    return quantity.value_ceil > _MOST_WHOLE and not str(quantity).endswith(("T", "P", "E"))


def check_quantity(key: QuotaKey, quantity: Quantity) -> str | None:
    """
    Return why *quantity* is not allowed under *key*; None if it is.

    >>> check_quantity(STANDARD_KEYS["pods"], Quantity.parse("0.5"))
    '0.5 is not a whole number'
    """
    reason = unit_reason(key.unit, quantity)
    if reason is None and key.is_kept_whole and _overflows(quantity):
        return (
            f"{quantity} is more than {_MOST_WHOLE}, above which the API server treats it as a "
            "fraction"
        )
    if reason is None and key.kind is KeyKind.HUGEPAGES:
        size = Quantity.parse(key.name.rpartition("-")[2])
        if quantity.nanos % size.nanos:
            return f"{quantity} is not a whole number of pages of {size}"
    return reason


def is_gpu(key: QuotaKey | str) -> bool:
    """
    Return whether *key*, a key of a quota or a resource of a container, counts GPUs.

    >>> is_gpu("nvidia.com/gpu"), is_gpu(STANDARD_KEYS["cpu"])
    (True, False)
    """
    return key.is_gpu if isinstance(key, QuotaKey) else is_gpu_resource(key)

"""
The allowed content of a LimitRange: the fields of each type, and the resources.

Source: k8s.io/kubernetes v1.36.3, pkg/apis/core/validation (ValidateLimitRange) and
plugin/pkg/admission/limitranger (what is looked at).
"""

import enum
import functools
from typing import Final

import attrs

from tenancy.diagnostics import nearest
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import unit as wire
from tenancy.kubernetes.resources.errors import InvalidResourceError
from tenancy.kubernetes.resources.parsing import parse_quota_key
from tenancy.kubernetes.resources.unit import Unit, unit_reason

__all__ = [
    "LimitField",
    "LimitResource",
    "LimitType",
    "check_limit_quantity",
    "limit_fields",
    "parse_limit_resource",
]


class LimitType(enum.StrEnum):
    """The type of a limit: what it applies to."""

    CONTAINER = "Container"
    POD = "Pod"
    PERSISTENT_VOLUME_CLAIM = "PersistentVolumeClaim"


class LimitField(enum.StrEnum):
    """The fields of a limit."""

    DEFAULT = "default"
    DEFAULT_REQUEST = "defaultRequest"
    MAX = "max"
    MIN = "min"
    MAX_LIMIT_REQUEST_RATIO = "maxLimitRequestRatio"


@attrs.frozen(slots=True, cache_hash=True, order=True)
class LimitResource:
    """
    A resource of a LimitRange.

    Attributes:
        text: Its name: `cpu`.
        unit: What it is counted in.
    """

    text: str
    unit: Unit = attrs.field(eq=False)

    def __str__(self) -> str:
        return self.text


_FIELDS: Final = {
    LimitType.CONTAINER: tuple(LimitField),
    LimitType.POD: (LimitField.MAX, LimitField.MIN, LimitField.MAX_LIMIT_REQUEST_RATIO),
    # The server accepts the others too, and ignores them.
    LimitType.PERSISTENT_VOLUME_CLAIM: (LimitField.MAX, LimitField.MIN),
}
_OF_CONTAINERS: Final = {
    wire.CPU: Unit.CPU,
    wire.MEMORY: Unit.BYTES,
    wire.EPHEMERAL_STORAGE: Unit.BYTES,
}
_ONE: Final = Quantity.parse(1)


def limit_fields(limit_type: LimitType) -> tuple[LimitField, ...]:
    """
    Return the fields that have an effect in a limit of *limit_type*.

    >>> [str(field) for field in limit_fields(LimitType.PERSISTENT_VOLUME_CLAIM)]
    ['max', 'min']
    """
    return _FIELDS[limit_type]


@functools.lru_cache(maxsize=1024)
def parse_limit_resource(limit_type: LimitType, text: str) -> LimitResource:
    """
    Return *text* as a resource of a limit of *limit_type*.

    Extended resources, GPUs among them, are refused: Kubernetes uses a `max` without a default
    as the default too, so every pod without requests would get that many.

    Raises:
        InvalidResourceError: It is not such a resource.

    >>> str(parse_limit_resource(LimitType.CONTAINER, "memory"))
    'memory'
    """
    if limit_type is LimitType.PERSISTENT_VOLUME_CLAIM:
        if text == wire.STORAGE:
            return LimitResource(text, Unit.BYTES)
        reason = "only storage can be limited for a PersistentVolumeClaim"
        raise InvalidResourceError(text, reason, "write 'storage'", wire.STORAGE)
    if text in _OF_CONTAINERS:
        return LimitResource(text, _OF_CONTAINERS[text])
    if isinstance(text, str) and text.startswith("hugepages-"):
        return LimitResource(parse_quota_key(text).text, Unit.BYTES)
    if isinstance(text, str) and "/" in text:
        reason = "a limit range adds an extended resource to every pod that does not request it"
        remedy = "remove it; use a quota to limit it"
        raise InvalidResourceError(text, reason, remedy)
    meant = nearest(str(text).removeprefix("requests.").removeprefix("limits."), _OF_CONTAINERS)
    remedy = f"write {meant!r}" if meant else "write cpu, memory or ephemeral-storage"
    reason = f"a {limit_type} does not have this resource"
    raise InvalidResourceError(text, reason, remedy, meant)


def check_limit_quantity(
    resource: LimitResource, field: LimitField, quantity: Quantity
) -> str | None:
    """
    Return why *quantity* is not allowed there; None if it is. A ratio is a number from 1.

    >>> cpu = parse_limit_resource(LimitType.CONTAINER, "cpu")
    >>> check_limit_quantity(cpu, LimitField.MAX_LIMIT_REQUEST_RATIO, Quantity.parse("0.5"))
    '0.5 is less than 1: a limit is never smaller than its request'
    """
    if field is not LimitField.MAX_LIMIT_REQUEST_RATIO:
        return unit_reason(resource.unit, quantity)
    shown = quantity.text or str(quantity)
    if quantity < _ONE:
        return f"{shown} is less than 1: a limit is never smaller than its request"
    return None if quantity.is_milli else f"{shown} is finer than a thousandth"

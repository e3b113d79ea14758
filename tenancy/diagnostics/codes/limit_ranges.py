"""Codes of findings: limit ranges."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING

GROUP: Final = Group(
    "Limit ranges",
    (
        Code(
            "limit-range-order",
            "min ≤ defaultRequest ≤ default ≤ max does not hold",
            "`min` 200m, `default` 100m",
            "lower or raise one of the values",
        ),
        Code(
            "limit-range-ratio", "a ratio below 1, or above max/min", "`0.5`", "write 1 or more"
        ),
        Code(
            "limit-range-resource",
            "a resource that this type does not have",
            "`pods` for containers",
            "write cpu, memory or ephemeral-storage",
            (_ERROR, _WARNING),
        ),
        Code(
            "limit-range-gpu",
            "a GPU in a limit range, which every pod without requests would get",
            "`max: {nvidia.com/gpu: 4}`",
            "grant GPUs under `gpus`",
            (_ERROR, _WARNING),
        ),
        Code(
            "limit-range-quantity",
            "an amount that cannot be counted",
            "`memory: 250m`",
            "write whole bytes",
            (_ERROR, _WARNING),
        ),
        Code(
            "limit-range-field",
            "a field without effect for that type",
            "a `maxLimitRequestRatio` for claims",
            "remove the field",
        ),
        Code(
            "limit-range-claim",
            "limits for claims without min and max of storage",
            "`persistentVolumeClaim: {}`",
            "write `min` or `max` of storage",
        ),
        Code(
            "limit-range-over-quota",
            "one object may be larger than the namespace's quota",
            "`max` of 2 CPUs, and a quota of 1 CPU",
            "lower the `max`, or raise the quota",
            (_ERROR, _WARNING),
        ),
        Code(
            "bare-pod-refused",
            "a pod that states no resources would be refused",
            "a default above the pods' max",
            "change the default or the limit",
            (_ERROR, _WARNING),
        ),
    ),
)

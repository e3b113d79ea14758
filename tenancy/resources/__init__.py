"""Names of resources on the wire, each quoted once: quota keys, scopes and limits."""

from tenancy.resources.errors import (
    InvalidResourceError,
)
from tenancy.resources.gpu import (
    is_gpu_resource,
    misspelt_resource,
)
from tenancy.resources.limit import (
    LimitField,
    LimitResource,
    LimitType,
    check_limit_quantity,
    limit_fields,
    parse_limit_resource,
)
from tenancy.resources.parsing import (
    parse_quota_key,
)
from tenancy.resources.quota_key import (
    STANDARD_KEYS,
    KeyKind,
    QuotaKey,
    check_quantity,
    is_gpu,
)
from tenancy.resources.scope import (
    Operator,
    Scope,
    conflicting_scopes,
    expression_reason,
    scope_reason,
)
from tenancy.resources.unit import (
    CPU,
    EPHEMERAL_STORAGE,
    LIMITS_CPU,
    LIMITS_EPHEMERAL_STORAGE,
    LIMITS_MEMORY,
    MEMORY,
    NVIDIA_GPU,
    NVIDIA_GPU_SHARED,
    PODS,
    REQUESTS_CPU,
    REQUESTS_EPHEMERAL_STORAGE,
    REQUESTS_MEMORY,
    REQUESTS_NVIDIA_GPU,
    REQUESTS_STORAGE,
    STORAGE,
    Unit,
    unit_reason,
)

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
    "STANDARD_KEYS",
    "STORAGE",
    "InvalidResourceError",
    "KeyKind",
    "LimitField",
    "LimitResource",
    "LimitType",
    "Operator",
    "QuotaKey",
    "Scope",
    "Unit",
    "check_limit_quantity",
    "check_quantity",
    "conflicting_scopes",
    "expression_reason",
    "is_gpu",
    "is_gpu_resource",
    "limit_fields",
    "misspelt_resource",
    "parse_limit_resource",
    "parse_quota_key",
    "scope_reason",
    "unit_reason",
]

"""Names of resources as the API server reads them: quota keys, scopes and limits."""

from tenancy.kubernetes.resources.builtin import (
    CLUSTER_SCOPED,
    COUNT_ALIASES,
    GROUPS,
    UNCOUNTED,
)
from tenancy.kubernetes.resources.device_keys import (
    IMPLICIT_PREFIX,
    RESOURCE_CLAIM_TEMPLATES,
    RESOURCE_CLAIMS,
    devices_key,
    implicit_resource,
    requests_key,
)
from tenancy.kubernetes.resources.errors import InvalidResourceError
from tenancy.kubernetes.resources.gang_kinds import GANG_KINDS
from tenancy.kubernetes.resources.gpu import is_gpu_resource, misspelt_resource
from tenancy.kubernetes.resources.limit import (
    LimitField,
    LimitResource,
    LimitType,
    check_limit_quantity,
    limit_fields,
    parse_limit_resource,
)
from tenancy.kubernetes.resources.parsing import parse_quota_key
from tenancy.kubernetes.resources.plural import usual_plural
from tenancy.kubernetes.resources.quota_key import (
    STANDARD_KEYS,
    KeyKind,
    QuotaKey,
    check_quantity,
    is_gpu,
)
from tenancy.kubernetes.resources.scope import (
    Operator,
    Scope,
    conflicting_scopes,
    expression_reason,
    scope_reason,
)
from tenancy.kubernetes.resources.unit import (
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
    "CLUSTER_SCOPED",
    "COUNT_ALIASES",
    "CPU",
    "EPHEMERAL_STORAGE",
    "GANG_KINDS",
    "GROUPS",
    "IMPLICIT_PREFIX",
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
    "RESOURCE_CLAIMS",
    "RESOURCE_CLAIM_TEMPLATES",
    "STANDARD_KEYS",
    "STORAGE",
    "UNCOUNTED",
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
    "devices_key",
    "expression_reason",
    "implicit_resource",
    "is_gpu",
    "is_gpu_resource",
    "limit_fields",
    "misspelt_resource",
    "parse_limit_resource",
    "parse_quota_key",
    "requests_key",
    "scope_reason",
    "unit_reason",
    "usual_plural",
]

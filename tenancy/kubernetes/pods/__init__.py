"""Pods as JSON: their requests, and whether Pod Security refuses them."""

from tenancy.kubernetes.pods.amounts import Amounts, container_amounts, pod_amounts, quantities
from tenancy.kubernetes.pods.disruption_budgets import (
    ALL_AVAILABLE,
    NONE_UNAVAILABLE,
    blocks_every_eviction,
)
from tenancy.kubernetes.pods.fields import Fields, items, mapping, strings
from tenancy.kubernetes.pods.ports import target_port
from tenancy.kubernetes.pods.security import (
    APPARMOR,
    BASELINE_CAPABILITIES,
    BASELINE_SELINUX_TYPES,
    BASELINE_SYSCTLS,
    POD_SECURITY_DOMAIN,
    POD_SECURITY_LABEL,
    POD_SECURITY_LEVELS,
    pod_security_violations,
)
from tenancy.kubernetes.pods.selectors import selects

__all__ = [
    "ALL_AVAILABLE",
    "APPARMOR",
    "BASELINE_CAPABILITIES",
    "BASELINE_SELINUX_TYPES",
    "BASELINE_SYSCTLS",
    "NONE_UNAVAILABLE",
    "POD_SECURITY_DOMAIN",
    "POD_SECURITY_LABEL",
    "POD_SECURITY_LEVELS",
    "Amounts",
    "Fields",
    "blocks_every_eviction",
    "container_amounts",
    "items",
    "mapping",
    "pod_amounts",
    "pod_security_violations",
    "quantities",
    "selects",
    "strings",
    "target_port",
]

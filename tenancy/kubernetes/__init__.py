"""Names, quantities, resource names and labels as Kubernetes defines them."""

from tenancy.kubernetes.field_managers import ANNOTATION, PREFIX, RANDOM_PREFIX, field_manager
from tenancy.kubernetes.labels import DOMAIN
from tenancy.kubernetes.obeyed_keys import (
    BETA_STORAGE_CLASS,
    OBEYED_POD_LABELS,
    is_obeyed_domain,
    is_obeyed_name,
)

__all__ = [
    "ANNOTATION",
    "BETA_STORAGE_CLASS",
    "DOMAIN",
    "OBEYED_POD_LABELS",
    "PREFIX",
    "RANDOM_PREFIX",
    "field_manager",
    "is_obeyed_domain",
    "is_obeyed_name",
]

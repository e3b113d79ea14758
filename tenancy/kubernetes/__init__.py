"""Names, quantities, resource names and labels as Kubernetes defines them."""

from tenancy.kubernetes.field_managers import ANNOTATION, PREFIX, RANDOM_PREFIX, field_manager
from tenancy.kubernetes.labels import DOMAIN

__all__ = ["ANNOTATION", "DOMAIN", "PREFIX", "RANDOM_PREFIX", "field_manager"]

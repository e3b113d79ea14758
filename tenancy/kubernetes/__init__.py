"""Names, quantities, resource names and labels as Kubernetes defines them."""

from tenancy.kubernetes.labels import DOMAIN

__all__ = ["DOMAIN"]

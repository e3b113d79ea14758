"""Quantities with the exact grammar, arithmetic and canonical form of Kubernetes."""

from tenancy.kubernetes.quantity.grammar import Family, InvalidQuantityError, QuantityReason
from tenancy.kubernetes.quantity.value import Quantity

__all__ = ["Family", "InvalidQuantityError", "Quantity", "QuantityReason"]

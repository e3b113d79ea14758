"""Quantities, with Kubernetes' exact grammar, arithmetic and canonical text."""

from tenancy.quantity.grammar import Family, InvalidQuantityError, QuantityReason
from tenancy.quantity.value import Quantity

__all__ = ["Family", "InvalidQuantityError", "Quantity", "QuantityReason"]

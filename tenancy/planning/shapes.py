"""Helpers to declare the types of published JSON."""

from typing import Final

from pydantic import ConfigDict

from tenancy.kubernetes.quantity import Quantity

__all__ = ["CLOSED", "amount_data"]

CLOSED: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)
"""Tenancy writes exactly these keys; the published schema allows further ones."""


def amount_data(quantity: Quantity | None) -> str | None:
    """Return *quantity* as JSON; null means unlimited, or not known."""
    return None if quantity is None else str(quantity)

"""How the types of published JSON are declared."""

from typing import Final

from pydantic import ConfigDict

from tenancy.kubernetes.quantity import Quantity

__all__ = ["CLOSED", "amount_data"]

CLOSED: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)
"""We write exactly these keys; the published schema lets readers accept further ones."""


def amount_data(quantity: Quantity | None) -> str | None:
    """Return *quantity* as JSON has it; null is unlimited, or not known."""
    return None if quantity is None else str(quantity)

"""Namespaces that exist, taken over: as config, and what becomes of each object."""

from tenancy.adopt.config import organization
from tenancy.adopt.plan import Action, Step, steps

__all__ = ["Action", "Step", "organization", "steps"]

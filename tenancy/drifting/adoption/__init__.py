"""Namespaces that exist, taken over: as config, and what becomes of each object."""

from tenancy.drifting.adoption.proposal import organization
from tenancy.drifting.adoption.steps import Action, Step, steps

__all__ = ["Action", "Step", "organization", "steps"]

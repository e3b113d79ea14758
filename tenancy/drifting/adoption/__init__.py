"""Adopt existing namespaces: their config, and what happens to each object."""

from tenancy.drifting.adoption.grants import gpus_in_use, proposed_grants
from tenancy.drifting.adoption.proposal import Left, Proposal, propose
from tenancy.drifting.adoption.steps import Action, AdoptionStep, steps
from tenancy.drifting.adoption.subjects import unprefixed

__all__ = [
    "Action",
    "AdoptionStep",
    "Left",
    "Proposal",
    "gpus_in_use",
    "propose",
    "proposed_grants",
    "steps",
    "unprefixed",
]

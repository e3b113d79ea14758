"""Adopt existing namespaces: their config, and what happens to each object."""

from tenancy.drifting.adoption.grants import gpus_in_use, proposed_grants
from tenancy.drifting.adoption.proposal import Left, Proposal, propose
from tenancy.drifting.adoption.shared import propose_shared
from tenancy.drifting.adoption.spaces import by_namespace
from tenancy.drifting.adoption.steps import Action, AdoptionStep, steps
from tenancy.drifting.adoption.subjects import unprefixed
from tenancy.drifting.adoption.weakened import Weakened, weakened

__all__ = [
    "Action",
    "AdoptionStep",
    "Left",
    "Proposal",
    "Weakened",
    "by_namespace",
    "gpus_in_use",
    "propose",
    "propose_shared",
    "proposed_grants",
    "steps",
    "unprefixed",
    "weakened",
]

"""Disruption budgets, as the admission policy judges them."""

from collections.abc import Iterator

from tenancy.kubernetes.pods import Fields, blocks_every_eviction
from tenancy.planning.judged.judge import ExpectedRefusal, Rules, spec_of

__all__ = ["disruption_budget"]


def disruption_budget(found: Fields, rules: Rules) -> Iterator[ExpectedRefusal]:
    """Yield why a change of a PodDisruptionBudget would be refused."""
    del rules
    if reason := blocks_every_eviction(spec_of(found)):
        remedy = "allow at least one pod to be evicted, so that its node can be emptied"
        yield ExpectedRefusal(reason=reason, remedy=remedy)

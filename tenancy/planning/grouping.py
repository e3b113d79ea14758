"""The facts of a plan, grouped by organization; facts about the whole stack come last."""

import attrs

from tenancy.planning.build import Plan
from tenancy.planning.facts import Fact

__all__ = ["FactGroup", "fact_groups", "headline"]


@attrs.frozen(kw_only=True, slots=True)
class FactGroup:
    """
    The facts of one organization, or of the whole stack.

    Attributes:
        organization: None for the whole stack.
        facts: In the order of the sections.
    """

    title: str
    organization: str | None
    facts: tuple[Fact, ...]


def headline(plan: Plan) -> str:
    """Return a line with the stack of the plan and whether anything changes."""
    where = f"stack {plan.stack} on cluster {plan.cluster}"
    if plan.is_empty:
        return f"Plan of {where}: no changes for any organization"
    first = ": the first update" if plan.is_first else ""
    return f"Plan of {where}{first}"


def fact_groups(plan: Plan) -> tuple[FactGroup, ...]:
    """Return the facts of *plan* by organization; those of the whole stack come last."""
    by_organization: dict[str | None, list[Fact]] = {name: [] for name in plan.organizations}
    for fact in plan.facts:
        by_organization.setdefault(fact.organization, []).append(fact)
    by_organization[None] = by_organization.pop(None, [])
    return tuple(
        FactGroup(title=_title(name, plan), organization=name, facts=tuple(facts))
        for name, facts in by_organization.items()
        if facts
    )


def _title(name: str | None, plan: Plan) -> str:
    if name is None:
        return "The whole stack"
    if name in plan.removed_organizations:
        return f"Organization {name} (removed)"
    if name in plan.new_organizations and not plan.is_first:
        return f"Organization {name} (new)"
    return f"Organization {name}"

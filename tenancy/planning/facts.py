"""The plan in people's words: the facts that every form holds, most important first."""

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from tenancy.diagnostics.finding import Severity, errors
from tenancy.diagnostics.wording import joined
from tenancy.kubernetes.quantity import Quantity
from tenancy.model.roles import ALL_VERBS, READ, is_kubernetes
from tenancy.model.totals import Sum
from tenancy.planning.build import NewNamespace, Plan
from tenancy.planning.sections.access import AccessChange, Allowed
from tenancy.planning.sections.capacity import PoolChange
from tenancy.planning.sections.environment_order import EnvironmentOrder
from tenancy.planning.sections.hazards import Hazard
from tenancy.planning.sections.network import Reach, grouped
from tenancy.planning.sections.quota import QuotaChange, SumChange

__all__ = ["Fact", "Section", "Weight", "headline", "sections"]

_SHOWN: Final = 3
"""Names in a row before the rest is counted."""


class Weight(enum.Enum):
    """How a fact is to be read."""

    DANGER = "danger"
    """Something would be lost, or refuses the update."""
    MORE = "more"
    LESS = "less"
    CHANGE = "change"
    NOTE = "note"
    """It follows from the others."""


@attrs.frozen(kw_only=True, slots=True)
class Fact:
    """
    One sentence.

    Attributes:
        part: What it is about: quota, access, hazards, capacity, environments, names, network,
            settings, heirs, unfinished, not checked.
    """

    part: str
    text: str
    weight: Weight = Weight.CHANGE


@attrs.frozen(kw_only=True, slots=True)
class Section:
    """
    The facts of one organization, or of the stack.

    Attributes:
        organization: None for what is the stack's.
        facts: The most important first.
    """

    title: str
    organization: str | None
    facts: tuple[Fact, ...]


def headline(plan: Plan) -> str:
    """
    Return what the plan is of, and whether anything changes, in a line.

    Findings are not counted here: checks of the files find some, too.
    """
    where = f"stack {plan.stack} on cluster {plan.cluster}"
    if plan.is_empty:
        return f"Plan of {where}: nothing changes for anybody"
    first = ": the first update" if plan.is_first else ""
    return f"Plan of {where}{first}"


def sections(plan: Plan) -> tuple[Section, ...]:
    """Return the facts of *plan*, by organization; what is the stack's comes last."""
    found = [
        Section(
            title=_title(name, plan), organization=name, facts=tuple(_organization(name, plan))
        )
        for name in plan.organizations
    ]
    found.append(Section(title="The whole stack", organization=None, facts=tuple(_stack(plan))))
    return tuple(section for section in found if section.facts)


def _title(name: str, plan: Plan) -> str:
    if name in plan.gone_organizations:
        return f"Organization {name}, which goes"
    if name in plan.new_organizations and not plan.is_first:
        return f"Organization {name}, which is new here"
    return f"Organization {name}"


def _organization(name: str, plan: Plan) -> Iterator[Fact]:
    yield from (_hazard(h) for h in plan.hazards if h.organization == name)
    yield from _refused(name, plan)
    yield from (f for c in plan.access if c.organization == name for f in _access(c, plan))
    yield from _quotas([q for q in plan.quotas if q.organization == name])
    for grant in plan.grants:
        if grant.organization == name:
            yield Fact(
                part="capacity",
                text=f"{grant.namespace}: {grant.resource} of pool {grant.pool}"
                f" {grant.before} → {grant.after}",
                weight=Weight.MORE if grant.after > grant.before else Weight.LESS,
            )
    yield from _new(n for n in plan.new if n.organization == name)
    yield from (_sum(s) for s in plan.sums if s.organization == name)
    yield from (
        _order_row(rung) for rung in plan.environment_orders if rung.organization == name
    )
    yield from _settings(name, plan)
    for heir in plan.heirs:
        if heir.organization == name:
            elsewhere = (
                "" if heir.stack == plan.stack else f" when stack {heir.stack} is updated"
            )
            yield Fact(
                part="heirs",
                text=f"{heir.namespace} inherits {joined(heir.what)} from"
                f" {heir.inherits_from}, so it changes too{elsewhere}",
                weight=Weight.NOTE,
            )


def _stack(plan: Plan) -> Iterator[Fact]:
    yield from (_hazard(h) for h in plan.hazards if h.organization is None)
    yield from _refused(None, plan)
    yield from (f for c in plan.access if c.organization is None for f in _access(c, plan))
    yield from _new(n for n in plan.new if n.organization is None)
    yield from (_pool(p) for p in plan.pools)
    yield from _settings(None, plan)
    gone = {hazard.namespace for hazard in plan.hazards}
    yield from _network(r for r in plan.network if not gone & {r.source, r.target})
    for difference in plan.unfinished:
        yield Fact(
            part="unfinished",
            text=f"the last update did not finish: {difference}",
            weight=Weight.DANGER,
        )
    for found in plan.findings:
        if found.severity is Severity.NOT_CHECKED:
            yield Fact(part="not checked", text=f"NOT CHECKED: {found.found}")


def _refused(organization: str | None, plan: Plan) -> Iterator[Fact]:
    """Yield what refuses the update and is no deletion, which is said by itself."""
    for found in errors(plan.findings):
        if found.organization == organization and found.code != "namespace-removed":
            part = "names" if found.code == "name-taken" else "quota"
            yield Fact(part=part, text=found.found, weight=Weight.DANGER)


def _hazard(hazard: Hazard) -> Fact:
    text = f"namespace {hazard.namespace} would be DELETED with all that it holds"
    if hazard.becomes is not None:
        text = f"namespace {hazard.namespace} would be REPLACED by {hazard.becomes}, a new one"
    held = hazard.held or "what it holds was not counted"
    text += f": {held}{' lost' if hazard.held else ''}"
    if hazard.is_confirmed:
        text += "; an earlier update released it"
    return Fact(part="hazards", text=text, weight=Weight.DANGER)


def _amounts(change: QuotaChange) -> str:
    return f"{_amount(change.before)} → {_amount(change.after)}"


def _quotas(changes: Sequence[QuotaChange]) -> Iterator[Fact]:
    """Yield one fact for each namespace and direction, so that a screen holds them."""
    rows: dict[tuple[str, Weight], list[QuotaChange]] = {}
    for change in changes:
        rows.setdefault((change.namespace, _direction(change)), []).append(change)
    for (namespace, weight), row in rows.items():
        text = ", ".join(
            f"{c.key} {_amounts(c)}"
            + (f" ({c.used} used)" if c.used else "")
            + (" BELOW USE" if c.is_below_usage else "")
            for c in row
        )
        yield Fact(part="quota", text=f"{namespace}: {text}", weight=weight)


def _direction(change: QuotaChange) -> Weight:
    if change.after is None or (change.before is not None and change.after > change.before):
        return Weight.MORE
    return Weight.LESS


def _amount(amount: Quantity | None) -> str:
    return "unlimited" if amount is None else str(amount)


def _sum(change: SumChange) -> Fact:
    after = change.after
    text = f"{change.key} in all: {_total(change.before)} → {_total(after)}"
    if after.ceiling is not None:
        text += f" of {after.ceiling}"
        left = change.headroom
        if left is not None:
            text += (
                f", {left} left"
                if left.nanos >= 0
                else f", {after.limited - after.ceiling.quantity} TOO MUCH"
            )
    parts = [p for p in after.parts if p.amount is None or p.amount]
    if len(parts) > 1:
        named = [str(p) for p in parts[:8]]
        rest = f" + {len(parts) - 8} more" if len(parts) > 8 else ""
        text += f" ({' + '.join(named)}{rest})"
    return Fact(part="quota", text=text, weight=Weight.NOTE)


def _total(total: Sum) -> str:
    return _amount(total.total)


def _access(change: AccessChange, plan: Plan) -> Iterator[Fact]:
    """Yield what is gained and lost; in a namespace that goes, everything is, unsaid."""
    gone = {hazard.namespace for hazard in plan.hazards}
    names = tuple(name for name in change.namespaces if name not in gone)
    if change.namespaces and not names:
        return
    where = _row(names) if names else "the whole platform"
    if change.is_production and names:
        where += " (PRODUCTION)"
    roles = f"{_roles(change.roles_before)} → {_roles(change.roles_after)}"
    if change.roles_before == change.roles_after:
        roles = f"{_roles(change.roles_after)}, whose rules change"
    head = f"{change.subject} in {where}: {roles}"
    new, old = set(change.roles_after), set(change.roles_before)
    if change.gained or new - old:
        text = f"{head}; gains {_said(change.gained, new - old)}"
        yield Fact(part="access", text=text, weight=Weight.MORE)
    if change.lost or (not change.gained and old - new):
        text = f"{head}; loses {_said(change.lost, old - new)}"
        yield Fact(part="access", text=text, weight=Weight.LESS)


def _roles(roles: Sequence[str]) -> str:
    return joined(roles) or "no role"


def _said(allowed: Sequence[Allowed], roles: Iterable[str]) -> str:
    """Return verbs and resources in a few words, the heaviest first."""
    found = [f"{a.resource} ({_verbs(a.verbs)})" for a in allowed if a.weight in {0, 2}]
    shells = [a.resource for a in allowed if a.weight == 1]
    if shells:
        found.insert(1 if found else 0, joined(shells))
    deleted = [a for a in allowed if a.weight == 3]
    rest = [a for a in allowed if a.weight == 4]
    written = [a for a in rest if set(a.verbs) - set(READ)]
    for verb, some in (("delete", deleted), ("change", written)):
        if some:
            found.append(f"{verb} {_row([a.resource for a in some])}")
    if len(rest) > len(written):
        found.append(f"read {_row([a.resource for a in rest if a not in written])}")
    unknown = sorted(role for role in roles if is_kubernetes(role))
    if unknown:
        found.append(f"what {joined(unknown)} holds, which only the cluster knows")
    return ", ".join(found) or "nothing that another role does not give"


def _verbs(verbs: Sequence[str]) -> str:
    if set(verbs) >= set(ALL_VERBS):
        return "every verb"
    if set(verbs) == set(READ):
        return "read"
    return ", ".join(verbs)


def _new(namespaces: Iterable[NewNamespace]) -> Iterator[Fact]:
    """Yield one fact for all that are alike."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for namespace in namespaces:
        alike.setdefault(tuple(namespace.quota.items()), []).append(namespace.name)
    for quota, names in alike.items():
        text = f"new namespace{'s' if len(names) > 1 else ''} {_row(names)}"
        if quota:
            text += ", each" * (len(names) > 1) + " with "
            text += ", ".join(f"{key} {amount}" for key, amount in quota)
        yield Fact(part="names", text=text, weight=Weight.MORE)


def _order_row(row: EnvironmentOrder) -> Fact:
    steps = " ≤ ".join(
        f"{rung.environment} "
        + (
            _amount(rung.after)
            if rung.before == rung.after
            else f"{_amount(rung.before)} → {_amount(rung.after)}"
        )
        for rung in row.rungs
    )
    about = "" if row.workload is None else f" of the workload {row.workload}"
    text = f"{row.key}{about}: {steps}"
    if not row.is_kept:
        text += "; NOT KEPT"
        if row.exception:
            text += f", excused: {row.exception}"
    is_bad = not row.is_kept and not row.exception
    return Fact(part="environments", text=text, weight=Weight.DANGER if is_bad else Weight.NOTE)


def _settings(name: str | None, plan: Plan) -> Iterator[Fact]:
    rows: dict[str, list[str]] = {}
    for change in plan.settings:
        if change.organization == name:
            before, after = change.before or "not set", change.after or "not set"
            rows.setdefault(change.namespace or "the platform", []).append(
                f"{change.setting} {before} → {after}"
            )
    together: dict[tuple[str, ...], list[str]] = {}
    for namespace, lines in rows.items():
        together.setdefault(tuple(lines), []).append(namespace)
    for said, namespaces in together.items():
        yield Fact(part="settings", text=f"{_row(namespaces)}: {', '.join(said)}")


def _pool(pool: PoolChange) -> Fact:
    text = f"pool {pool.pool}: {_from_to(pool.granted_before, pool.granted_after)} of"
    text += f" {_from_to(pool.capacity_before, pool.capacity_after)} {pool.resource} granted"
    left = pool.left
    text += f", {left} left" if left >= 0 else f", {-left} TOO MANY"
    text += f"; GPUs of a node from {pool.source}" if pool.source else ""
    weight = Weight.CHANGE if left >= 0 else Weight.DANGER
    return Fact(part="capacity", text=text, weight=weight)


def _from_to(before: int, after: int) -> str:
    return str(after) if before == after else f"{before} → {after}"


def _network(changes: Iterable[Reach]) -> Iterator[Fact]:
    for source, targets, reach, is_mutual in grouped(changes):
        ends = f"{source} {'↔' if is_mutual else '→'} {_row(targets)}"
        text, weight = f"{ends}: reached on {joined(reach.after)}", Weight.MORE
        if not reach.after:
            text, weight = f"{ends}: not reached any more", Weight.LESS
        elif reach.before:
            text, weight = f"{text}, until now on {joined(reach.before)}", Weight.CHANGE
        yield Fact(part="network", text=text, weight=weight)


def _row(names: Sequence[str]) -> str:
    if len(names) <= _SHOWN + 1:
        return joined(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"

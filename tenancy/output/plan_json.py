"""The plan for programs: a documented, versioned shape, with a JSON Schema made from it."""

from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import TypeAdapter

from tenancy.config.document import JSON, Document
from tenancy.diagnostics import report
from tenancy.diagnostics.finding import Finding, errors
from tenancy.kubernetes.quantity import Quantity
from tenancy.model.totals import Sum
from tenancy.output.plan_schema import AccessData, AllowedData, FindingData, PlanData, SumData
from tenancy.planning.build import Plan
from tenancy.planning.facts import headline, sections
from tenancy.planning.sections.access import AccessChange, Allowed
from tenancy.planning.sections.quota import SumChange

__all__ = ["VERSION", "data", "schema"]

VERSION: Final = 1
"""Raised whenever a key changes its meaning or goes; new keys do not raise it."""


def schema() -> dict[str, JSON]:
    """Return the JSON Schema of what `data` returns."""
    found: dict[str, JSON] = TypeAdapter(PlanData).json_schema()
    dialect: dict[str, JSON] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **found, "title": "A plan of Tenancy, version 1"}


def data(
    plan: Plan,
    findings: Iterable[Finding] | None = None,
    documents: Mapping[str, Document] = {},
) -> PlanData:
    """
    Return *plan* and its findings as plain data.

    Args:
        findings: Every finding, the checks' among them. Default: the plan's own.
        documents: By source, for line numbers. Default: none.
    """
    found = tuple(plan.findings if findings is None else findings)
    return {
        "version": VERSION,
        "kind": "plan",
        "stack": plan.stack,
        "cluster": plan.cluster,
        "headline": headline(plan),
        "first": plan.is_first,
        "empty": plan.is_empty,
        "refused": bool(errors(found)),
        "checkedLive": plan.is_checked_live,
        "newOrganizations": list(plan.new_organizations),
        "goneOrganizations": list(plan.gone_organizations),
        "newNamespaces": [
            {
                "name": n.name,
                "organization": n.organization,
                "environment": n.environment,
                "quota": dict(n.quota),
            }
            for n in plan.new
        ],
        "hazards": [
            {
                "namespace": h.namespace,
                "organization": h.organization,
                "becomes": h.becomes,
                "pods": h.pods,
                "claims": h.claims,
                "confirmed": h.is_confirmed,
            }
            for h in plan.hazards
        ],
        "quotas": [
            {
                "organization": q.organization,
                "namespace": q.namespace,
                "key": q.key,
                "before": _amount(q.before),
                "after": _amount(q.after),
                "used": _amount(q.used),
                "belowUsage": q.is_below_usage,
            }
            for q in plan.quotas
        ],
        "sums": [_sum(s) for s in plan.sums],
        "access": [_access(c) for c in plan.access],
        "grants": [
            {
                "organization": g.organization,
                "namespace": g.namespace,
                "pool": g.pool,
                "resource": g.resource,
                "before": g.before,
                "after": g.after,
            }
            for g in plan.grants
        ],
        "gpuNodePools": [
            {
                "pool": p.pool,
                "model": p.model,
                "resource": p.resource,
                "grantedBefore": p.granted_before,
                "grantedAfter": p.granted_after,
                "capacityBefore": p.capacity_before,
                "capacityAfter": p.capacity_after,
                "allowed": p.allowed,
                "gpusFrom": p.source,
            }
            for p in plan.pools
        ],
        "environments": [
            {
                "organization": x.organization,
                "workload": x.workload,
                "key": x.key,
                "environments": [
                    {
                        "environment": r.environment,
                        "before": _amount(r.before),
                        "after": _amount(r.after),
                    }
                    for r in x.rungs
                ],
                "kept": x.is_kept,
                "exception": x.exception,
            }
            for x in plan.environment_orders
        ],
        "network": [
            {
                "source": r.source,
                "target": r.target,
                "before": list(r.before),
                "after": list(r.after),
            }
            for r in plan.network
        ],
        "settings": [
            {
                "organization": s.organization,
                "namespace": s.namespace,
                "setting": s.setting,
                "before": s.before,
                "after": s.after,
            }
            for s in plan.settings
        ],
        "heirs": [
            {
                "organization": h.organization,
                "namespace": h.namespace,
                "inheritsFrom": h.inherits_from,
                "what": list(h.what),
                "stack": h.stack,
            }
            for h in plan.heirs
        ],
        "unfinished": list(plan.unfinished),
        "facts": [
            {
                "organization": section.organization,
                "part": fact.part,
                "weight": fact.weight.value,
                "text": fact.text,
            }
            for section in sections(plan)
            for fact in section.facts
        ],
        "findings": TypeAdapter(list[FindingData]).validate_python(
            report.json(found, documents)
        ),
    }


def _sum(change: SumChange) -> SumData:
    ceiling = change.after.ceiling
    return {
        "organization": change.organization,
        "key": change.key,
        "before": _total(change.before),
        "after": _total(change.after),
        "ceiling": None if ceiling is None else str(ceiling),
        "headroom": _amount(change.headroom),
        "namespaces": {part.namespace: _amount(part.amount) for part in change.after.parts},
    }


def _access(change: AccessChange) -> AccessData:
    return {
        "organization": change.organization,
        "subject": change.subject,
        "environment": change.environment,
        "namespaces": list(change.namespaces),
        "production": change.is_production,
        "rolesBefore": list(change.roles_before),
        "rolesAfter": list(change.roles_after),
        "gained": [_allowed(a) for a in change.gained],
        "lost": [_allowed(a) for a in change.lost],
        "notExpanded": list(change.unknown),
    }


def _allowed(allowed: Allowed) -> AllowedData:
    return {
        "apiGroup": allowed.api_group,
        "resource": allowed.resource,
        "verbs": list(allowed.verbs),
    }


def _total(total: Sum) -> str | None:
    return _amount(total.total)


def _amount(amount: Quantity | None) -> str | None:
    return None if amount is None else str(amount)

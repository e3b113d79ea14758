"""The offline plan in words, for people, on a screen of 80 columns."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from tenancy.diagnostics.redaction import clean
from tenancy.model.totals import Sum
from tenancy.planning.summary import NamespacePlan, OfflinePlan, OrganizationPlan, PoolPlan

__all__ = ["text"]


def text(plan: OfflinePlan, *, width: int = 80) -> str:
    """
    Return *plan* in plain text; lines that begin at the margin are headings.

    Args:
        width: The longest line, in characters. Only a single word may be longer.
    """
    lines = [f"Offline plan of {', '.join(plan.stacks)}: what the files say", ""]
    for organization in plan.organizations:
        lines += [*_organization(organization), ""]
    for pool in plan.pools:
        lines += [*_pool(pool), ""]
    wrapped = [part for line in lines for part in _wrapped(clean(line), width)]
    return "\n".join((*wrapped, ""))


def _organization(plan: OrganizationPlan) -> Iterator[str]:
    organization = plan.organization
    yield " ".join(
        filter(
            None,
            (
                f"Organization {organization.name}",
                f"({organization.display_name})" if organization.display_name else "",
            ),
        )
    )
    billing = organization.billing
    facts = [f"prefix {organization.prefix}"]
    if organization.owner:
        facts.append(f"owner {organization.owner}")
    if billing:
        facts.append(f"subscription group {billing.subscription_group}")
        if billing.cost_center:
            facts.append(f"cost centre {billing.cost_center}")
    yield "  " + ", ".join(facts)
    yield f"  Namespaces ({organization.written_namespaces} of at most {plan.most_namespaces})"
    for namespace in plan.namespaces:
        yield from _namespace(namespace)
    yield "  Quotas, added up over all environments"
    for total in plan.sums:
        yield from _sum(total)
    yield "  Access"
    yield from _access(plan)
    yield "  GPUs"
    yield from _gpus(plan)


def _namespace(plan: NamespacePlan) -> Iterator[str]:
    namespace = plan.namespace
    facts = [f"stack {namespace.stack} on cluster {plan.cluster}"]
    if namespace.workload:
        facts.append(f"workload {namespace.workload}")
    if namespace.lineage:
        facts.append(f"inherits from {namespace.lineage[0]}")
    facts.append(f"pod security {namespace.pod_security.enforce}")
    if not namespace.protect:
        facts.append("MAY BE DELETED")
    yield f"    {namespace.name}: {', '.join(facts)}"
    yield f"      {plan.fit}"


def _sum(total: Sum) -> Iterator[str]:
    """Yield the sum, one summand a line; without a ceiling only where there is a limit."""
    parts = [p for p in total.parts if total.ceiling is not None or p.amount is not None]
    amounts = ["unlimited" if p.amount is None else str(p.amount) for p in parts]
    result = "unlimited" if total.total is None else str(total.total)
    if total.ceiling is None:
        result = str(total.limited)
    column = max(map(len, (*amounts, result)))
    yield f"    {total.key}"
    for index, (part, amount) in enumerate(zip(parts, amounts, strict=True)):
        yield f"      {'+' if index else ' '} {amount:>{column}}  {part.namespace}"
    yield f"      = {result:>{column}}  {_against(total, len(parts))}"


def _against(total: Sum, parts: int) -> str:
    if total.ceiling is None:
        missing = len(total.parts) - parts
        return "no ceiling" + (f"; not limited in {missing} more" if missing else "")
    limit = total.ceiling.quantity
    if total.limited > limit:
        return f"of {limit}: {total.limited - limit} TOO MUCH"
    if total.total is None:
        return f"of {limit}"
    left = limit - total.limited
    return f"of {limit}: {f'{left} left' if left else 'nothing left'}"


def _access(plan: OrganizationPlan) -> Iterator[str]:
    if not plan.holders:
        yield "    nobody"
    role = None
    for holder in plan.holders:
        if holder.role != role:
            role = holder.role
            yield f"    {role}"
        yield f"      {holder.subject}: {', '.join(holder.namespaces)}"


def _gpus(plan: OrganizationPlan) -> Iterator[str]:
    if not plan.granted:
        yield "    none granted; every namespace carries a GPU quota of 0"
    for grant in plan.granted:
        yield f"    {grant.namespace}: {grant.devices} {grant.resource} of pool {grant.pool}"


def _pool(plan: PoolPlan) -> Iterator[str]:
    pool = plan.pool
    yield f"GPU node pool {pool.name} (platform stack {plan.platform})"
    nodes = (
        f"{pool.min_nodes}"
        if pool.min_nodes == pool.max_nodes
        else f"{pool.min_nodes} to {pool.max_nodes}"
    )
    for resource, each in pool.resources.items():
        capacity, granted = plan.capacity(resource), plan.granted.get(resource, 0)
        yield f"  {pool.model}, {nodes} nodes of {each} {resource}: {capacity} at the most"
        left = capacity - granted
        yield f"  {granted} granted, " + (f"{left} left" if left >= 0 else f"{-left} TOO MANY")
    if pool.gpus_from is not None:
        yield f"  {pool.gpus_per_node} GPUs a node from {pool.gpus_from}"


def _wrapped(line: str, width: int) -> Sequence[str] | Iterable[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line,
        width=width,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]

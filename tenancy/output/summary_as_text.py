"""The summary of the files for people, on a screen of 80 columns."""

from collections import Counter
from collections.abc import Iterator

from tenancy.diagnostics import clean, counted, joined, wrapped
from tenancy.model import Namespace, Sum
from tenancy.planning import NamespaceSummary, OrganizationSummary, PoolSummary, Summary

__all__ = ["summary_text"]


def summary_text(plan: Summary, *, width: int = 80) -> str:
    """
    Return *plan* in plain text; lines that begin at the margin are headings.

    Args:
        width: The longest line, in characters. Only a single word may be longer.
    """
    if not plan.stacks:
        return "Summary: no stack could be read\n"
    lines = [f"Summary of {', '.join(plan.stacks)}, from the files alone", *_not_read(plan), ""]
    for organization in plan.organizations:
        lines += [*_organization(organization), ""]
    for pool in plan.pools:
        lines += [*_pool(pool), ""]
    wrapped = [part for line in lines for part in _lines(clean(line), width)]
    return "\n".join((*wrapped, ""))


def _not_read(plan: Summary) -> Iterator[str]:
    if plan.not_read:
        noun = "cluster" if len(plan.not_read) == 1 else "clusters"
        yield (
            f"  not read: the {noun} {joined(plan.not_read)}, so what is used now, which names"
            " exist and what was changed by hand are not known"
        )


def _organization(plan: OrganizationSummary) -> Iterator[str]:
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
    yield "  Quotas, totals over all environments"
    for total in plan.sums:
        yield from _sum(total)
    yield "  Access"
    yield from _access(plan)
    yield "  GPUs"
    yield from _gpus(plan)


def _namespace(plan: NamespaceSummary) -> Iterator[str]:
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
    """Yield the sum with one summand per line; without a ceiling only if a limit is set."""
    parts = [p for p in total.parts if total.ceiling is not None or p.amount is not None]
    amounts = ["unlimited" if p.amount is None else str(p.amount) for p in parts]
    result = "unlimited" if total.total is None else str(total.total)
    if total.ceiling is None:
        result = str(total.limited)
    column = max(map(len, (*amounts, result)))
    labels = dict(zip(total.parts, total.labels, strict=True))
    yield f"    {total.key}"
    for index, (part, amount) in enumerate(zip(parts, amounts, strict=True)):
        yield f"      {'+' if index else ' '} {amount:>{column}}  {labels[part]}"
    yield f"      = {result:>{column}}  {_against(total, len(parts))}"


def _against(total: Sum, parts: int) -> str:
    if total.ceiling is None:
        missing = len(total.parts) - parts
        if not missing:
            return "no ceiling"
        verb = "sets" if missing == 1 else "set"
        return f"no ceiling; {counted(missing, 'namespace')} {verb} no limit"
    limit = total.ceiling.quantity
    if total.limited > limit:
        return f"of {limit}: OVER LIMIT by {total.limited - limit}"
    if total.total is None:
        return f"of {limit}"
    left = limit - total.limited
    return f"of {limit}: {f'{left} left' if left else 'nothing left'}"


def _access(plan: OrganizationSummary) -> Iterator[str]:
    if not plan.members:
        yield "    nobody"
    count = _names(plan)
    role = None
    for member in plan.members:
        if member.role != role:
            role = member.role
            yield f"    {role}"
        names = ", ".join(_label(n, count) for n in member.namespaces)
        yield f"      {member.subject}: {names}"


def _gpus(plan: OrganizationSummary) -> Iterator[str]:
    if not plan.grants:
        yield "    none granted in the files; each namespace has a GPU quota of 0"
    count = _names(plan)
    for grant in plan.grants:
        name = _label(grant.namespace, count)
        yield f"    {name}: {grant.devices} {grant.resource} of pool {grant.pool}"


def _names(plan: OrganizationSummary) -> Counter[str]:
    return Counter(one.namespace.name for one in plan.namespaces)


def _label(namespace: Namespace, count: Counter[str]) -> str:
    """Return the name, with the stack if two clusters have the same name."""
    if count[namespace.name] == 1:
        return namespace.name
    return f"{namespace.name} (stack {namespace.stack})"


def _pool(plan: PoolSummary) -> Iterator[str]:
    pool = plan.pool
    yield f"GPU node pool {pool.name} (platform stack {plan.platform})"
    nodes = counted(pool.max_nodes, "node")
    if pool.min_nodes != pool.max_nodes:
        nodes = f"{pool.min_nodes} to {nodes}"
    for resource, each in pool.resources.items():
        capacity, granted = plan.capacity(resource), plan.granted.get(resource, 0)
        yield f"  {pool.model}, {nodes} of {each} {resource}: {capacity} at most"
        left = capacity - granted
        yield f"  {granted} granted in the files, " + (
            f"{left} left" if left >= 0 else f"OVER LIMIT by {-left}"
        )
    if pool.gpus_from is not None:
        yield f"  {pool.gpus_per_node} GPUs per node, from {pool.gpus_from}"


def _lines(line: str, width: int) -> list[str]:
    stripped = line.lstrip()
    indent = " " * (len(line) - len(stripped))
    return wrapped(stripped, width, first=indent, rest=indent + "  ")

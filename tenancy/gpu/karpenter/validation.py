"""Check what the API server would refuse, or what Karpenter would misinterpret."""

from collections.abc import Iterator
from typing import Final

from tenancy.diagnostics import Finding
from tenancy.gpu.karpenter.objects import is_static
from tenancy.gpu.karpenter.options import KarpenterOptions, NodeClassSpec
from tenancy.model import GpuNodePool

__all__ = ["option_findings", "pool_findings"]

_RESERVED_LABELS: Final = ("karpenter.sh", "karpenter.k8s.aws")
_RESERVED_REQUIREMENTS: Final = frozenset({"karpenter.sh/nodepool", "kubernetes.io/hostname"})


def pool_findings(pool: GpuNodePool) -> Iterator[Finding]:
    """Yield the problems of *pool* itself."""
    if not pool.instance_types:
        yield Finding(
            code="instance-type-missing",
            origin=pool.origin / "instanceTypes",
            found="no instance type",
            allowed="at least one instance type; otherwise Karpenter chooses among all types",
            remedy="write instanceTypes",
        )
    if 0 < pool.min_nodes < pool.max_nodes:
        yield Finding(
            code="minimum-not-supported",
            origin=pool.origin / "nodes",
            found=f"from {pool.min_nodes} to {pool.max_nodes} nodes",
            allowed="min: 0, or min equal to max for a pool of fixed size",
            remedy="write min: 0, or make min and max equal; Karpenter does not support a"
            " minimum",
        )
    for label in pool.labels:
        domain = label.partition("/")[0]
        if any(domain == kept or domain.endswith(f".{kept}") for kept in _RESERVED_LABELS):
            yield Finding(
                code="reserved-label",
                origin=pool.origin / "labels" / label,
                found=f"the label {label}",
                allowed="labels outside of karpenter.sh and karpenter.k8s.aws",
                remedy="use a domain of your own",
            )


def option_findings(pool: GpuNodePool, given: KarpenterOptions) -> Iterator[Finding]:
    """Yield the problems of the options of *pool*."""
    origin = pool.origin / "options"
    made = given.node_class
    if (made is None) == (given.node_class_ref is None):
        yield Finding(
            code="node-class",
            origin=origin,
            found="options with neither nodeClass nor nodeClassRef"
            if made is None
            else "options with both nodeClass and nodeClassRef",
            allowed="exactly one of nodeClass and nodeClassRef",
            remedy="describe the node class, or name an existing one",
        )
    if made is not None:
        yield from _node_class(pool, made)
    if is_static(pool) and given.weight is not None:
        yield Finding(
            code="weight-of-a-fixed-pool",
            origin=origin / "weight",
            found=f"weight {given.weight} of a pool of fixed size",
            allowed="a weight only for pools that grow",
            remedy="remove weight, or write nodes.min: 0",
        )
    for index, requirement in enumerate(given.requirements):
        if requirement.key in _RESERVED_REQUIREMENTS:
            yield Finding(
                code="reserved-requirement",
                origin=origin / "requirements" / index / "key",
                found=f"a requirement on {requirement.key}",
                allowed="a requirement on labels that a node has before it is created",
                remedy="remove it",
            )
    for index, budget in enumerate(given.budgets):
        if (budget.schedule is None) != (budget.duration is None):
            yield Finding(
                code="budget-schedule",
                origin=origin / "budgets" / index,
                found="a budget with only one of schedule and duration",
                allowed="schedule and duration, or neither of them",
                remedy="write the missing one",
            )


def _node_class(pool: GpuNodePool, made: NodeClassSpec) -> Iterator[Finding]:
    origin = pool.origin / "options" / "nodeClass"
    if (made.role is None) == (made.instance_profile is None):
        yield Finding(
            code="node-class-identity",
            origin=origin,
            found=f"a node class with {'neither' if made.role is None else 'both'} of role and"
            " instanceProfile",
            allowed="exactly one of role and instanceProfile",
            remedy="write the IAM role of the nodes",
        )
    for key, terms in (("subnets", made.subnets), ("securityGroups", made.security_groups)):
        for index, term in enumerate(terms):
            if (term.id is None) == (not term.tags):
                yield Finding(
                    code="selector-term",
                    origin=origin / key / index,
                    found=f"a term with {'both' if term.tags else 'neither'} of id and tags",
                    allowed="exactly one of id and tags in each term",
                    remedy="write a term for each of them" if term.tags else "write id or tags",
                )

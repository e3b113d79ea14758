"""The facts of a pool's nodes, each from the first source that has it."""

from collections.abc import Iterator

import attrs

from tenancy.diagnostics import Finding, Origin, Severity
from tenancy.kubernetes.quantity import Quantity
from tenancy.model.gpu_catalog.instance_types import (
    InstanceType,
    Lookup,
    bundled,
    snapshot_source,
)

__all__ = ["NodeFacts", "node_facts"]


@attrs.frozen(kw_only=True, slots=True)
class NodeFacts:
    """
    The facts of each node of a pool.

    Attributes:
        gpus_per_node: Devices; None if unknown, and then *findings* has an error.
        cpu: CPU for pods by config, else of the whole machine; None if unknown.
        memory: Memory for pods by config, else of the whole machine; None if unknown.
        instance_types: The facts of the instance types, in the written order.
        source: Where the number of GPUs is from, as text; None if from config or unknown.
        findings: Missing facts, and sources that disagree.
    """

    gpus_per_node: int | None
    cpu: Quantity | None
    memory: Quantity | None
    instance_types: tuple[InstanceType, ...] = ()
    source: str | None = None
    findings: tuple[Finding, ...] = ()


def node_facts(
    *,
    name: str,
    model: str,
    origin: Origin,
    instance_types: tuple[str, ...],
    gpus_per_node: int | None,
    cpu: Quantity | None,
    memory: Quantity | None,
    live: Lookup | None = None,
) -> NodeFacts:
    """
    Return the facts of a node of the pool *name*.

    Config takes precedence over AWS, and AWS over the bundled snapshot. With several instance
    types, CPU and memory are the smallest, because a pod may run on any of them.

    Args:
        name: The pool, for messages.
        model: The GPU model in config.
        origin: Where the pool is written.
        instance_types: As written.
        gpus_per_node: As written; it takes precedence over every other source.
        cpu: As written; takes precedence too.
        memory: As written; takes precedence too.
        live: Queries AWS. Default: AWS is not queried.

    >>> from tenancy.diagnostics.origin import Origin
    >>> facts = node_facts(name="h100", model="H100", origin=Origin("x"), gpus_per_node=None,
    ...                    instance_types=("p5.48xlarge",), cpu=None, memory=None)
    >>> facts.gpus_per_node, str(facts.cpu), str(facts.memory)
    (8, '192', '2Ti')
    """
    known, unknown = [], []
    for written in instance_types:
        fact = (live(written) if live is not None else None) or bundled(written)
        if fact is None:
            unknown.append(written)
        else:
            known.append(fact)
    counts = sorted({fact.gpus for fact in known})
    gpus = gpus_per_node
    source = None
    if gpus is None and len(counts) == 1 and counts[0] > 0 and not unknown:
        gpus = counts[0]
        source = " and ".join(dict.fromkeys(fact.source for fact in known))
    complete = bool(known) and not unknown
    return NodeFacts(
        gpus_per_node=gpus,
        cpu=_least(cpu, [str(fact.vcpus) for fact in known] if complete else []),
        memory=_least(memory, [f"{fact.memory_mib}Mi" for fact in known] if complete else []),
        instance_types=tuple(known),
        source=source,
        findings=(
            *(_asking(name, origin, known, unknown) if gpus is None else ()),
            *(_differing(gpus, model, origin, known) if gpus is not None else ()),
        ),
    )


def _least(written: Quantity | None, amounts: list[str]) -> Quantity | None:
    if written is not None or not amounts:
        return written
    return min(Quantity.parse(amount) for amount in amounts)


def _asking(
    name: str, origin: Origin, known: list[InstanceType], unknown: list[str]
) -> Iterator[Finding]:
    remedy = f"write gpusPerNode of the pool {name}"
    if unknown:
        found = f"instance types that no source knows: {', '.join(unknown)}"
    elif len({fact.gpus for fact in known}) > 1:
        found = "instance types with different counts: " + ", ".join(
            f"{fact.name} has {fact.gpus}" for fact in known
        )
        remedy = f"make one pool for each count, or {remedy}: the smallest of the counts"
    elif known:
        found = "instance types without a GPU: " + ", ".join(fact.name for fact in known)
    else:
        found = "neither gpusPerNode nor instanceTypes"
    yield Finding(
        code="gpus-per-node-unknown",
        origin=origin,
        found=found,
        allowed=f"a count of GPUs from config, from AWS, or from {snapshot_source()}",
        remedy=remedy,
    )


def _differing(
    gpus: int, model: str, origin: Origin, known: list[InstanceType]
) -> Iterator[Finding]:
    for fact in known:
        if fact.gpus < gpus:
            yield Finding(
                code="gpus-per-node-differ",
                origin=origin / "gpusPerNode",
                found=f"{gpus} GPUs per node, while {fact.name} has {fact.gpus}"
                f" (from {fact.source})",
                allowed="the number of the instance type, or fewer if pods may not use all"
                " GPUs",
                remedy="correct gpusPerNode, or remove it",
                severity=Severity.WARNING,
            )
        if fact.gpu is not None and not _agree(model, fact.gpu):
            yield Finding(
                code="gpu-model-differs",
                origin=origin / "model",
                found=f"model {model!r}, while {fact.name} has {fact.gpu} (from {fact.source})",
                allowed="the model that the nodes have",
                remedy=f"write model: {fact.gpu}, or correct instanceTypes",
                severity=Severity.WARNING,
            )


def _agree(written: str, known: str) -> bool:
    def plain(text: str) -> str:
        return "".join(c for c in text.casefold() if c.isalnum())

    return plain(known) in plain(written) or plain(written) in plain(known)

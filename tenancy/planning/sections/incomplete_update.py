"""Whether the last update reached what it set out to reach: its record against the cluster."""

from collections.abc import Iterator

from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model import Namespace
from tenancy.model.live import Live
from tenancy.planning.previous import Before

__all__ = ["unfinished"]


def unfinished(before: Before, live: Live) -> Iterator[str]:
    """Yield in words each part of the record that the cluster does not have."""
    if live.namespaces is None:
        return
    for name in before.shared:
        if name not in live.namespaces:
            yield f"the namespace {name} is not there"
    for namespace in before.namespaces:
        if namespace.name not in live.namespaces:
            yield f"the namespace {namespace.name} is not there"
            continue
        if live.quotas is not None:
            yield from _quotas(namespace, live)
        if live.bindings is not None:
            yield from _bindings(namespace, live)


def _quotas(namespace: Namespace, live: Live) -> Iterator[str]:
    there = (live.quotas or {}).get(namespace.name, {})
    for quota in namespace.quotas:
        if quota.name not in there:
            yield f"the quota {quota.name} of {namespace.name} is not there"
            continue
        hard = there[quota.name].hard
        for key, limit in quota.hard.items():
            if key not in hard:
                yield f"{key} of {namespace.name} is not limited, rather than {limit}"
            elif not _is_equal(hard[key], limit.quantity):
                yield f"{key} of {namespace.name} is {hard[key]} rather than {limit}"


def _bindings(namespace: Namespace, live: Live) -> Iterator[str]:
    there = (live.bindings or {}).get(namespace.name, {})
    for binding in namespace.bindings:
        held = there.get(binding.role, frozenset())
        for subject in binding.subjects:
            if str(subject) not in held:
                yield f"{subject} does not hold {binding.role} in {namespace.name}"


def _is_equal(text: str, quantity: Quantity) -> bool:
    try:
        return Quantity.parse_stored(text) == quantity
    except InvalidQuantityError:
        return False

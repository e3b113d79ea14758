"""What the engine did in an adoption: which resources it may touch, and what it took over."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON
from tenancy.drifting import Identity
from tenancy.engine.events import OnStep
from tenancy.engine.results import Result, Step
from tenancy.manifests import (
    KUBERNETES_PROVIDER_TOKEN,
    Manifest,
    destroy_guard_name,
    is_kubernetes,
    resource_name,
)

__all__ = ["TAKEN_OVER", "TakenOver", "targets"]

TAKEN_OVER: Final = "take over"
"""The operation of a step that took an existing object over, for which the engine has none."""

Live = Mapping[Identity, Mapping[str, JSON]]


def targets(
    components: Iterable[str], names: Mapping[str, str], desired: Iterable[Manifest]
) -> tuple[str, ...]:
    """
    Return patterns of the URNs of all that is adopted, and of nothing else in the stack.

    Args:
        components: The names of the components that contain it.
        names: The logical name of each namespace by its name in the cluster.
        desired: Its objects.
    """
    found = [f"**::{KUBERNETES_PROVIDER_TOKEN}::**"]
    for name in components:
        found += [f"**::{name}", f"**::{destroy_guard_name(name)}"]
    found += [f"**::{name}" for name, _ in _named(names, desired)]
    return tuple(dict.fromkeys(found))


@attrs.frozen
class TakenOver:
    """
    Renames the creation of an object that was on the cluster already to a takeover.

    Attributes:
        there: Logical names and kinds of objects that were on the cluster already.
    """

    there: frozenset[tuple[str, str]]

    @classmethod
    def of(
        cls, names: Mapping[str, str], desired: Iterable[Manifest], live: Live
    ) -> "TakenOver":
        """Return what an adoption of *desired* takes over of what is *live*."""
        named = _named(names, desired)
        return cls(frozenset((name, i.kind) for name, i in named if i in live))

    def step(self, step: Step) -> Step:
        """Return *step*, as a takeover if its object was on the cluster already."""
        key = (step.name, step.type.rpartition(":")[2])
        is_object = step.op == "create" and is_kubernetes(step.type)
        return attrs.evolve(step, op=TAKEN_OVER) if is_object and key in self.there else step

    def watched(self, on_step: OnStep | None) -> OnStep | None:
        """Return a function that calls *on_step* with the renamed steps."""
        if on_step is None:
            return None
        return lambda what, step: on_step(what, self.step(step))

    def result(self, result: Result) -> Result:
        """Return *result* with the renamed steps."""
        steps = tuple(map(self.step, result.steps))
        count = sum(step.op == TAKEN_OVER for step in steps)
        summary = {**result.summary, "create": result.summary.get("create", 0) - count}
        counted = {TAKEN_OVER: count, **summary}
        return attrs.evolve(
            result, steps=steps, summary={op: n for op, n in counted.items() if n}
        )


def _named(
    names: Mapping[str, str], desired: Iterable[Manifest]
) -> Iterator[tuple[str, Identity]]:
    """Yield each object of *desired* with the logical name that the components give it."""
    for manifest in desired:
        identity = Identity.of(manifest)
        if identity.kind == "Namespace":
            yield names[identity.name], identity
        else:
            yield resource_name(names[identity.namespace], manifest), identity

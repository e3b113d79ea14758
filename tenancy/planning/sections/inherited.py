"""Namespaces that change because they inherit from a namespace that changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.config.document import JSON
from tenancy.diagnostics import joined
from tenancy.model import Namespace
from tenancy.planning import snapshot
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["Inherited", "InheritedChange"]

_INHERITED: Final = {
    "quotas": "quotas",
    "limitRange": "limit range",
    "members": "members",
    "gpus": "GPUs",
    "network": "network",
    "podSecurity": "pod security",
    "storageClasses": "storage classes",
    "priorityClasses": "priority classes",
}

Settings = Mapping[str, Mapping[str, JSON]]
"""The namespaces of one stack as plain data, by name."""


@attrs.frozen(kw_only=True, slots=True)
class InheritedChange:
    """
    A namespace that changes because it inherits.

    Attributes:
        inherits_from: The id of the namespace in which the change is written.
        what: What changes in both, in words.
        stack: The stack whose update changes it.
        cluster: The name of its cluster.
        is_same_stack: Whether this update changes it; another stack is not compared.
    """

    organization: str
    namespace: str
    inherits_from: str
    what: tuple[str, ...]
    stack: str
    cluster: str | None
    is_same_stack: bool


@with_config(CLOSED)
class InheritedData(TypedDict):
    """A namespace that changes because it inherits, with the stack whose update changes it."""

    organization: str
    namespace: str
    stack: str
    cluster: str | None
    inheritsFrom: str
    what: list[str]


@attrs.frozen
class Inherited(Section):
    """Every namespace that inherits from a changed namespace."""

    name = "inherited"
    shape = list[InheritedData]

    rows: Sequence[InheritedChange]

    @classmethod
    def compute(cls, comparison: Comparison) -> "Inherited":
        """Return those of this stack, and of other stacks in the same environment."""
        environment = comparison.environment
        if environment is None:
            return cls(())
        before = {} if comparison.before is None else comparison.before.settings
        after = {n.name: snapshot.namespace(n) for n in comparison.namespaces_after}
        elsewhere = (n for n in comparison.other_stacks if n.environment == environment.name)
        return cls(
            tuple(
                InheritedChange(
                    organization=namespace.organization,
                    namespace=namespace.name,
                    inherits_from=ancestor,
                    what=what,
                    stack=namespace.stack,
                    cluster=comparison.cluster_of(namespace.stack),
                    is_same_stack=namespace.stack == comparison.stack,
                )
                for namespace, ancestor, what in _inheriting(
                    before, after, comparison.namespaces_after, elsewhere
                )
            )
        )

    @property
    def changes(self) -> Sequence[InheritedChange]:
        """No changes: each row follows from a change that another section has."""
        return ()

    def facts(self) -> Iterator[Fact]:
        """Yield one fact for each namespace."""
        for row in self.rows:
            name, when = row.namespace, ""
            if not row.is_same_stack:
                name += f" (stack {row.stack}, cluster {row.cluster})"
                when = f" when stack {row.stack} is updated"
            yield self.fact(
                f"{name} inherits {joined(row.what)} from {row.inherits_from},"
                f" so it changes too{when}",
                Importance.NOTE,
                row.organization,
            )

    def data(self) -> list[InheritedData]:
        """Return the namespaces in order."""
        return [
            {
                "organization": row.organization,
                "namespace": row.namespace,
                "stack": row.stack,
                "cluster": row.cluster,
                "inheritsFrom": row.inherits_from,
                "what": list(row.what),
            }
            for row in self.rows
        ]


def _inheriting(
    before: Settings,
    after: Settings,
    here: Sequence[Namespace],
    elsewhere: Iterable[Namespace],
) -> Iterator[tuple[Namespace, str, tuple[str, ...]]]:
    """
    Yield each namespace that inherits a change, the id it inherits from, and what changes.

    Args:
        before: The namespaces of this stack as the last update left them.
        after: The same, as they will be.
        here: The namespaces of this stack.
        elsewhere: The namespaces of other stacks in the same environment; their state now
            is not compared.
    """
    changed = {
        (namespace.organization, namespace.id): (namespace.name, keys)
        for namespace in here
        if (keys := _differing(before.get(namespace.name), after.get(namespace.name)))
    }
    for is_here, namespaces in ((True, here), (False, elsewhere)):
        for namespace in namespaces:
            for ancestor in namespace.lineage:
                source, keys = changed.get((namespace.organization, ancestor), ("", ()))
                if is_here:
                    _, own = changed.get((namespace.organization, namespace.id), ("", ()))
                    inheriting = after[namespace.name]
                    keys = tuple(
                        k for k in keys if k in own and _follows(k, inheriting, after[source])
                    )
                if keys:
                    yield namespace, ancestor, tuple(_INHERITED[key] for key in keys)
                    break


def _differing(
    before: Mapping[str, JSON] | None, after: Mapping[str, JSON] | None
) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    return tuple(key for key in _INHERITED if before.get(key) != after.get(key))


def _follows(key: str, inheriting: Mapping[str, JSON], ancestor: Mapping[str, JSON]) -> bool:
    """Whether the value is the ancestor's; a namespace may add members of its own."""
    return key == "members" or inheriting.get(key) == ancestor.get(key)

"""Heirs: namespaces that a change reaches because they inherit from the one it is made in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON
from tenancy.model import Namespace

__all__ = ["Heir", "heirs"]

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


@attrs.frozen(kw_only=True, slots=True)
class Heir:
    """
    A namespace that changes along with another.

    Attributes:
        inherits_from: The id of the namespace where the change was made.
        what: What changes in both, in words.
        stack: The stack that has to be updated for it; another one than this is not looked at.
    """

    organization: str
    namespace: str
    inherits_from: str
    what: tuple[str, ...]
    stack: str


def heirs(
    before: Mapping[str, Mapping[str, JSON]],
    after: Mapping[str, Mapping[str, JSON]],
    here: Iterable[Namespace],
    elsewhere: Iterable[Namespace],
) -> Iterator[Heir]:
    """
    Yield each namespace that inherits from one in which something changes.

    Args:
        before: The namespaces of this stack as the record has them, by name.
        after: The same, as they will be.
        here: The namespaces of this stack.
        elsewhere: Those of other stacks in the same environment, where alone one inherits; what
            they are now is not compared.
    """
    own = {namespace.name: namespace for namespace in here}
    changed = {
        (namespace.organization, namespace.id): (namespace.name, keys)
        for namespace in own.values()
        if (keys := _differing(before.get(namespace.name), after.get(namespace.name)))
    }
    for namespace in (*own.values(), *elsewhere):
        for ancestor in namespace.lineage:
            source, keys = changed.get((namespace.organization, ancestor), ("", ()))
            if namespace.name in own:
                _, mine = changed.get((namespace.organization, namespace.id), ("", ()))
                heir = after[namespace.name]
                keys = tuple(k for k in keys if k in mine and _follows(k, heir, after[source]))
            if keys:
                yield Heir(
                    organization=namespace.organization,
                    namespace=namespace.name,
                    inherits_from=ancestor,
                    what=tuple(_INHERITED[key] for key in keys),
                    stack=namespace.stack,
                )
                break


def _differing(
    before: Mapping[str, JSON] | None, after: Mapping[str, JSON] | None
) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    return tuple(key for key in _INHERITED if before.get(key) != after.get(key))


def _follows(key: str, heir: Mapping[str, JSON], ancestor: Mapping[str, JSON]) -> bool:
    """Whether the heir has the value from its ancestor; members of its own may be added."""
    return key == "members" or heir.get(key) == ancestor.get(key)

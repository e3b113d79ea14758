"""Heirs: namespaces that a change reaches because they inherit from the one it is made in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.document import JSON
from tenancy.resolve import Namespace

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
    own = tuple(here)
    changed = {
        (namespace.organization, namespace.id): what
        for namespace in own
        if (what := _differing(before.get(namespace.name), after.get(namespace.name)))
    }
    for namespace in (*own, *elsewhere):
        is_here = (namespace.organization, namespace.id) in changed
        own_changes = changed.get((namespace.organization, namespace.id), ())
        for ancestor in namespace.lineage:
            theirs = changed.get((namespace.organization, ancestor), ())
            shared = tuple(w for w in theirs if w in own_changes) if is_here else theirs
            if not shared or (not is_here and namespace in own):
                continue
            yield Heir(
                organization=namespace.organization,
                namespace=namespace.name,
                inherits_from=ancestor,
                what=shared,
                stack=namespace.stack,
            )
            break


def _differing(
    before: Mapping[str, JSON] | None, after: Mapping[str, JSON] | None
) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    return tuple(word for key, word in _INHERITED.items() if before.get(key) != after.get(key))

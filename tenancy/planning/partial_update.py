"""An update of selected namespaces only: its comparison and its record."""

import os
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON, mapping
from tenancy.model import Environment, Organization
from tenancy.planning import snapshot
from tenancy.planning.previous_update import PreviousUpdate

__all__ = ["ONLY_VARIABLE", "compared_with", "only_namespaces", "recorded", "registered"]

ONLY_VARIABLE: Final = "TENANCY_ONLY_NAMESPACES"
"""
Set in the environment of the program by `tenancy adopt` and `tenancy release`, the names of the
only namespaces that the update changes, comma-separated. The engine is given their resources as
targets.
"""

Snapshot = Mapping[str, JSON]


def only_namespaces() -> frozenset[str]:
    """Return the selected namespaces of this update; empty if it is of the whole stack."""
    return frozenset(filter(None, os.environ.get(ONLY_VARIABLE, "").split(",")))


def compared_with(now: Snapshot, previous: Snapshot, only: Collection[str]) -> Snapshot:
    """
    Return what the plan compares *now* with, so that other pending changes do not count.

    Args:
        now: What the files describe.
        previous: What the last update recorded; empty if there was none.
        only: The selected namespaces.
    """
    if _is_platform(now):
        return _with_shared_of(now, previous, only)
    return _with_namespaces_of(now, previous, only)


def recorded(now: Snapshot, previous: Snapshot, only: Collection[str]) -> dict[str, JSON]:
    """Return the record of the update: *previous*, and the namespaces *only* as in *now*."""
    if _is_platform(now):
        return _with_shared_of(previous or now, now, only)
    start = previous or {**now, "organizations": {}}
    return _with_namespaces_of(start, now, only)


def registered(
    environment: Environment, previous: PreviousUpdate, in_state: Collection[str]
) -> Iterator[Organization]:
    """
    Yield the organizations that the program registers.

    If the update changes only some namespaces, these and those that the stack has: the engine
    would delete what is in the state and not registered.

    Args:
        previous: The last update of the stack, and what this one may change.
        in_state: The names of the namespaces in the stack's state.
    """
    if not previous.only:
        yield from environment.organizations
        return
    known = {*previous.only, *in_state}
    for one in environment.organizations:
        if kept := tuple(n for n in one.namespaces if n.name in known):
            yield attrs.evolve(one, namespaces=kept)


def _is_platform(found: Snapshot) -> bool:
    return found.get("kind") == "platform"


def _with_shared_of(base: Snapshot, other: Snapshot, names: Collection[str]) -> dict[str, JSON]:
    """Return *base* with the shared namespaces *names* as they are in *other*, or without."""
    settings, others = mapping(base.get("settings")), mapping(other.get("settings"))
    mine, theirs = mapping(settings.get("shared")), mapping(others.get("shared"))
    kept = {k: v for k, v in mine.items() if k not in names}
    taken = {k: v for k, v in theirs.items() if k in names}
    managed: list[JSON] = [
        *(name for name in _names(base) if name not in names),
        *(name for name in _names(other) if name in names),
    ]
    shared: JSON = {**kept, **taken}
    return {**base, "settings": {**settings, "shared": shared}, "namespaces": managed}


def _names(found: Snapshot) -> list[str]:
    names = found.get("namespaces")
    return [str(name) for name in names] if isinstance(names, list) else []


def _with_namespaces_of(
    base: Snapshot, other: Snapshot, names: Collection[str]
) -> dict[str, JSON]:
    """Return *base* with the namespaces *names* as they are in *other*, or without them."""
    bases, others = snapshot.organizations(base), snapshot.organizations(other)
    found: dict[str, JSON] = {}
    for name in dict.fromkeys((*bases, *others)):
        mine, theirs = bases.get(name), others.get(name)
        kept = {k: v for k, v in _namespaces(mine).items() if k not in names}
        taken = {k: v for k, v in _namespaces(theirs).items() if k in names}
        if kept or taken:
            found[name] = {**(mine or theirs or {}), "namespaces": {**kept, **taken}}
    return {**base, "organizations": found}


def _namespaces(organization: Mapping[str, JSON] | None) -> Mapping[str, JSON]:
    found = (organization or {}).get("namespaces")
    return found if isinstance(found, Mapping) else {}

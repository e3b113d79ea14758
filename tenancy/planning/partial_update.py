"""An update of selected namespaces only: its comparison and its record."""

import os
from collections.abc import Collection, Mapping
from typing import Final

from tenancy.config.document import JSON
from tenancy.planning import snapshot

__all__ = ["ONLY_VARIABLE", "compared_with", "only_namespaces", "recorded"]

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
    return _with_namespaces_of(now, previous, only)


def recorded(now: Snapshot, previous: Snapshot, only: Collection[str]) -> dict[str, JSON]:
    """Return the record of the update: *previous*, and the namespaces *only* as in *now*."""
    start = previous or {**now, "organizations": {}}
    return _with_namespaces_of(start, now, only)


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

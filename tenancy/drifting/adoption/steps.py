"""What adoption does to each object: no object is recreated, and every object is listed."""

import enum
from collections.abc import Iterable, Iterator, Mapping

import attrs

from tenancy.config.document import JSON
from tenancy.drifting.comparison import KINDS, differences
from tenancy.drifting.difference import Change, Difference, Identity
from tenancy.drifting.field_managers import OURS, writers
from tenancy.manifests import Manifest

__all__ = ["Action", "AdoptionStep", "steps"]


class Action(enum.Enum):
    """What happens to an object."""

    CREATE = "create"
    IMPORT = "import"
    """It matches the files; it is only added to the state."""
    PATCH = "patch"
    """It is added to the state, and some of its fields change."""
    CONFLICT = "conflict"
    """It is added and changed, and another manager of its fields may write them again."""
    STAYS = "stays"
    """The config cannot describe it; it stays unchanged and is reported as drift."""


@attrs.frozen(kw_only=True, slots=True)
class AdoptionStep:
    """
    One object.

    Attributes:
        reasons: What changes in it, or which manager applies it.
    """

    object: Identity
    action: Action
    reasons: tuple[str, ...] = ()


def steps(
    desired: Iterable[Manifest], live: Mapping[Identity, Mapping[str, JSON]]
) -> Iterator[AdoptionStep]:
    """Yield what happens to each object of *desired*, and to others in its namespaces."""
    wanted = {Identity.of(manifest): manifest for manifest in desired}
    names = {identity.name for identity in wanted if identity.kind == "Namespace"}
    found: dict[Identity, list[Difference]] = {}
    for difference in differences(wanted.values(), live):
        if difference.change is not Change.ADDED:
            found.setdefault(difference.object, []).append(difference)
    for identity in wanted:
        there = live.get(identity)
        if there is None:
            yield AdoptionStep(object=identity, action=Action.CREATE)
            continue
        appliers = {
            by.manager
            for by in writers(there)
            if by.applies and not by.manager.startswith(OURS)
        }
        changed = _short(found.get(identity, ()))
        if appliers:
            reasons = (*(f"applied by {name}" for name in sorted(appliers)), *changed)
            yield AdoptionStep(object=identity, action=Action.CONFLICT, reasons=reasons)
        elif changed:
            yield AdoptionStep(object=identity, action=Action.PATCH, reasons=changed)
        else:
            yield AdoptionStep(object=identity, action=Action.IMPORT)
    for identity in sorted(live):
        inside = identity.namespace in names and identity.kind in KINDS
        if inside and identity not in wanted:
            yield AdoptionStep(object=identity, action=Action.STAYS)


def _short(found: Iterable[Difference]) -> tuple[str, ...]:
    """Return what changes; labels and annotations that only Tenancy writes are counted."""
    changes, ours = [], 0
    for difference in found:
        field = difference.field
        if field[:1] == ("metadata",) and difference.change is Change.REMOVED:
            ours += 1
        else:
            changes.append(difference.what)
    more = [f"{ours} more labels and annotations of Tenancy"] if ours else []
    return (*changes, *more)

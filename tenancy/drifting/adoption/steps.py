"""What adoption does to each object: nothing is recreated, and nothing is left unsaid."""

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
    """What becomes of an object."""

    CREATE = "create"
    IMPORT = "import"
    """It is as it should be, and comes into the state."""
    PATCH = "patch"
    """The same, and fields of it change."""
    CONFLICT = "conflict"
    """The same, and another manager that applies fields of it may write them again."""
    STAYS = "stays"
    """No file can say it; it is left alone and shows as drift."""


@attrs.frozen(kw_only=True, slots=True)
class AdoptionStep:
    """
    One object.

    Attributes:
        reasons: What changes of it, or which manager applies it.
    """

    object: Identity
    action: Action
    reasons: tuple[str, ...] = ()


def steps(
    desired: Iterable[Manifest], live: Mapping[Identity, Mapping[str, JSON]]
) -> Iterator[AdoptionStep]:
    """Yield what becomes of each object of *desired*, and of others in its namespaces."""
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
    """Return what changes, and of what only we write no more than how much it is."""
    said, ours = [], 0
    for difference in found:
        field = difference.field
        if field[:1] == ("metadata",) and difference.change is Change.REMOVED:
            ours += 1
        else:
            said.append(difference.what)
    more = [f"{ours} more labels and annotations of ours"] if ours else []
    return (*said, *more)

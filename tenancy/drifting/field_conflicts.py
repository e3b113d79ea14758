"""Field managers that would make the next update of an object fail."""

from collections.abc import Iterator, Mapping
from typing import Final

from tenancy.config.document import JSON
from tenancy.drifting.difference import Change, Difference
from tenancy.drifting.field_managers import CONTROLLERS, Writer, owners
from tenancy.kubernetes import PREFIX, RANDOM_PREFIX

__all__ = [
    "FIELD",
    "conflicting_managers",
    "is_refused_to",
    "is_taken_over",
    "refusing_owner",
    "without_conflicts",
    "without_random_managers",
]

FIELD: Final = "managedFields"
"""The first step to a difference of this kind; the second is the manager."""

_TAKEN_OVER: Final = (
    ("pulumi-kubernetes", "Update"),
    ("pulumi-resource-kubernetes", "Update"),
    ("kubectl", "Update"),
    ("kubectl", "Apply"),
    ("before-first-apply", "Update"),
)
"""
Prefixes of managers whose fields the provider takes over when it updates.

Source: pulumi-kubernetes, provider/pkg/await/await.go, `fixCSAFieldManagers`.
"""

Entry = Mapping[str, JSON]


def conflicting_managers(live: Mapping[str, object], manager: str) -> tuple[str, ...]:
    """
    Return the managers with which *manager* would conflict when it changes what it applied.

    A manager that the provider once generated always conflicts; another one only if it owns a
    field that *manager* owns too.

    Args:
        live: The object, with `metadata.managedFields`.
        manager: The stack's field manager.
    """
    entries = list(_entries(live))
    ours = _owned(entries, manager)
    found = [
        str(entry.get("manager"))
        for entry in entries
        if _is_random(entry) or (_counts(entry, manager) and _common(_fields(entry), ours))
    ]
    return tuple(sorted(set(found)))


def is_refused_to(manager: str, difference: Difference, live: Mapping[str, object]) -> bool:
    """Return whether `refusing_owner` returns an owner."""
    return refusing_owner(manager, difference, live) is not None


def refusing_owner(
    manager: str, difference: Difference, live: Mapping[str, object]
) -> Writer | None:
    """
    Return the owner that prevents *manager* from ending *difference* by an update.

    The API server refuses it if another manager owns the field; of several, the last writer is
    returned. None if the provider takes its fields over.

    Args:
        manager: The stack's field manager.
        difference: A field whose value on the cluster is another than in the files.
        live: The object, with `metadata.managedFields`.
    """
    if difference.change is not Change.CHANGED or not difference.field:
        return None
    others = {str(e.get("manager")) for e in _entries(live) if _counts(e, manager)}
    found = (by for by in owners(live, difference.field) if by.manager in others)
    return max(found, key=lambda by: by.since, default=None)


def is_taken_over(by: Writer) -> bool:
    """Return whether the provider takes over the fields of *by* when it updates them."""
    how = "Apply" if by.applies else "Update"
    return any(by.manager.startswith(start) and how == one for start, one in _TAKEN_OVER)


def without_random_managers(live: Mapping[str, object], manager: str) -> list[JSON] | None:
    """
    Return `metadata.managedFields` with *manager* in place of generated managers.

    Nothing else changes; None if there are none.
    """
    entries = list(_all_entries(live))
    random = [entry for entry in entries if _is_random(entry)]
    if not random:
        return None
    own = [entry for entry in entries if _is_own(entry, manager)]
    merged: dict[str, JSON] = {}
    for entry in (*own, *random):
        merged = _union(merged, _fields(entry))
    kept: dict[str, JSON] = {**(own or random)[-1], "manager": manager, "fieldsV1": merged}
    others: list[JSON] = [dict(e) for e in entries if e not in own and e not in random]
    return [kept, *others]


def without_conflicts(live: Mapping[str, object], manager: str) -> list[JSON] | None:
    """
    Return `metadata.managedFields` in which only *manager* owns what it applied.

    Others keep the fields that *manager* does not own. None if nothing conflicts.
    """
    if not conflicting_managers(live, manager):
        return None
    random = without_random_managers(live, manager)
    entries = [
        entry
        for entry in (list(_all_entries(live)) if random is None else random)
        if isinstance(entry, Mapping)
    ]
    ours = _owned(entries, manager)
    result: list[JSON] = []
    for entry in entries:
        if not _counts(entry, manager):
            result.append(dict(entry))
        elif rest := _difference(_fields(entry), ours):
            result.append({**entry, "fieldsV1": rest})
    return result


def _all_entries(live: Mapping[str, object]) -> Iterator[Entry]:
    metadata = live.get("metadata")
    found = metadata.get("managedFields") if isinstance(metadata, Mapping) else None
    for entry in found if isinstance(found, list) else ():
        if isinstance(entry, Mapping):
            yield entry


def _entries(live: Mapping[str, object]) -> Iterator[Entry]:
    return (entry for entry in _all_entries(live) if not entry.get("subresource"))


def _is_random(entry: Entry) -> bool:
    return (
        str(entry.get("manager")).startswith(RANDOM_PREFIX)
        and entry.get("operation") == "Apply"
        and not entry.get("subresource")
    )


def _is_own(entry: Entry, manager: str) -> bool:
    return (
        entry.get("manager") == manager
        and entry.get("operation") == "Apply"
        and not entry.get("subresource")
    )


def _counts(entry: Entry, manager: str) -> bool:
    """Return whether an entry of another manager can make an apply by *manager* fail."""
    name, operation = str(entry.get("manager")), entry.get("operation")
    if entry.get("subresource") or _is_own(entry, manager) or name in CONTROLLERS:
        return False
    if name.startswith(PREFIX):
        return True
    return not any(name.startswith(start) and operation == how for start, how in _TAKEN_OVER)


def _owned(entries: list[Entry], manager: str) -> Mapping[str, JSON]:
    owned: dict[str, JSON] = {}
    for entry in entries:
        if _is_own(entry, manager):
            owned = _union(owned, _fields(entry))
    return owned


def _fields(entry: Entry) -> Mapping[str, JSON]:
    found = entry.get("fieldsV1")
    return found if isinstance(found, Mapping) else {}


def _union(one: Mapping[str, JSON], other: Mapping[str, JSON]) -> dict[str, JSON]:
    result = dict(one)
    for key, value in other.items():
        there = result.get(key)
        nested = isinstance(there, Mapping) and isinstance(value, Mapping)
        result[key] = _union(there, value) if nested else value  # type: ignore[arg-type]
    return result


def _common(one: Mapping[str, JSON], other: Mapping[str, JSON]) -> bool:
    """Return whether two trees of fields share a leaf; `.` is the container, not a value."""
    for key, value in one.items():
        if key == "." or key not in other:
            continue
        theirs = other[key]
        inner = dict(value) if isinstance(value, Mapping) else {}
        outer = dict(theirs) if isinstance(theirs, Mapping) else {}
        if not inner or not outer or _common(inner, outer):
            return True
    return False


def _difference(one: Mapping[str, JSON], other: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the fields of *one* without the leaves that *other* has."""
    result: dict[str, JSON] = {}
    for key, value in one.items():
        theirs = other.get(key)
        if theirs is None:
            result[key] = value
        elif value and theirs and isinstance(value, Mapping) and isinstance(theirs, Mapping):
            rest = _difference(value, theirs)
            result |= {key: rest} if rest else {}
    return result

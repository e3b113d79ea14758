"""Find the writer of a field in `metadata.managedFields`."""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON
from tenancy.drifting.difference import Field
from tenancy.kubernetes import PREFIX

__all__ = ["CONTROLLERS", "OURS", "Writer", "owners", "writer", "writers"]

CONTROLLERS: Final = frozenset(
    {
        "cloud-controller-manager",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubelet",
    }
)
"""Managers that are part of Kubernetes; labels and annotations that they add are not drift."""
OURS: Final = ("pulumi", PREFIX)
"""Prefixes of the managers of the engine's provider."""


@attrs.frozen(kw_only=True, slots=True)
class Writer:
    """
    A field manager.

    Attributes:
        applies: Whether it wrote by server-side apply, which removes the fields that it leaves
            out.
        since: When it wrote last, from the API server; empty if unknown.
    """

    manager: str
    applies: bool
    since: str


def writer(live: Mapping[str, object], field: Field, *, gone: bool = False) -> Writer | None:
    """
    Return the manager that wrote *field* of *live* last, if it is recorded.

    Args:
        gone: Whether the field no longer exists. It has no owner then, so the last writer of
            the object is returned, unless that is the engine.
    """
    if gone or not field:
        latest = max(writers(live), key=lambda found: found.since, default=None)
        if gone and latest is not None and latest.manager.startswith(OURS):
            return None
        return latest
    return max(owners(live, field), key=lambda by: by.since, default=None)


def owners(live: Mapping[str, object], field: Field) -> tuple[Writer, ...]:
    """Return every manager that owns *field* of *live*; several own it if they agree on it."""
    found = [(_depth(owned, field), by) for by, owned in _entries(live)]
    deepest = max((depth for depth, _ in found), default=0)
    return tuple(by for depth, by in found if deepest and depth == deepest)


def writers(live: Mapping[str, object]) -> tuple[Writer, ...]:
    """Return every manager that wrote to *live*."""
    return tuple(by for by, _ in _entries(live))


def _entries(live: Mapping[str, object]) -> Iterator[tuple[Writer, Mapping[str, JSON]]]:
    metadata = live.get("metadata")
    entries = metadata.get("managedFields") if isinstance(metadata, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping) or entry.get("subresource"):
            continue
        owned = entry.get("fieldsV1")
        yield (
            Writer(
                manager=str(entry.get("manager") or "unknown"),
                applies=entry.get("operation") == "Apply",
                since=str(entry.get("time") or ""),
            ),
            owned if isinstance(owned, Mapping) else {},
        )


def _depth(owned: Mapping[str, JSON], field: Field) -> int:
    """Return how many steps of *field* are owned; a list that is owned whole ends the path."""
    depth = 0
    at: JSON = dict(owned)
    for step in field:
        if not isinstance(at, dict) or f"f:{step}" not in at:
            break
        at = at[f"f:{step}"]
        depth += 1
    return depth if isinstance(at, dict) and not set(at) - {"."} else 0

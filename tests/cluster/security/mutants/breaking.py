"""What a mutant is, and how a field is deleted or loosened."""

import copy
from collections.abc import Callable

import attrs

from tests.cluster.security.objects import (
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import World

Check = Callable[[World], list[str]]
"""What is not as it should be; nothing if all is."""


@attrs.frozen
class Mutant:
    """
    One object with one field deleted or loosened.

    Attributes:
        name: `<kind> <namespace>/<name>: <field> <what happened to it>`.
        original: As rendered.
        changed: As applied.
        check: What may catch it.
        settles: What tells that the API server knows it: `policy`, `quota` or nothing.
        recreated: Whether it is deleted and created, because Kubernetes refuses its change.
    """

    name: str
    original: Object
    changed: Object
    check: Check
    settles: str = ""
    recreated: bool = False


CHECKED_NAMESPACES = (WEB, TRAIN, "observability", "vault")
"""Namespaces whose network policies are broken; the others' are rendered alike."""

GUARDED = (
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "PriorityClass",
)


# How a field is deleted or loosened


def _at(found: object, path: str) -> tuple[object, str | int]:
    """Return what holds the last step of *path*, and that step."""
    *above, last = _steps(path)
    for step in above:
        found = found[step]
    return found, last


def _steps(path: str) -> list[str | int]:
    # Keys of labels have dots in them; they come last.
    for holder in ("metadata.labels.", "metadata.annotations.", "spec.hard."):
        if path.startswith(holder):
            return [*holder[:-1].split("."), path.removeprefix(holder)]
    return [int(step) if step.isdigit() else step for step in path.split(".")]


def mutant(
    manifest: Object, path: str, check: Check, *, loosened: object = None, **more
) -> Mutant:
    changed = copy.deepcopy(manifest)
    holder, last = _at(changed, path)
    if loosened is None:
        del holder[last]
        what = "deleted"
    else:
        holder[last] = loosened
        what = f"is {loosened!r}"
    metadata = manifest["metadata"]
    where = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
    value = _at(manifest, path)
    told = value[0][value[1]] if isinstance(value[1], int) else ""
    shown = f" ({told})" if isinstance(told, str) and told else ""
    return Mutant(
        f"{manifest['kind']} {where}: {path}{shown} {what}", manifest, changed, check, **more
    )

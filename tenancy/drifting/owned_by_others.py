"""Fields that an update would change and that another field manager owns."""

import os
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON, as_json, mapping
from tenancy.drifting.comparison import differences
from tenancy.drifting.difference import Change, Difference, Identity
from tenancy.drifting.field_conflicts import refusing_owner
from tenancy.drifting.report import object_lines
from tenancy.kubernetes import ANNOTATION
from tenancy.manifests import Manifest

__all__ = [
    "FORCE_VARIABLE",
    "AppliedObject",
    "UpdateConflicts",
    "changed_objects",
    "takes_over",
    "update_conflicts",
]

FORCE_VARIABLE: Final = "PULUMI_K8S_ENABLE_PATCH_FORCE"
"""
If it is `true`, the provider takes over every field that it changes.

Source: pulumi-kubernetes, provider/pkg/await/await.go, `patchForce`.
"""


def takes_over() -> bool:
    """Return whether the provider takes over what other field managers own."""
    return os.environ.get(FORCE_VARIABLE) == "true"


@attrs.frozen(kw_only=True)
class AppliedObject:
    """
    An object as the last update applied it.

    Attributes:
        inputs: The whole object.
        manager: The field manager that applied it.
        resource: The name of its resource in the state.
    """

    inputs: Mapping[str, JSON]
    manager: str
    resource: str


def changed_objects(
    desired: Iterable[Manifest],
    applied: Iterable[AppliedObject],
    *,
    manager: str = "",
    left_out: Collection[str] = (),
) -> dict[Identity, str]:
    """
    Return the objects of *applied* that an update to *desired* changes, and their managers.

    Args:
        desired: The manifests of the files.
        applied: The objects of the last update.
        manager: The field manager of the update; an object that another one applied changes.
            Default: managers are not compared.
        left_out: Keys of annotations that are not compared. Default: all are.
    """
    wanted = {Identity.of(manifest): manifest for manifest in desired}
    changed = {}
    for one in applied:
        identity = Identity.of(one.inputs)
        manifest = wanted.get(identity)
        if manifest is None:
            continue
        # A patch has a manager of its own.
        is_renamed = manager not in ("", one.manager) and identity.kind != "ServiceAccount"
        before = _without(one.inputs, {ANNOTATION, *left_out})
        if is_renamed or as_json(manifest) != before:
            changed[identity] = one.manager
    return changed


@attrs.frozen(kw_only=True)
class UpdateConflicts:
    """
    Objects that an update would change, and may not.

    Attributes:
        differences: Each difference of these objects from the files.
        refused: The differences in fields that others own.
    """

    differences: tuple[Difference, ...]
    refused: tuple[Difference, ...]

    def __bool__(self) -> bool:
        """Whether there are such objects."""
        return bool(self.differences)

    @property
    def text(self) -> str:
        """Who wrote which field when, beside what the files describe."""
        # All other differences are changes of the update itself.
        stated = [
            one for one in self.differences if one in self.refused or one.change is Change.ADDED
        ]
        heading = "fields that this update changes belong to other field managers, and the API"
        return "\n".join((f"{heading} server would refuse it:", *object_lines(stated)))


def update_conflicts(
    desired: Iterable[Manifest],
    live: Mapping[Identity, Mapping[str, object]],
    changed: Mapping[Identity, str],
) -> UpdateConflicts:
    """
    Return the objects of *changed* that the API server refuses to change.

    None if the variable `FORCE_VARIABLE` makes the provider take the fields over.

    Args:
        desired: The manifests of the files.
        live: At least those of the kinds of *changed* that exist, with `managedFields`.
        changed: What the update changes, and under which field manager.
    """
    if takes_over():
        return UpdateConflicts(differences=(), refused=())
    wanted = [one for one in desired if Identity.of(one) in changed]
    found = []
    refused = []
    for one in differences(wanted, live):
        if one.object not in changed:
            continue
        there = live.get(one.object, {})
        by, stated = refusing_owner(changed[one.object], one, there), one
        if by is not None:
            # Of several owners, the one that wrote last may be the stack itself.
            stated = attrs.evolve(one, manager=by.manager, since=by.since or None)
            refused.append(stated)
        found.append(stated)
    objects = {one.object for one in refused}
    return UpdateConflicts(
        differences=tuple(one for one in found if one.object in objects),
        refused=tuple(refused),
    )


def _without(inputs: Mapping[str, JSON], keys: Collection[str]) -> JSON:
    """Return *inputs* without the annotations *keys*."""
    metadata = mapping(inputs.get("metadata"))
    annotations = {
        key: value
        for key, value in mapping(metadata.get("annotations")).items()
        if key not in keys
    }
    kept = {key: value for key, value in metadata.items() if key != "annotations"}
    if annotations:
        kept["annotations"] = annotations
    return {**inputs, "metadata": kept}

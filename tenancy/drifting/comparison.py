"""Compare live objects with desired ones: added fields are differences too."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.drifting.difference import Change, Difference, Field, Identity, Weight
from tenancy.drifting.field_conflicts import FIELD, conflicting_managers
from tenancy.drifting.field_managers import CONTROLLERS, writer
from tenancy.drifting.fields import Value, fields
from tenancy.drifting.impact import weight
from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import POD_SECURITY_DOMAIN
from tenancy.manifests import Manifest

__all__ = ["KINDS", "differences", "is_addition", "unwanted"]

KINDS: Final = ("Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding")
"""Kinds that are compared in Tenancy's namespaces, even objects that others created."""

_GUARDING: Final = (
    f"{labels.DOMAIN}/",
    "resource.kubernetes.io/admin-access",
)
"""Prefixes of the labels and annotations that control what a namespace may do."""
_LEVELS: Final = tuple(f"{POD_SECURITY_DOMAIN}/{mode}" for mode in ("enforce", "warn", "audit"))
_ORDER: Final = tuple(Weight)

Live = Mapping[Identity, Mapping[str, object]]


def differences(
    desired: Iterable[Manifest], live: Live, *, manager: str | None = None
) -> tuple[Difference, ...]:
    """
    Return every difference between *desired* and *live*, the most severe first.

    Defaults of the API server and values of Kubernetes' controllers are not differences. In the
    ServiceAccount that Kubernetes creates, only Tenancy's fields are compared.

    Args:
        desired: The manifests of the files.
        live: The objects on the cluster, by identity: at least every object of the desired
            kinds, and of `KINDS` in the desired namespaces.
        manager: The stack's field manager; other managers that own fields of it are then a
            difference too, because the next update of those fields fails. Default: managers
            are not compared.
    """
    wanted = {Identity.of(manifest): manifest for manifest in desired}
    found = [*_of_wanted(wanted, live), *_unwanted(wanted, live)]
    if manager is not None:
        found += _managers(wanted, live, manager)
    return tuple(sorted(found, key=lambda difference: _ORDER.index(difference.weight)))


def _of_wanted(wanted: Mapping[Identity, Manifest], live: Live) -> Iterator[Difference]:
    for identity, manifest in wanted.items():
        there = live.get(identity)
        if _deleted_since(live.get(_space(identity), {})):
            # Reported once, with its namespace.
            continue
        if there is not None:
            yield from _fields(identity, manifest, there)
        elif _space(identity) not in wanted or _space(identity) in live:
            # Objects that were deleted with their namespace are not listed.
            yield _whole(identity, Change.REMOVED)


def _managers(
    wanted: Mapping[Identity, Manifest], live: Live, manager: str
) -> Iterator[Difference]:
    for identity in wanted:
        # A patch owns its fields of the default service account under its own name.
        if identity not in live or identity.kind == "ServiceAccount":
            continue
        for other in conflicting_managers(live[identity], manager):
            yield Difference(
                object=identity,
                field=(FIELD, other),
                change=Change.ADDED,
                weight=Weight.USAGE,
                desired=manager,
                manager=other,
            )


def _unwanted(wanted: Mapping[Identity, Manifest], live: Live) -> Iterator[Difference]:
    for identity in unwanted(wanted, live):
        by = writer(live[identity], ())
        yield _whole(
            identity,
            Change.ADDED,
            manager=by.manager if by else None,
            since=by.since if by else None,
        )


def unwanted(wanted: Mapping[Identity, Manifest], live: Live) -> Iterator[Identity]:
    """Yield the live objects that are not desired but are compared."""
    stacks = {
        stack for manifest in wanted.values() if (stack := _label(manifest, labels.STACK))
    }
    kinds = {identity.kind for identity in wanted}
    for identity, there in live.items():
        if identity in wanted:
            continue
        is_ours = _label(there, labels.MANAGED) == "true"
        if identity.kind == "Namespace":
            counts = is_ours and _label(there, labels.STACK) in stacks
        elif identity.namespace:
            inside = _space(identity) in wanted
            others = identity.kind in KINDS and not _is_of_others(
                identity, there, wanted.get(_space(identity), {})
            )
            counts = inside and (is_ours or others)
        else:
            # A cluster has queues of several stacks; those of other stacks are not compared.
            is_of_stack = _label(there, labels.STACK) in (None, *stacks)
            counts = identity.kind in kinds and (
                (is_ours and is_of_stack) or _binds_ours(there, wanted)
            )
        if counts and not _is_controllers(there):
            yield identity


def _fields(
    identity: Identity, manifest: Manifest, there: Mapping[str, object]
) -> Iterator[Difference]:
    if since := _deleted_since(there):
        whole = _whole(identity, Change.CHANGED, since=since)
        yield attrs.evolve(whole, live="; ".join(_conditions(there)) or None)
        return
    want, have = fields(manifest), fields(there)
    for field in [*want, *(field for field in have if field not in want)]:
        expected, actual = want.get(field), have.get(field)
        if expected == actual:
            continue
        if expected is None and not is_addition(identity, field, there):
            continue
        yield _difference(identity, field, expected, actual, there)


def _deleted_since(there: Mapping[str, object]) -> str:
    """Return when the deletion of an object began; empty if it is not being deleted."""
    metadata = there.get("metadata")
    found = metadata.get("deletionTimestamp") if isinstance(metadata, Mapping) else None
    return "" if found is None else str(found)


def _conditions(there: Mapping[str, object]) -> Iterator[str]:
    """Yield what the conditions of a namespace report that is being deleted."""
    status = there.get("status")
    found = status.get("conditions") if isinstance(status, Mapping) else None
    for condition in found if isinstance(found, list) else ():
        if isinstance(condition, Mapping) and condition.get("status") == "True":
            yield str(condition.get("message"))


def _difference(
    identity: Identity,
    field: Field,
    desired: Value | None,
    live: Value | None,
    there: Mapping[str, object],
) -> Difference:
    change = Change.CHANGED
    if desired is None:
        change = Change.ADDED
    elif live is None:
        change = Change.REMOVED
    by = writer(there, field, gone=live is None)
    return Difference(
        object=identity,
        field=field,
        change=change,
        weight=weight(identity, field, change),
        desired=None if desired is None else desired.written,
        live=None if live is None else live.written,
        manager=by.manager if by else None,
        since=(by.since or None) if by else None,
    )


def _whole(
    identity: Identity, change: Change, *, manager: str | None = None, since: str | None = None
) -> Difference:
    return Difference(
        object=identity,
        field=(),
        change=change,
        weight=weight(identity, (), change),
        manager=manager,
        since=since or None,
    )


def is_addition(identity: Identity, field: Field, there: Mapping[str, object]) -> bool:
    """Return whether a field that is not in the files is a difference."""
    if field[0] != "metadata":
        # A custom kind has defaults that are not known here, and fields of its controllers.
        return not identity.api_version and field != ("imagePullSecrets",)
    # Other labels and annotations belong to the clients that set them.
    return field[2].startswith(_GUARDING) or field[2] in _LEVELS


def _is_of_others(
    identity: Identity, there: Mapping[str, object], namespace: Mapping[str, object]
) -> bool:
    """Return whether an object has a controller that owns it, or is to be ignored."""
    metadata = there.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, Mapping) else None
    if any(
        isinstance(owner, Mapping) and owner.get("controller") is True
        for owner in (owners if isinstance(owners, list) else ())
    ):
        return True
    around = namespace.get("metadata")
    annotations = around.get("annotations") if isinstance(around, Mapping) else None
    ignored = annotations.get(labels.IGNORED, "") if isinstance(annotations, Mapping) else ""
    return f"{identity.kind}/{identity.name}" in str(ignored).split(",")


def _is_controllers(there: Mapping[str, object]) -> bool:
    by = writer(there, ())
    return by is not None and by.manager in CONTROLLERS


def _binds_ours(there: Mapping[str, object], wanted: Mapping[Identity, Manifest]) -> bool:
    """Return whether it binds one of Tenancy's cluster roles."""
    reference = there.get("roleRef")
    name = reference.get("name") if isinstance(reference, Mapping) else None
    return name is not None and Identity(kind="ClusterRole", name=str(name)) in wanted


def _space(identity: Identity) -> Identity:
    return Identity(kind="Namespace", name=identity.namespace)


def _label(manifest: Mapping[str, object], key: str) -> str | None:
    metadata = manifest.get("metadata")
    found = metadata.get("labels") if isinstance(metadata, Mapping) else None
    value = found.get(key) if isinstance(found, Mapping) else None
    return None if value is None else str(value)

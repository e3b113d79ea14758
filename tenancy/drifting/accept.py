"""Find the place in the config at which a difference can be accepted."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.config.document import JSON
from tenancy.diagnostics import Origin
from tenancy.drifting.difference import Change, Difference
from tenancy.drifting.field_conflicts import FIELD
from tenancy.kubernetes import labels
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model import MANAGED_QUOTAS, Environment, Namespace, Platform, roles

__all__ = ["Edit", "edits", "limit_range_spec", "quota_spec"]

_QUOTA: Final = "quota"
_TYPES: Final = {
    "Container": "container",
    "Pod": "pod",
    "PersistentVolumeClaim": "persistentVolumeClaim",
}
_RESERVED: Final = (labels.DOMAIN, "kubernetes.io", "k8s.io")


@attrs.frozen(kw_only=True, slots=True)
class Edit:
    """
    One value to write into a file.

    Attributes:
        place: The file and the path in it.
        value: The new value; None removes the key.
        appends: Whether to append the value to the list at *place*.
    """

    place: Origin
    value: JSON
    appends: bool = False


def edits(
    differences: Iterable[Difference],
    live: Mapping[str, Mapping[str, JSON]],
    environment: Environment,
    platform: Platform,
) -> Mapping[Difference, Edit]:
    """
    Return what to write for each difference that the config can express.

    The config can express quotas, limit ranges, added subjects, and your own labels and
    annotations. It cannot express guardrails, network rules, or one namespace without a subject
    or a label of the whole organization.

    Args:
        live: The live quotas and limit ranges, by `<kind>/<namespace>/<name>`.
    """
    namespaces = {namespace.name: namespace for namespace in environment.namespaces}
    alone = _Alone(environment, platform, live)
    found: dict[Difference, Edit] = {}
    for difference in differences:
        if difference.field[:1] == (FIELD,):
            continue
        at = difference.object
        name = at.name if at.kind == "Namespace" else at.namespace
        if (namespace := namespaces.get(name)) is None:
            continue
        if (edit := alone.edit(difference, namespace)) is not None:
            found[difference] = edit
    return found


@attrs.frozen
class _Alone:
    """Finds the place that applies to one namespace in one environment only."""

    environment: Environment
    platform: Platform
    live: Mapping[str, Mapping[str, JSON]]

    def edit(self, difference: Difference, namespace: Namespace) -> Edit | None:
        kind = difference.object.kind
        if kind == "ResourceQuota":
            return self._quota(difference, namespace)
        if kind == "LimitRange":
            return self._limit_range(difference, namespace)
        if kind == "RoleBinding":
            return self._subject(difference, namespace)
        if kind == "Namespace":
            return self._metadata(difference, namespace)
        return None

    def _is_inline(self, namespace: Namespace) -> bool:
        return namespace.origin.source == self.environment.origin.source

    def _organization(self, namespace: Namespace) -> Origin:
        return self.environment.origin.within(("organizations", namespace.organization))

    def _tier(self, namespace: Namespace) -> Origin:
        if self._is_inline(namespace):
            return namespace.origin
        return self._organization(namespace).within(("namespaces", namespace.id))

    def _quota(self, difference: Difference, namespace: Namespace) -> Edit | None:
        name, field = difference.object.name, difference.field
        if name in MANAGED_QUOTAS or (not field and difference.change is not Change.ADDED):
            return None
        tier = self._tier(namespace)
        if name != _QUOTA:
            spec = self._live_spec(difference)
            return (
                None
                if spec is None
                else Edit(place=tier.within(("quotas", name)), value=quota_spec(spec))
            )
        if field[:2] != ("spec", "hard") or "/" in field[2]:
            return None
        place = tier.within((_QUOTA, field[2]))
        if difference.change is not Change.REMOVED:
            return Edit(place=place, value=_text(difference.live))
        written = {
            limit.origin
            for quota in namespace.quotas
            if quota.name == _QUOTA
            for key, limit in quota.hard.items()
            if key == field[2]
        }
        return Edit(place=place, value=None) if place in written else None

    def _limit_range(self, difference: Difference, namespace: Namespace) -> Edit | None:
        spec = self._live_spec(difference)
        ours = namespace.limit_range
        if ours is None or difference.object.name != ours.name:
            return None
        if spec is None or not difference.field:
            return None
        return Edit(place=self._tier(namespace) / "limitRange", value=limit_range_spec(spec))

    def _live_spec(self, difference: Difference) -> Mapping[str, JSON] | None:
        at = difference.object
        found = self.live.get(f"{at.kind}/{at.namespace}/{at.name}", {}).get("spec")
        return found if isinstance(found, dict) else None

    def _subject(self, difference: Difference, namespace: Namespace) -> Edit | None:
        is_added = difference.change is Change.ADDED and difference.field[:1] == ("subjects",)
        given = {
            roles.binding_name(binding, kind): binding.role
            for binding in namespace.bindings
            for kind in ("ClusterRole", "Role")
        }
        role = given.get(difference.object.name)
        if not is_added or role is None:
            return None
        subject = self._written_subject(difference.field[1], namespace)
        if subject is None:
            return None
        member: JSON = {
            **subject,
            "role": role,
            "namespaces": [namespace.id],
        }
        return Edit(place=self._organization(namespace) / "members", value=member, appends=True)

    def _written_subject(self, text: str, namespace: Namespace) -> dict[str, JSON] | None:
        """Return a subject as members are written; None if no member can have that name."""
        kind, _, name = text.partition(" ")
        if " of " in name:
            return None
        if kind == "ServiceAccount":
            where, _, account = name.partition("/")
            ids = {
                other.name: other.id
                for other in self.environment.namespaces
                if other.organization == namespace.organization
            }
            listed = map(str, self.platform.bindable)
            if where not in ids and (text not in listed or where in ids.values()):
                return None
            return {"serviceAccount": f"{ids.get(where, where)}/{account}"}
        prefixes = {
            "User": ("user", self.platform.username_prefix),
            "Group": ("group", self.platform.groups_prefix),
        }
        if kind not in prefixes:
            return None
        key, prefix = prefixes[kind]
        if name.startswith("system:"):
            return {key: name}
        return {key: name.removeprefix(prefix)} if name.startswith(prefix) else None

    def _metadata(self, difference: Difference, namespace: Namespace) -> Edit | None:
        if len(difference.field) != 3:
            return None
        _, part, key = difference.field
        domain = key.partition("/")[0] if "/" in key else ""
        if any(domain == own or domain.endswith(f".{own}") for own in _RESERVED):
            return None
        written = namespace.labels if part == "labels" else namespace.annotations
        is_new = difference.change is Change.ADDED
        if not is_new and key not in written:
            return None
        if (
            difference.change is Change.REMOVED
            and (part, key) in namespace.organization_metadata
        ):
            return None
        value = None if difference.change is Change.REMOVED else difference.live
        return Edit(place=namespace.origin.within((part, key)), value=value)


def quota_spec(spec: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the spec of a live ResourceQuota in the form of the config."""
    hard = spec.get("hard")
    written: dict[str, JSON] = {"hard": _texts(hard)}
    if scopes := spec.get("scopes"):
        written["scopes"] = scopes
    selector = spec.get("scopeSelector")
    expressions = selector.get("matchExpressions") if isinstance(selector, dict) else None
    if expressions:
        written["scopeSelector"] = expressions
    return written


def limit_range_spec(spec: Mapping[str, JSON]) -> JSON:
    """Return the spec of a live LimitRange in the form of the config."""
    limits = spec.get("limits")
    return {
        _TYPES[str(item["type"])]: {key: _texts(item[key]) for key in item if key != "type"}
        for item in (limits if isinstance(limits, list) else ())
        if isinstance(item, dict) and item.get("type") in _TYPES
    }


def _texts(limits: JSON) -> JSON:
    found: Iterator[tuple[str, JSON]] = iter(limits.items() if isinstance(limits, dict) else ())
    return {key: _text(value) for key, value in found}


def _text(value: JSON) -> str:
    """Return a quantity in canonical form; the config accepts fewer forms than Kubernetes."""
    try:
        return str(Quantity.parse_stored(str(value)))
    except InvalidQuantityError:
        return str(value)

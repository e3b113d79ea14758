"""What a release changes on an object: labels, annotations and field ownership of Tenancy."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tenancy.config.document import JSON, mapping
from tenancy.kubernetes import ANNOTATION, PREFIX, labels

__all__ = ["RELEASED_BY", "by_name", "is_managed", "without_marks"]

RELEASED_BY: Final = "released-by-tenancy"
"""The field manager that owns what Tenancy owned; it never writes again."""

_DOMAIN: Final = f"{labels.DOMAIN}/"
_HANDED_OVER: Final = "pulumi-kubernetes"
"""The manager under which an adoption writes."""
_NAME: Final = "kubernetes.io/metadata.name"

Live = Mapping[str, JSON]


def is_managed(live: Live) -> bool:
    """Return whether *live* has a label, an annotation or a field manager of Tenancy."""
    metadata = mapping(live.get("metadata"))
    return any(
        _marks(mapping(metadata.get(part))) for part in ("labels", "annotations")
    ) or any(str(mapping(one).get("manager")).startswith(PREFIX) for one in _entries(metadata))


def without_marks(live: Live) -> dict[str, JSON]:
    """
    Return the merge patch that removes every mark of Tenancy from *live*; empty without one.

    The fields that Tenancy owned get another owner: fields without one would be removed by
    the next client that applies the object. The patch is refused if the object changed since.
    """
    metadata = mapping(live.get("metadata"))
    change: dict[str, JSON] = {}
    for part in ("labels", "annotations"):
        marks = _marks(mapping(metadata.get(part)))
        if marks:
            change[part] = dict.fromkeys(marks)
    entries = list(_entries(metadata))
    if any(map(_is_ours, entries)):
        change["managedFields"] = [
            _renamed(entry, number) if _is_ours(entry) else entry
            for number, entry in enumerate(entries)
        ]
    if change:
        change["resourceVersion"] = metadata.get("resourceVersion")
    return {"metadata": change} if change else {}


def by_name(
    policy: Live, namespaces: Mapping[str, Mapping[str, str]]
) -> dict[str, JSON] | None:
    """
    Return a network policy that allows by names what *policy* allows by labels of Tenancy.

    Once the labels of a namespace are removed, no label selects it any more. None if *policy*
    selects none of *namespaces* by such a label.

    Args:
        namespaces: Labels of the namespaces that are released, by name.
    """
    spec = mapping(policy.get("spec"))
    metadata = mapping(policy.get("metadata"))
    rules: dict[str, JSON] = {}
    for direction, end in (("ingress", "from"), ("egress", "to")):
        found = spec.get(direction)
        named: list[JSON] = []
        for rule in found if isinstance(found, list) else ():
            peers: list[JSON] = list(_peers(mapping(rule).get(end), namespaces))
            # A rule without peers would allow everything.
            if peers:
                named.append({**mapping(rule), end: peers})
        if named:
            rules[direction] = named
    if not rules:
        return None
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": f"{metadata.get('name')}-by-name",
            "namespace": metadata.get("namespace"),
        },
        "spec": {
            "podSelector": spec.get("podSelector") or {},
            "policyTypes": [direction.capitalize() for direction in rules],
            **rules,
        },
    }


def _peers(peers: JSON, namespaces: Mapping[str, Mapping[str, str]]) -> Iterator[JSON]:
    for peer in peers if isinstance(peers, list) else ():
        selector = mapping(mapping(peer).get("namespaceSelector"))
        wanted = mapping(selector.get("matchLabels"))
        if not any(key.startswith(_DOMAIN) for key in wanted):
            continue
        names: list[JSON] = [
            name
            for name, own in sorted(namespaces.items())
            if all(own.get(key) == value for key, value in wanted.items())
        ]
        if names:
            named: dict[str, JSON] = {"key": _NAME, "operator": "In", "values": names}
            yield {**mapping(peer), "namespaceSelector": {"matchExpressions": [named]}}


def _marks(found: Mapping[str, JSON]) -> list[str]:
    return [
        key
        for key, value in found.items()
        if key.startswith(_DOMAIN)
        or key == ANNOTATION
        or (key == labels.MANAGED_BY and value == labels.MANAGER)
    ]


def _entries(metadata: Mapping[str, JSON]) -> Iterable[JSON]:
    found = metadata.get("managedFields")
    return found if isinstance(found, list) else ()


def _is_ours(entry: JSON) -> bool:
    manager = str(mapping(entry).get("manager"))
    return manager.startswith(PREFIX) or manager in (labels.MANAGER, _HANDED_OVER)


def _renamed(entry: JSON, number: int) -> JSON:
    changed = copy.deepcopy(dict(mapping(entry)))
    # Of two entries with one manager and operation the API server keeps only one.
    changed["manager"] = f"{RELEASED_BY}-{number}"
    changed["operation"] = "Update"
    return changed

"""
An object as normalized fields: two equivalent objects have the same fields.

Defaults of the API server are added or removed on both sides, quantities are numbers, and lists
without a meaningful order are sets.

Source of the defaults: kubernetes v1.36, pkg/apis/core/v1/defaults.go
(`SetDefaults_LimitRangeItem`), and the same file of networking/v1, rbac/v1, scheduling/v1 and
admissionregistration/v1.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, cast

import attrs

from tenancy.config.document import JSON
from tenancy.drifting.difference import Field, custom_version
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity

__all__ = ["Value", "fields"]

_RBAC: Final = "rbac.authorization.k8s.io"
_DEFAULTS: Final[Mapping[str, tuple[JSON, ...]]] = {
    "failurePolicy": ("Fail",),
    "globalDefault": (False,),
    "matchPolicy": ("Equivalent",),
    "namespaceSelector": ({},),
    "objectSelector": ({},),
    "preemptionPolicy": ("PreemptLowerPriority",),
    "reinvocationPolicy": ("Never",),
    "scope": ("*",),
}
"""The API server's defaults by key, for kinds without rules of their own."""


@attrs.frozen(slots=True)
class Value:
    """
    A field's value: compared by meaning, shown as written.

    Attributes:
        meaning: Equal for equivalent values.
        written: As Kubernetes writes it.
    """

    meaning: object
    written: JSON = attrs.field(eq=False)


def fields(manifest: Mapping[str, object]) -> dict[Field, Value]:
    """
    Return the fields of *manifest*, a desired or a live object, without its status.

    >>> sorted(
    ...     ".".join(field)
    ...     for field in fields(
    ...         {"kind": "ResourceQuota", "spec": {"hard": {"pods": "20"}}, "status": {}}
    ...     )
    ... )
    ['spec.hard.pods']
    """
    is_custom = bool(custom_version(manifest))
    read = _other if is_custom else _READERS.get(str(manifest.get("kind")), _other)
    return {**dict(_metadata(manifest)), **dict(read(manifest))}


def _metadata(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    metadata = _mapping(manifest.get("metadata"))
    for part in ("labels", "annotations"):
        for key, text in _mapping(metadata.get(part)).items():
            yield ("metadata", part, key), Value(text, text)


def _namespace(_: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    """A namespace is its metadata; finalizers and phases are the API server's."""
    yield from ()


def _quota(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    spec = _mapping(manifest.get("spec"))
    for key, text in _mapping(spec.get("hard")).items():
        yield ("spec", "hard", key), _quantity(text)
    for scope in _sequence(spec.get("scopes")):
        yield ("spec", "scopes", str(scope)), Value(True, True)
    selector = _mapping(spec.get("scopeSelector"))
    for expression in _sequence(selector.get("matchExpressions")):
        yield ("spec", "scopeSelector", _canonical(expression)), Value(True, True)


def _limit_range(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    for item in map(_mapping, _sequence(_mapping(manifest.get("spec")).get("limits"))):
        kind = str(item.get("type"))
        parts = {key: dict(_mapping(item[key])) for key in item if key != "type"}
        if kind == "Container":
            default = {**parts.get("max", {}), **parts.get("default", {})}
            request = {**parts.get("min", {}), **default, **parts.get("defaultRequest", {})}
            parts |= {"default": default, "defaultRequest": request}
        for part, limits in parts.items():
            for key, text in limits.items():
                yield ("spec", "limits", kind, part, key), _quantity(text)


def _binding(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    reference = _mapping(manifest.get("roleRef"))
    text = f"{reference.get('kind')} {reference.get('name')}"
    yield ("roleRef",), Value(text, text)
    for subject in map(_mapping, _sequence(manifest.get("subjects"))):
        where = f"{subject.get('namespace')}/" if subject.get("namespace") else ""
        own = "" if subject.get("kind") == "ServiceAccount" else _RBAC
        group = subject.get("apiGroup") or own
        other = "" if group == own else f" of {group}"
        yield (
            ("subjects", f"{subject.get('kind')} {where}{subject.get('name')}{other}"),
            Value(True, True),
        )


def _role(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    for rule in map(_mapping, _sequence(manifest.get("rules"))):
        parts = {key: sorted(map(str, _sequence(value))) for key, value in rule.items()}
        text = _canonical(cast("JSON", {key: value for key, value in parts.items() if value}))
        yield ("rules", text), Value(True, True)
    if aggregation := manifest.get("aggregationRule"):
        text = _canonical(cast("JSON", aggregation))
        yield ("aggregationRule",), Value(text, text)


def _network_policy(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    spec = _mapping(manifest.get("spec"))
    selector = _canonical(_selector(spec.get("podSelector")))
    yield ("spec", "podSelector"), Value(selector, selector)
    types = [str(one) for one in _sequence(spec.get("policyTypes"))]
    for name in types or ["Ingress", *(["Egress"] if spec.get("egress") else [])]:
        yield ("spec", "policyTypes", name), Value(True, True)
    for part, peers in (("ingress", "from"), ("egress", "to")):
        for rule in map(_mapping, _sequence(spec.get(part))):
            meant: dict[str, JSON] = {}
            if found := sorted(_canonical(_peer(peer)) for peer in _sequence(rule.get(peers))):
                meant[peers] = [json.loads(peer) for peer in found]
            if found := sorted(
                _canonical(_port(port)) for port in _sequence(rule.get("ports"))
            ):
                meant["ports"] = [json.loads(port) for port in found]
            yield ("spec", part, _canonical(meant)), Value(True, True)


def _peer(peer: JSON) -> JSON:
    found = dict(_mapping(peer))
    for key in ("podSelector", "namespaceSelector"):
        if key in found:
            found[key] = _selector(found[key])
    block = dict(_mapping(found.get("ipBlock")))
    if block:
        closed = sorted(map(str, _sequence(block.pop("except", None))))
        found["ipBlock"] = {**block, **({"except": list(closed)} if closed else {})}
    return found


def _port(port: JSON) -> JSON:
    return {"protocol": "TCP", **_mapping(port)}


def _selector(selector: object) -> JSON:
    return {key: value for key, value in _mapping(selector).items() if value}


def _service_account(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    """Whether its token is mounted, and its image pull secrets, which members may add."""
    mounted = cast("JSON", manifest.get("automountServiceAccountToken", True))
    yield ("automountServiceAccountToken",), Value(mounted, mounted)
    secrets = map(_mapping, _sequence(manifest.get("imagePullSecrets")))
    if names := sorted(str(secret.get("name")) for secret in secrets):
        yield ("imagePullSecrets",), Value(tuple(names), ", ".join(names))


def _cluster_queue(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    """Each quota by flavor and resource; the grouping follows from them."""
    spec = dict(_mapping(manifest.get("spec")))
    groups = map(_mapping, _sequence(spec.pop("resourceGroups", None)))
    yield from _leaves(("spec",), _without_defaults("spec", cast("JSON", spec)))
    flavors = [f for group in groups for f in map(_mapping, _sequence(group.get("flavors")))]
    for flavor in flavors:
        for quota in map(_mapping, _sequence(flavor.get("resources"))):
            place = ("spec", str(flavor.get("name")), str(quota.get("name")))
            for key, text in quota.items():
                if key != "name":
                    yield (*place, key), _quantity(text)


def _other(manifest: Mapping[str, object]) -> Iterator[tuple[Field, Value]]:
    for key, value in manifest.items():
        if key not in {"apiVersion", "kind", "metadata", "status"}:
            yield from _leaves((key,), _without_defaults(key, cast("JSON", value)))


def _leaves(field: Field, value: JSON) -> Iterator[tuple[Field, Value]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _leaves((*field, key), entry)
    elif value is not None and value != []:
        text = _canonical(value) if isinstance(value, list) else value
        yield field, Value(text, text)


def _without_defaults(key: str, value: JSON) -> JSON:
    """Return *value* without the API server's defaults; None if nothing else is left."""
    if isinstance(value, dict):
        value = {
            inner: kept
            for inner, entry in value.items()
            if (kept := _without_defaults(inner, entry)) is not None
        }
    elif isinstance(value, list):
        value = [_without_defaults("", entry) for entry in value]
    return None if value in _DEFAULTS.get(key, ()) else value


def _quantity(text: JSON) -> Value:
    try:
        return Value(Quantity.parse_stored(str(text)), str(text))
    except InvalidQuantityError:
        return Value(str(text), str(text))


def _canonical(value: JSON) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _mapping(value: object) -> Mapping[str, JSON]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[JSON]:
    return value if isinstance(value, list | tuple) else ()


_READERS: Final[
    Mapping[str, Callable[[Mapping[str, object]], Iterator[tuple[Field, Value]]]]
] = {
    "ClusterQueue": _cluster_queue,
    "ClusterRole": _role,
    "ClusterRoleBinding": _binding,
    "LimitRange": _limit_range,
    "Namespace": _namespace,
    "NetworkPolicy": _network_policy,
    "ResourceQuota": _quota,
    "Role": _role,
    "RoleBinding": _binding,
    "ServiceAccount": _service_account,
}

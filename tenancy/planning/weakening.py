"""What a change of an adopted namespace would allow beyond what is on the cluster."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy import manifests as render
from tenancy.config.document import JSON, mapping
from tenancy.drifting import Identity, adoption
from tenancy.drifting.adoption import Weakened
from tenancy.manifests import Manifest
from tenancy.model import Enforcement, Live, Namespace, Organization, Platform, Quota
from tenancy.planning import snapshot
from tenancy.planning.previous import Before
from tenancy.planning.weakened_traffic import weakened_traffic

__all__ = ["name_of", "unnamed", "weakened_by", "weakened_objects"]

_LEVEL: Final = "pod-security.kubernetes.io/enforce"

Objects = Mapping[Identity, Mapping[str, JSON]]


def name_of(one: Weakened) -> str:
    """Return the object as `enforcement.mayWeaken` names it: `ResourceQuota/team`."""
    return f"{one.object.kind}/{one.object.name}"


def weakened_objects(desired: Collection[Manifest], live: Objects) -> Iterator[Weakened]:
    """Yield every value and all traffic of *desired* that allows more than *live* does."""
    yield from adoption.weakened(desired, live)
    yield from weakened_traffic(desired, live)


def unnamed(
    found: Iterable[Weakened], organizations: Iterable[Organization]
) -> Iterator[Weakened]:
    """Yield those of *found* that no `enforcement.mayWeaken` of *organizations* names."""
    named = {
        (namespace.name, name)
        for organization in organizations
        for namespace in organization.namespaces
        for name in namespace.enforcement.may_weaken
    }
    for one in found:
        if (one.object.namespace or one.object.name, name_of(one)) not in named:
            yield one


def weakened_by(
    namespace: Namespace, platform: Platform, before: Before, live: Live
) -> Iterator[Weakened]:
    """
    Yield what an update of *namespace* would allow beyond what is on the cluster.

    An object that the update does not change is left out, and so is a value that the last
    update set and that the file now changes: the file then states that it becomes looser.

    Args:
        namespace: After the update; it exists.
        platform: That of its cluster.
        before: The last update, which had it.
        live: What is on the cluster.
    """
    old = next((n for n in before.namespaces if n.name == namespace.name), None)
    if old is None:
        return
    record = before.settings.get(namespace.name, {})
    is_enforced_anew = old.enforcement.is_audit and not namespace.enforcement.is_audit
    if not is_enforced_anew and _same(record, snapshot.namespace(namespace)):
        return
    recorded = dict(_recorded(old, record, _main_limit_range(namespace, old)))
    if is_enforced_anew:
        # Enforcement replaces the level that was kept in audit; no line of the file says so.
        del recorded[Identity(kind="Namespace", name=namespace.name)]
    desired = [
        one
        for one in _rendered(namespace, platform)
        if (was := recorded.get(Identity.of(one))) is None
        or one["kind"] == "Namespace"
        or was.get("spec") != one.get("spec")
    ]
    there = _there(namespace, live)
    stated = set(adoption.weakened(desired, recorded))
    yield from (one for one in adoption.weakened(desired, there) if one not in stated)
    if is_enforced_anew:
        yield from weakened_traffic(desired, there)


def _same(record: Mapping[str, JSON], now: Mapping[str, JSON]) -> bool:
    """Return whether the two are the same; the engine gives whole numbers back as floats."""
    one, other = (
        json.loads(json.dumps(value), parse_int=float) for value in (dict(record), dict(now))
    )
    return bool(one == other)


def _rendered(namespace: Namespace, platform: Platform) -> Iterator[Manifest]:
    """Yield the objects of *namespace* that people describe, and its network policies."""
    is_audit = namespace.enforcement.is_audit
    level = namespace.pod_security.enforce
    if is_audit:
        level = namespace.enforcement.pod_security or ""
    marks = {_LEVEL: level} if level else {}
    ranges = namespace.further_limit_ranges
    if _main_limit_range(namespace, namespace) is not None:
        ranges = namespace.limit_ranges
    if not is_audit:
        bare = attrs.evolve(
            namespace,
            bindings=(),
            grants=(),
            quotas=(),
            limit_range=None,
            enforcement=Enforcement(),
        )
        rendered = render.namespace(bare, platform)
        metadata = mapping(rendered.namespace["metadata"])  # type: ignore[arg-type]
        marks = {**mapping(metadata.get("labels")), **marks}  # type: ignore[dict-item]
        marks.pop(f"{_LEVEL}-version", None)
        yield from (one for one in rendered.guardrails if one["kind"] == "NetworkPolicy")
    yield {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": namespace.name, "labels": marks},
    }
    yield from (render.quota(one, namespace.name) for one in namespace.quotas)
    yield from (render.limit_range(one, namespace.name) for one in ranges)


def _main_limit_range(namespace: Namespace, at: Namespace) -> str | None:
    """Return the limit range's name; None if there is none, or it waits for an audit to end."""
    is_older = namespace.adopted is not None and namespace.adopted.limit_range is not None
    if namespace.limit_range is None or (at.enforcement.is_audit and not is_older):
        return None
    return namespace.limit_range.name


def _recorded(
    old: Namespace, record: Mapping[str, JSON], limit_range: str | None
) -> Iterator[tuple[Identity, Mapping[str, JSON]]]:
    """Yield what the last update set, as objects on a cluster."""
    kept = old.enforcement
    level = kept.pod_security if kept.is_audit else old.pod_security.enforce
    yield (
        Identity(kind="Namespace", name=old.name),
        {"metadata": {"labels": {_LEVEL: level} if level else {}}},
    )
    for quota in old.quotas:
        yield _of_quota(quota, old.name)
    ranges = dict(mapping(record.get("limitRanges")))
    if limit_range is not None and (main := record.get("limitRange")):
        ranges[limit_range] = main
    for name, types in ranges.items():
        limits: list[JSON] = [
            {"type": kind, **mapping(parts)} for kind, parts in mapping(types).items()
        ]
        yield (
            Identity(kind="LimitRange", namespace=old.name, name=name),
            {"spec": {"limits": limits}},
        )


def _of_quota(quota: Quota, namespace: str) -> tuple[Identity, Mapping[str, JSON]]:
    manifest = render.quota(quota, namespace)
    return Identity.of(manifest), manifest  # type: ignore[return-value]


def _there(namespace: Namespace, live: Live) -> Objects:
    """Return what is on the cluster of *namespace*, and every namespace's labels."""
    found: dict[Identity, Mapping[str, JSON]] = {
        Identity(kind="Namespace", name=name): {"metadata": {"labels": dict(one.labels)}}
        for name, one in (live.namespaces or {}).items()
    }
    for name, quota in (live.quotas or {}).get(namespace.name, {}).items():
        identity = Identity(kind="ResourceQuota", namespace=namespace.name, name=name)
        found[identity] = {"spec": {"hard": dict(quota.hard)}}
    for name, limits in (live.limit_ranges or {}).get(namespace.name, {}).items():
        identity = Identity(kind="LimitRange", namespace=namespace.name, name=name)
        found[identity] = limits  # type: ignore[assignment]
    policies = () if live.workloads is None else live.workloads.network_policies
    for policy in policies:
        identity = Identity.of(policy)
        if identity.namespace == namespace.name:
            found[identity] = policy  # type: ignore[assignment]
    return found

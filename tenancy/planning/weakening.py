"""What a change of an adopted namespace would allow beyond what is on the cluster."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping

from tenancy import manifests as render
from tenancy.config.document import JSON, mapping
from tenancy.drifting import Identity, adoption
from tenancy.drifting.adoption import Weakened
from tenancy.kubernetes.pods import POD_SECURITY_LABEL, items
from tenancy.kubernetes.pods import mapping as mapping_of
from tenancy.manifests import Manifest
from tenancy.model import Live, Namespace, Platform, Quota, SharedNamespace
from tenancy.planning import snapshot
from tenancy.planning.shared_namespaces import enforced_manifests
from tenancy.planning.weakened_traffic import weakened_traffic

__all__ = ["name_of", "unnamed", "weakened_by", "weakened_objects", "weakened_traffic_by"]

Objects = Mapping[Identity, Mapping[str, JSON]]


def name_of(one: Weakened) -> str:
    """Return the object as `enforcement.mayWeaken` names it: `ResourceQuota/team`."""
    return f"{one.object.kind}/{one.object.name}"


def weakened_objects(desired: Collection[Manifest], live: Objects) -> Iterator[Weakened]:
    """Yield every value and all traffic of *desired* that allows more than *live* does."""
    yield from adoption.weakened(desired, live)
    yield from weakened_traffic(desired, live)


def unnamed(
    found: Iterable[Weakened], namespaces: Iterable[Namespace | SharedNamespace]
) -> Iterator[Weakened]:
    """Yield those of *found* that no `enforcement.mayWeaken` of *namespaces* names."""
    named = {
        (namespace.name, name)
        for namespace in namespaces
        for name in namespace.enforcement.may_weaken
    }
    for one in found:
        if (one.object.namespace or one.object.name, name_of(one)) not in named:
            yield one


def weakened_by(
    namespace: Namespace, old: Namespace, record: Mapping[str, JSON], live: Live
) -> Iterator[Weakened]:
    """
    Yield what an update of *namespace* would allow beyond what limits it on the cluster.

    An object that the update does not change is left out, and so is a value that the last
    update set and that the file now changes: the file then states that it becomes looser.

    Args:
        namespace: After the update; it exists.
        old: As the last update had it.
        record: The settings that the last update recorded.
        live: What is on the cluster.
    """
    is_enforced_anew = old.enforcement.is_audit and not namespace.enforcement.is_audit
    if not is_enforced_anew and _same(record, snapshot.namespace(namespace)):
        return
    recorded = dict(_recorded(old, record, _main_limit_range(namespace, old)))
    if is_enforced_anew:
        # Enforcement replaces the level that was kept in audit; no line of the file shows this.
        del recorded[Identity(kind="Namespace", name=namespace.name)]
    desired = [
        one
        for one in _limits(namespace)
        if (was := recorded.get(Identity.of(one))) is None
        or one["kind"] == "Namespace"
        or _content(was) != _content(one)
    ]
    there = _there(namespace, live)
    stated = set(adoption.weakened(desired, recorded))
    yield from (one for one in adoption.weakened(desired, there) if one not in stated)


def weakened_traffic_by(
    namespaces: Iterable[Namespace], platform: Platform, live: Live
) -> Iterator[Weakened]:
    """
    Yield what the network policies of *namespaces* would add to their own ones.

    Args:
        namespaces: After the update, which gives them network policies of ours.
        platform: The platform of their cluster.
        live: What is on the cluster.
    """
    found: dict[Identity, Mapping[str, JSON]] = {}
    for policy in () if live.workloads is None else live.workloads.network_policies:
        found[Identity.of(policy)] = policy  # type: ignore[assignment]
    own = {identity.namespace for identity in found}
    desired = [
        one
        for namespace in namespaces
        if namespace.name in own
        for one in _with_policies(namespace, platform)
    ]
    if desired:
        for name, there in (live.namespaces or {}).items():
            labels: JSON = dict(there.labels)
            found[Identity(kind="Namespace", name=name)] = {"metadata": {"labels": labels}}
        yield from weakened_traffic(desired, found)


def _content(one: Mapping[str, object]) -> object:
    """Return the spec of *one*; a limit range's types have no order."""
    spec = mapping_of(one.get("spec"))
    limits = sorted(items(spec.get("limits")), key=lambda item: str(item.get("type")))
    return {**spec, **({"limits": limits} if limits else {})}


def _same(record: Mapping[str, JSON], now: Mapping[str, JSON]) -> bool:
    """Return whether the two are the same; the engine gives whole numbers back as floats."""
    one, other = (
        json.loads(json.dumps(value), parse_int=float) for value in (dict(record), dict(now))
    )
    return bool(one == other)


def _limits(namespace: Namespace) -> Iterator[Manifest]:
    """Yield the Pod Security level, the quotas and the limit ranges that people describe."""
    level: str | None = namespace.pod_security.enforce
    if namespace.enforcement.is_audit:
        level = namespace.enforcement.pod_security
    metadata = {"name": namespace.name, "labels": {POD_SECURITY_LABEL: level} if level else {}}
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    yield from (render.quota(one, namespace.name) for one in namespace.quotas)
    ranges = namespace.further_limit_ranges
    if _main_limit_range(namespace, namespace) is not None:
        ranges = namespace.limit_ranges
    yield from (render.limit_range(one, namespace.name) for one in ranges)


def _with_policies(namespace: Namespace, platform: Platform) -> Iterator[Manifest]:
    """Yield *namespace* and its network policies."""
    found, policies = enforced_manifests(namespace, platform)
    yield found
    yield from policies


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
        {"metadata": {"labels": {POD_SECURITY_LABEL: level} if level else {}}},
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
    """Return what limits *namespace* on the cluster."""
    found: dict[Identity, Mapping[str, JSON]] = {}
    if (own := (live.namespaces or {}).get(namespace.name)) is not None:
        labels: JSON = dict(own.labels)
        found[Identity(kind="Namespace", name=own.name)] = {"metadata": {"labels": labels}}
    for name, quota in (live.quotas or {}).get(namespace.name, {}).items():
        identity = Identity(kind="ResourceQuota", namespace=namespace.name, name=name)
        found[identity] = {"spec": {"hard": dict(quota.hard)}}
    for name, limits in (live.limit_ranges or {}).get(namespace.name, {}).items():
        identity = Identity(kind="LimitRange", namespace=namespace.name, name=name)
        found[identity] = limits  # type: ignore[assignment]
    return found

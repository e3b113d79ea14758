"""
Quotas and limit ranges: those that people wrote, unchanged, and those that Tenancy adds.

A quota key that is missing is unlimited; so every key that Tenancy knows is always limited,
in separate quotas.
"""

from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import (
    COUNT_ALIASES,
    RESOURCE_CLAIM_TEMPLATES,
    RESOURCE_CLAIMS,
    devices_key,
    requests_key,
)
from tenancy.manifests.manifest import Manifest, manifest
from tenancy.model import (
    Grant,
    LimitRange,
    Limits,
    Namespace,
    Platform,
    Quota,
    device_limits,
    pool_class,
    pool_classes,
    pools_sharing_a_resource,
)
from tenancy.model import managed_quotas as names

__all__ = [
    "DEFAULT_OBJECT_COUNTS",
    "EPHEMERAL_STORAGE",
    "GANG_JOBS",
    "default_counts",
    "free_name",
    "gpu_limits",
    "limit_range",
    "managed_quotas",
    "no_devices",
    "object_counts",
    "quota",
    "storage_class_limits",
]

DEFAULT_OBJECT_COUNTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "pods": 50,
        "services": 20,
        "services.loadbalancers": 0,
        "services.nodeports": 0,
        "persistentvolumeclaims": 20,
        "replicationcontrollers": 0,
        "resourcequotas": 10,
        "secrets": 100,
        "configmaps": 100,
        "count/serviceaccounts": 50,
        "count/deployments.apps": 50,
        "count/replicasets.apps": 200,
        "count/statefulsets.apps": 20,
        "count/daemonsets.apps": 0,
        "count/jobs.batch": 100,
        "count/cronjobs.batch": 20,
        "count/horizontalpodautoscalers.autoscaling": 50,
        "count/poddisruptionbudgets.policy": 50,
        "count/ingresses.networking.k8s.io": 5,
        "count/networkpolicies.networking.k8s.io": 20,
        "count/roles.rbac.authorization.k8s.io": 20,
        "count/rolebindings.rbac.authorization.k8s.io": 20,
    }
)
"""
Counts of objects in every namespace, so that no namespace fills etcd; the platform may set
others.

The objects that Tenancy and Kubernetes create in a namespace are added to them.
"""

GANG_JOBS: Final = 20
"""How many objects of each kind of gang jobs a namespace may have."""

EPHEMERAL_STORAGE: Final[Mapping[str, str]] = MappingProxyType(
    {"requests.ephemeral-storage": "100Gi", "limits.ephemeral-storage": "200Gi"}
)
"""The default limit of ephemeral storage of a namespace, for pods that request it."""


def quota(written: Quota, namespace: str) -> Manifest:
    """Return *written* as a ResourceQuota with exactly its keys."""
    selector = [
        {
            "scopeName": expression.scope_name,
            "operator": expression.operator,
            **({"values": list(expression.values)} if expression.values else {}),
        }
        for expression in written.scope_selector
    ]
    return _quota(
        written.name,
        namespace,
        _texts(written.hard),
        **({"scopes": list(written.scopes)} if written.scopes else {}),
        **({"scopeSelector": {"matchExpressions": selector}} if selector else {}),
    )


def limit_range(written: LimitRange, namespace: str) -> Manifest:
    """Return *written* as a LimitRange with exactly its values."""
    return manifest(
        "v1",
        "LimitRange",
        written.name,
        namespace,
        spec={
            "limits": [
                {
                    "type": item.type,
                    **{
                        key: _texts(limits)
                        for key, limits in (
                            ("default", item.default),
                            ("defaultRequest", item.default_request),
                            ("max", item.max),
                            ("min", item.min),
                            ("maxLimitRequestRatio", item.max_limit_request_ratio),
                        )
                        if limits
                    },
                }
                for item in written.items
            ]
        },
    )


def managed_quotas(
    namespace: Namespace, platform: Platform, created: Mapping[str, int]
) -> tuple[Manifest, ...]:
    """
    Return the quotas that Tenancy adds to those that people wrote.

    Args:
        namespace: Their namespace.
        platform: The platform of its cluster.
        created: How many other objects it has from the start, by the key that counts them.
    """
    if namespace.enforcement.is_audit:
        return _of_audit(namespace, platform)
    written = _written_keys(namespace.quotas)
    candidates: list[tuple[str, Mapping[str, str], dict[str, object]]] = [
        (names.GPUS, _all_devices(namespace, platform), {}),
        *_of_pools(namespace, platform),
        (names.STORAGE_CLASSES, storage_class_limits(namespace, platform), {}),
        (
            names.EPHEMERAL_STORAGE,
            {key: value for key, value in EPHEMERAL_STORAGE.items() if key not in written},
            {},
        ),
        (names.CROSS_NAMESPACE_AFFINITY, {"pods": "0"}, _CROSS_NAMESPACE),
    ]
    needed = [candidate for candidate in candidates if candidate[1]]
    quotas = len(namespace.quotas) + len(needed) + 1
    counts = object_counts(
        platform,
        {**created, "resourcequotas": quotas},
        written,
        names.load_balancer_limits(namespace.load_balancers),
    )
    own = {written.name for written in namespace.quotas}
    return (
        _quota(free_name(names.OBJECT_COUNTS, own), namespace.name, counts),
        *(
            _quota(free_name(name, own), namespace.name, hard, **scope)
            for name, hard, scope in needed
        ),
    )


def _of_pools(
    namespace: Namespace, platform: Platform
) -> Iterable[tuple[str, Mapping[str, str], dict[str, object]]]:
    """Return the quota of each pool whose resource another granted pool has too."""
    hard: dict[str, dict[str, str]] = {}
    classes: dict[str, tuple[str, ...]] = {}
    for grant in pools_sharing_a_resource(namespace.grants):
        hard.setdefault(grant.pool, {})[requests_key(grant.resource)] = str(grant.limit)
        # All of the pool's classes, so that pods which have one already are counted too.
        classes[grant.pool] = pool_classes(grant, platform)
    return [
        (pool_class(pool), limits, _of_classes(classes[pool])) for pool, limits in hard.items()
    ]


def free_name(name: str, taken: Container[str]) -> str:
    """
    Return *name* for our quota, or another if an adopted quota has that name.

    >>> free_name("gpus", {"gpus"})
    'tenancy-gpus'
    >>> free_name("gpus", {"gpus", "tenancy-gpus"})
    'tenancy-tenancy-gpus'
    """
    while name in taken:
        name = f"tenancy-{name}"
    return name


def _of_audit(namespace: Namespace, platform: Platform) -> tuple[Manifest, ...]:
    """Return our only quota during an audit: the GPUs that are granted."""
    granted = {
        key: str(count)
        for key, count in device_limits(namespace.grants, platform).items()
        if count
    }
    own = {written.name for written in namespace.quotas}
    return (_quota(free_name(names.GPUS, own), namespace.name, granted),) if granted else ()


def _of_classes(names_of_pool: Iterable[str]) -> dict[str, object]:
    values = list(names_of_pool)
    expression = {"scopeName": "PriorityClass", "operator": "In", "values": values}
    return {"scopeSelector": {"matchExpressions": [expression]}}


_CROSS_NAMESPACE: Final[dict[str, object]] = {
    "scopeSelector": {
        "matchExpressions": [
            {"scopeName": "CrossNamespacePodAffinity", "operator": "Exists"},
        ]
    }
}
"""Affinity to other namespaces' pods shows where they run, and can keep them off nodes."""


def default_counts(platform: Platform) -> Mapping[str, int]:
    """Return the default counts in a namespace of *platform*, with its kinds of gang jobs."""
    gangs = {f"count/{name}": GANG_JOBS for name in platform.gang_jobs}
    return {**DEFAULT_OBJECT_COUNTS, **gangs}


def object_counts(
    platform: Platform,
    created: Mapping[str, int],
    written: Iterable[str] = (),
    granted: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, str]:
    """
    Return how many objects of each kind may exist.

    The objects that Tenancy creates are added, so that the default or the
    platform's count remains for tenants.

    Args:
        platform: Its counts replace the defaults.
        created: How many objects Tenancy creates, by the quota key that counts them.
        written: Keys that people wrote in the namespace; they are not set again.
        granted: Counts that the namespace is granted; they replace all others.
    """
    left_out = set(written)
    own = {COUNT_ALIASES.get(key, key) for key in platform.object_counts} - set(
        platform.object_counts
    )
    counts: dict[str, str] = {}
    defaults = default_counts(platform)
    for key in {**defaults, **platform.object_counts}:
        # The platform's `count/secrets` replaces the default of `secrets`.
        if _plain(key) in left_out or key in own:
            continue
        if key in granted:
            counts[key] = str(granted[key])
            continue
        ours = created.get(COUNT_ALIASES.get(key, key), 0)
        allowed = platform.object_counts.get(key)
        counts[key] = str(
            defaults[key] + ours if allowed is None else allowed + Quantity.parse(ours)
        )
    return counts


def gpu_limits(grants: Iterable[Grant], platform: Platform) -> dict[str, str]:
    """
    Return the limit of every GPU resource and device class; "0" without a grant.

    One claim is allowed for each granted device, also of a pool without a device class: the
    scheduler creates a claim for a pod that requests an extended resource which a class serves.
    """
    granted = tuple(grants)
    limits = device_limits(granted, platform)
    classes = {devices_key(name) for name in platform.device_classes}
    return {
        **{key: str(count) for key, count in limits.items()},
        RESOURCE_CLAIMS: str(sum(grant.limit for grant in granted)),
        RESOURCE_CLAIM_TEMPLATES: str(
            sum(count for key, count in limits.items() if key in classes)
        ),
    }


def _all_devices(namespace: Namespace, platform: Platform) -> dict[str, str]:
    """Return the limits of GPUs and of host devices that an exception lets be claimed."""
    limits = gpu_limits(namespace.grants, platform)
    for name, count in namespace.pod_security.devices.items():
        limits[devices_key(name)] = str(count)
        for key in (RESOURCE_CLAIMS, RESOURCE_CLAIM_TEMPLATES):
            limits[key] = str(int(limits[key]) + count)
    return limits


def no_devices(namespace: str, platform: Platform) -> Manifest:
    """Return the quota of a namespace of no organization, which therefore has no GPUs."""
    return _quota(names.GPUS, namespace, gpu_limits((), platform))


def storage_class_limits(namespace: Namespace, platform: Platform) -> dict[str, str]:
    """Return "0" for every storage class of the platform that is not granted."""
    granted = namespace.storage_classes
    closed = [
        name
        for name, kind in sorted(platform.storage_classes.items())
        if (kind != "shared" if granted is None else name not in granted)
    ]
    return {
        f"{name}.storageclass.storage.k8s.io/{key}": "0"
        for name in closed
        for key in ("requests.storage", "persistentvolumeclaims")
    }


def _quota(name: str, namespace: str, hard: Mapping[str, str], **scope: object) -> Manifest:
    return manifest("v1", "ResourceQuota", name, namespace, spec={"hard": dict(hard), **scope})


def _texts(limits: Limits) -> dict[str, str]:
    return {key: str(limit) for key, limit in limits.items()}


def _written_keys(quotas: Iterable[Quota]) -> set[str]:
    return {_plain(key) for quota in quotas if not quota.is_scoped for key in quota.hard}


def _plain(key: str) -> str:
    """Return *key* with `count/pods` as `pods`, because the API server counts both the same."""
    name = key.removeprefix("count/")
    return name if "." not in name else key

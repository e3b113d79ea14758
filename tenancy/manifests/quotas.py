"""
Quotas and limit ranges: what people wrote as they wrote it, and what the walls add beside it.

A quota key that is missing is unlimited; so what the walls know of is always written, in
objects of their own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from tenancy.kubernetes.quantity import Quantity
from tenancy.manifests.manifest import Manifest, manifest
from tenancy.manifests.pool_priority_classes import pool_class, pools_sharing_a_resource
from tenancy.model.platform import Platform
from tenancy.model.values import LimitRange, Limits, Namespace, Quota

__all__ = [
    "DEFAULT_OBJECT_COUNTS",
    "EPHEMERAL_STORAGE",
    "WALL_QUOTAS",
    "gpu_limits",
    "limit_range",
    "no_devices",
    "object_counts",
    "quota",
    "storage_class_limits",
    "wall_quotas",
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
        # One more than a round number: Kubernetes puts kube-root-ca.crt into every namespace.
        "configmaps": 101,
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
Counts of objects in every namespace, so that nobody fills etcd; the platform may set others.

What this tool renders itself is added to them, and leaves room for what it renders next.
"""

EPHEMERAL_STORAGE: Final[Mapping[str, str]] = MappingProxyType(
    {"requests.ephemeral-storage": "100Gi", "limits.ephemeral-storage": "200Gi"}
)
"""What pods that state ephemeral storage may use together, where people wrote nothing."""

WALL_QUOTAS: Final = (
    "object-counts",
    "gpus",
    "storage-classes",
    "ephemeral-storage",
    "cross-namespace-affinity",
)
"""Names of the quotas that the walls add; people's own may not be called so."""


def quota(written: Quota, namespace: str) -> Manifest:
    """Return *written* as a ResourceQuota that holds its keys, and no other."""
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
    """Return *written* as a LimitRange that holds what was written, and nothing else."""
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


def wall_quotas(
    namespace: Namespace, platform: Platform, rendered: Mapping[str, int]
) -> tuple[Manifest, ...]:
    """
    Return the quotas that the walls add.

    What is rendered beside them comes by the quota key that counts it, the quotas left out.
    """
    written = _written_keys(namespace.quotas)
    found: list[tuple[str, Mapping[str, str], dict[str, object]]] = [
        ("gpus", gpu_limits(namespace, platform), {}),
        *(
            (
                pool_class(grant.pool),
                {f"requests.{grant.resource}": str(grant.gpus)},
                _of_class(pool_class(grant.pool)),
            )
            for grant in pools_sharing_a_resource(namespace.grants)
        ),
        ("storage-classes", storage_class_limits(namespace, platform), {}),
        (
            "ephemeral-storage",
            {key: value for key, value in EPHEMERAL_STORAGE.items() if key not in written},
            {},
        ),
        ("cross-namespace-affinity", {"pods": "0"}, _CROSS_NAMESPACE),
    ]
    kept = [(name, hard, scope) for name, hard, scope in found if hard]
    quotas = len(namespace.quotas) + len(kept) + 1
    counts = object_counts(platform, {**rendered, "resourcequotas": quotas}, written)
    return (
        _quota("object-counts", namespace.name, counts),
        *(_quota(name, namespace.name, hard, **scope) for name, hard, scope in kept),
    )


def _of_class(name: str) -> dict[str, object]:
    expression = {"scopeName": "PriorityClass", "operator": "In", "values": [name]}
    return {"scopeSelector": {"matchExpressions": [expression]}}


_CROSS_NAMESPACE: Final[dict[str, object]] = {
    "scopeSelector": {
        "matchExpressions": [
            {"scopeName": "CrossNamespacePodAffinity", "operator": "Exists"},
        ]
    }
}
"""Affinity to other namespaces' pods tells where they run, and keeps them off their nodes."""


def object_counts(
    platform: Platform, rendered: Mapping[str, int], written: Iterable[str] = ()
) -> dict[str, str]:
    """
    Return how many objects of each kind may exist.

    How many of them we render ourselves is added, so that what a default or the platform says
    is what tenants may have. A key that people wrote is left to what they wrote.
    """
    left_out = set(written)
    counts: dict[str, str] = {}
    for key in {**DEFAULT_OBJECT_COUNTS, **platform.object_counts}:
        ours, own = rendered.get(key, 0), platform.object_counts.get(key)
        if _plain(key) not in left_out:
            counts[key] = str(
                DEFAULT_OBJECT_COUNTS[key] + ours if own is None else own + Quantity.parse(ours)
            )
    return counts


def gpu_limits(namespace: Namespace, platform: Platform) -> dict[str, str]:
    """
    Return the limit of every GPU resource and device class, "0" without a grant.

    A device that is claimed counts under its class alone and one that is requested under its
    resource alone; so where a pool has a class, a grant is written under both.
    """
    devices: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for grant in namespace.grants:
        devices[grant.resource] += grant.gpus
        pool = platform.pool(grant.pool)
        if pool is not None and pool.device_class is not None:
            classes[pool.device_class] += grant.gpus
    return _device_limits(platform, devices, classes)


def no_devices(namespace: str, platform: Platform) -> Manifest:
    """Return the quota of a namespace that belongs to nobody and so has no GPUs."""
    return _quota("gpus", namespace, _device_limits(platform, {}, {}))


def _device_limits(
    platform: Platform, granted: Mapping[str, int], claimed: Mapping[str, int]
) -> dict[str, str]:
    devices = {**dict.fromkeys(platform.gpu_resources, 0), **granted}
    classes = {**dict.fromkeys(platform.device_classes, 0), **claimed}
    claims = str(sum(classes.values()))
    return {
        **{f"requests.{name}": str(count) for name, count in sorted(devices.items())},
        **{
            f"{name}.deviceclass.resource.k8s.io/devices": str(count)
            for name, count in sorted(classes.items())
        },
        "count/resourceclaims.resource.k8s.io": claims,
        "count/resourceclaimtemplates.resource.k8s.io": claims,
    }


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
    """Return *key* with `count/pods` as `pods`: the API server counts both alike."""
    name = key.removeprefix("count/")
    return name if "." not in name else key

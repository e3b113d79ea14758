"""A namespace of an organization: its labels, its quotas and policies, its role bindings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import POD_SECURITY_DOMAIN
from tenancy.manifests.access import namespace_access
from tenancy.manifests.carrying import carried_objects
from tenancy.manifests.manifest import Manifest, NamespaceManifests, manifest
from tenancy.manifests.network import annotations as network_annotations
from tenancy.manifests.network import organization_policies
from tenancy.manifests.policies.placement import pool_taints
from tenancy.manifests.queues import local_queue
from tenancy.manifests.quotas import limit_range, managed_quotas, quota
from tenancy.model import (
    Enforcement,
    GpuNodePool,
    Grant,
    LimitRange,
    Namespace,
    Platform,
    PodSecurity,
    pools_sharing_a_resource,
    priorities_of_pools,
    queued_grants,
)

__all__ = [
    "KUBERNETES_CREATES",
    "QUOTA_KEYS",
    "audit_reason",
    "created",
    "default_service_account",
    "device_bounds",
    "max_per_pod",
    "namespace",
    "pod_security_labels",
    "tolerations",
]

QUOTA_KEYS: Final[Mapping[str, str]] = {
    "ConfigMap": "configmaps",
    "LimitRange": "count/limitranges",
    "NetworkPolicy": "count/networkpolicies.networking.k8s.io",
    "ResourceQuota": "resourcequotas",
    "Role": "count/roles.rbac.authorization.k8s.io",
    "RoleBinding": "count/rolebindings.rbac.authorization.k8s.io",
    "ServiceAccount": "count/serviceaccounts",
}
"""The quota key that counts each kind of object in a new namespace."""

KUBERNETES_CREATES: Final[Mapping[str, str]] = {
    "ConfigMap": "kube-root-ca.crt",
    "ServiceAccount": "default",
}
"""How many objects Kubernetes creates in each namespace, by kind."""


_ENFORCED: Final = Enforcement()


def namespace(resolved: Namespace, platform: Platform) -> NamespaceManifests:
    """
    Return the manifests of *resolved*.

    Raises:
        NotFoundError: A role that does not exist; a check reports it first.
    """
    name = resolved.name
    is_audit = resolved.enforcement.is_audit
    limits = tuple(limit_range(written, name) for written in _limit_ranges(resolved))
    patches = () if is_audit else (default_service_account(name, resolved.image_pull_secrets),)
    policies = () if is_audit else organization_policies(resolved, platform)
    access = namespace_access(name, resolved.bindings, platform)
    others = _counts((*limits, *policies, *access), resolved)
    return NamespaceManifests(
        namespace=_namespace(resolved, platform),
        patches=patches,
        guardrails=(
            *(quota(written, name) for written in resolved.quotas),
            *limits,
            *managed_quotas(resolved, platform, others),
            *policies,
            *local_queue(resolved, platform),
        ),
        access=access,
        objects=carried_objects(resolved),
    )


def _limit_ranges(resolved: Namespace) -> tuple[LimitRange, ...]:
    """Return the limit ranges that exist; during an audit, only those that it had before."""
    adopted = resolved.adopted
    is_older = adopted is not None and adopted.limit_range is not None
    if resolved.enforcement.is_audit and not is_older:
        return resolved.further_limit_ranges
    return resolved.limit_ranges


def created(resolved: Namespace, platform: Platform) -> Mapping[str, int]:
    """
    Return how many objects each quota key counts once *resolved* is created.

    These are the objects of the manifests, and those that Kubernetes creates in every
    namespace.

    Raises:
        UnknownRoleError: A role that does not exist.
    """
    rendered = namespace(resolved, platform)
    return _counts((*rendered.guardrails, *rendered.access), resolved)


def _counts(manifests: Iterable[Manifest], resolved: Namespace) -> Counter[str]:
    """Count *manifests*, what Kubernetes creates, and the objects of the platform."""
    kinds = (*(str(m["kind"]) for m in manifests), *KUBERNETES_CREATES)
    carried = (found.quota_key for found in resolved.objects)
    return Counter((*(QUOTA_KEYS[kind] for kind in kinds), *carried))


def default_service_account(namespace: str, pull_secrets: Iterable[str] = ()) -> Manifest:
    """
    Return our fields of the ServiceAccount `default`: no automatic mount of its token.

    Args:
        pull_secrets: Names of Secrets with which its pods pull images. Default: members may
            write them.
    """
    named = [{"name": name} for name in pull_secrets]
    return {
        **manifest(
            "v1", "ServiceAccount", "default", namespace, automountServiceAccountToken=False
        ),
        **({"imagePullSecrets": named} if named else {}),
    }


def pod_security_labels(
    level: PodSecurity, enforcement: Enforcement = _ENFORCED
) -> dict[str, str]:
    """
    Return the Pod Security labels: *level* is enforced, `restricted` always gives warnings.

    A level with exceptions has the label `privileged`: an admission policy enforces the rest.

    During an audit *level* gives warnings, and the level that the namespace had stays enforced.
    """
    if enforcement.is_audit:
        kept = enforcement.pod_security
        return {
            **({f"{POD_SECURITY_DOMAIN}/enforce": kept} if kept else {}),
            **{
                f"{POD_SECURITY_DOMAIN}/{mode}{suffix}": value
                for mode in ("warn", "audit")
                for suffix, value in (("", level.enforce), ("-version", level.version))
            },
        }
    return {
        f"{POD_SECURITY_DOMAIN}/{mode}{suffix}": value
        for mode, enforced in (
            ("enforce", level.label),
            ("warn", "restricted"),
            ("audit", "restricted"),
        )
        for suffix, value in (("", enforced), ("-version", level.version))
    }


def tolerations(resolved: Namespace, platform: Platform) -> tuple[str, ...]:
    """
    Return the taints that pods may tolerate, as `<key>=<value>:<effect>`, sorted.

    Some clusters let every pod that requests a resource tolerate the taint of its name
    with any value; so its value is `*`.
    """
    found: set[str] = set()
    for grant in resolved.grants:
        pool = platform.pool(grant.pool)
        if pool is not None and grant.limit:
            found.update(f"{name}=*:NoSchedule" for name in (pool.resource, grant.resource))
            found.update(f"{t.key}={t.value}:{t.effect}" for t in pool_taints(pool))
    return tuple(sorted(found))


def max_per_pod(resolved: Namespace, platform: Platform) -> dict[str, int]:
    """
    Return the most devices of each granted resource that one pod may request.

    If several granted pools have a resource, each of them has its own bound besides the
    largest, as `<resource>@<pool>`.
    """
    apart = {
        (grant.pool, grant.resource) for grant in pools_sharing_a_resource(resolved.grants)
    }
    found: dict[str, int] = {}
    for grant in resolved.grants:
        pool = platform.pool(grant.pool)
        most = grant.max_per_pod
        if most is None and pool is not None:
            most = pool.resources.get(grant.resource)
        if most is not None and grant.limit and grant.is_requested:
            found[grant.resource] = max(found.get(grant.resource, 0), most)
            if (grant.pool, grant.resource) in apart:
                found[f"{grant.resource}@{grant.pool}"] = most
    return dict(sorted(found.items()))


def _namespace(resolved: Namespace, platform: Platform) -> Manifest:
    billing = resolved.billing
    ours = {
        labels.ORGANIZATION: resolved.organization,
        labels.ENVIRONMENT: resolved.environment,
        labels.ID: resolved.id,
        labels.STACK: resolved.stack,
        labels.WORKLOAD: resolved.workload,
        labels.SUBSCRIPTION_GROUP: billing.subscription_group if billing else None,
        labels.SUBSCRIPTION: resolved.subscription,
        labels.COST_CENTER: billing.cost_center if billing else None,
        labels.ENFORCEMENT: labels.AUDIT if resolved.enforcement.is_audit else None,
    }
    return manifest(
        "v1",
        "Namespace",
        resolved.name,
        # Tenancy's labels come last, so that they take precedence over what people write.
        extra_labels={
            **resolved.labels,
            **_without_none(ours),
            **pod_security_labels(resolved.pod_security, resolved.enforcement),
        },
        annotations={**resolved.annotations, **_annotations(resolved, platform)},
    )


def _annotations(resolved: Namespace, platform: Platform) -> dict[str, str]:
    """Return the annotations for people, and those that the admission policies read."""
    adopted = resolved.adopted
    granted = [grant for grant in resolved.grants if grant.limit]
    return _without_none(
        {
            labels.DISPLAY_NAME: resolved.display_name,
            labels.OWNER: resolved.owner,
            labels.INHERITS_FROM: resolved.lineage[0] if resolved.lineage else None,
            labels.POD_SECURITY_REASON: _why(resolved.pod_security),
            labels.CAPABILITIES: ",".join(resolved.pod_security.capabilities),
            labels.AUDIT_REASON: audit_reason(resolved.enforcement),
            labels.IGNORED: ",".join(resolved.ignored),
            labels.IMAGE_PULL_SECRETS: ",".join(resolved.image_pull_secrets),
            labels.ADOPTED: f"{adopted.origin}: {adopted.reason}" if adopted else None,
            **network_annotations(resolved, platform),
            labels.PRIORITY_CLASSES: ",".join(
                dict.fromkeys(
                    (
                        *resolved.priority_classes,
                        *priorities_of_pools(granted, platform, resolved.priority_classes),
                    )
                )
            ),
            labels.DEVICE_CLASSES: ",".join(
                sorted({*_claimed(granted, platform), *resolved.pod_security.devices})
            ),
            labels.DEVICE_BOUNDS: ",".join(
                (
                    *device_bounds(granted, platform),
                    *(f"{n}:{most}:{most}:" for n, most in _host_devices(resolved)),
                )
            ),
            labels.QUEUED_RESOURCES: ",".join(
                sorted({grant.resource for grant in queued_grants(resolved, platform)})
            ),
            labels.HOSTS: ",".join(resolved.hosts),
            labels.RESOURCES: ",".join(granted_resources(resolved)),
            labels.STORAGE_CLASSES: ",".join(_storage_classes(resolved, platform)),
            labels.GPU_POOLS: ",".join(sorted({grant.pool for grant in granted})),
            labels.MAX_PER_POD: ",".join(
                f"{name}={most}" for name, most in max_per_pod(resolved, platform).items()
            ),
            labels.TOLERATIONS: ",".join(tolerations(resolved, platform)),
            labels.MEMBERS: "\n".join(map(str, resolved.organization_members)),
            labels.NAMESPACES: ",".join(resolved.organization_namespaces),
            labels.LOAD_BALANCERS: "true" if resolved.may_use_load_balancers else None,
        }
    )


def _why(level: PodSecurity) -> str | None:
    """Return why the level is below `restricted`, and why it has exceptions."""
    reasons = (f"{name}: {reason}" for name, reason in sorted(level.exceptions.items()))
    return "; ".join(filter(None, (level.reason, *reasons))) or None


def _host_devices(resolved: Namespace) -> list[tuple[str, int]]:
    return sorted(resolved.pod_security.devices.items())


def audit_reason(enforcement: Enforcement) -> str | None:
    """Return why a namespace is in audit, and until when; None if it is not."""
    if not enforcement.is_audit:
        return None
    until = f"until {enforcement.until.isoformat()}: " if enforcement.until else ""
    return f"{until}{enforcement.reason or ''}"


def _claimed(
    granted: Iterable[Grant], platform: Platform
) -> dict[str, tuple[Grant, GpuNodePool]]:
    """Return the grants of pools whose devices are claimed, by device class."""
    found: dict[str, tuple[Grant, GpuNodePool]] = {}
    for grant in granted:
        pool = platform.pool(grant.pool)
        if pool is not None and pool.is_claimed and grant.resource in pool.device_classes:
            found[pool.device_classes[grant.resource]] = (grant, pool)
    return found


def device_bounds(granted: Iterable[Grant], platform: Platform) -> tuple[str, ...]:
    """Return how many devices of each class a claim and a pod may request, by class."""
    found = []
    for name, (grant, pool) in sorted(_claimed(granted, platform).items()):
        most = min(
            grant.limit, grant.max_per_pod or pool.resources.get(grant.resource) or grant.limit
        )
        of_claim = min(most, grant.max_per_claim or most)
        resource = grant.resource if pool.is_requested else ""
        found.append(f"{name}:{of_claim}:{most}:{resource}")
    return tuple(found)


def granted_resources(resolved: Namespace) -> tuple[str, ...]:
    """Return the resources besides CPU and memory that grants and quotas allow, sorted."""
    found = {grant.resource for grant in resolved.grants if grant.limit and grant.is_requested}
    for written in resolved.quotas:
        for key, limit in written.hard.items():
            name = key.removeprefix("requests.")
            if _is_resource(name) and limit.quantity.nanos > 0:
                found.add(name)
    return tuple(sorted(found))


def _is_resource(name: str) -> bool:
    """Return whether a quota key without `requests.` is a resource of containers."""
    domain, slash, _ = name.partition("/")
    counts = ("count", "storageclass.storage.k8s.io", "deviceclass.resource.k8s.io")
    is_extended = bool(slash) and not domain.endswith(counts)
    return is_extended or name.startswith("hugepages-")


def _storage_classes(resolved: Namespace, platform: Platform) -> tuple[str, ...]:
    """Return the storage classes that claims may use, sorted."""
    granted = resolved.storage_classes
    return tuple(
        name
        for name, kind in sorted(platform.storage_classes.items())
        if (kind == "shared" if granted is None else name in granted)
    )


def _without_none(values: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}

"""GPUs that a namespace uses or may use now, as grants of the platform's pools."""

from collections.abc import Iterator, Mapping

from tenancy.config.document import JSON
from tenancy.drifting.difference import Identity
from tenancy.kubernetes import labels
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.kubernetes.resources import requests_key
from tenancy.model import Platform

__all__ = ["gpus_in_use", "proposed_grants"]

Live = Mapping[Identity, Mapping[str, JSON]]
_ENDED = ("Succeeded", "Failed")


def gpus_in_use(namespace: str, live: Live, platform: Platform) -> Mapping[str, int]:
    """Return the devices that pods of *namespace* have now, by extended resource."""
    resources = {*platform.gpu_resources, *(r for p in platform.pools for r in p.resources)}
    found: dict[str, int] = {}
    for pod in _pods(namespace, live):
        for resource in resources:
            if count := _asked(pod, resource):
                found[resource] = found.get(resource, 0) + count
    return found


def proposed_grants(namespace: str, live: Live, platform: Platform) -> list[JSON]:
    """
    Return the grants of *namespace*: what its pods use, or what its quota allows if more.

    A resource that no pool has cannot be granted.
    """
    used = gpus_in_use(namespace, live, platform)
    found: list[JSON] = []
    granted: set[str] = set()
    for resource in sorted({*platform.gpu_resources, *used}):
        pools = [p.name for p in platform.pools if resource in (p.resources or {p.resource: 0})]
        most = max(used.get(resource, 0), _allowed(namespace, resource, live))
        if pools and most:
            pool = next(iter(_selected(namespace, live, pools)), pools[0])
            if pool not in granted:
                granted.add(pool)
                found.append({"pool": pool, "gpus": most})
    return found


def _pods(namespace: str, live: Live) -> Iterator[Mapping[str, JSON]]:
    for identity, pod in live.items():
        status = pod.get("status")
        phase = status.get("phase") if isinstance(status, dict) else None
        if identity.kind == "Pod" and identity.namespace == namespace and phase not in _ENDED:
            yield pod


def _asked(pod: Mapping[str, JSON], resource: str) -> int:
    """Return what a pod requests: the sum of its containers, or the largest init container."""
    spec = pod.get("spec")
    together, most = 0, 0
    for kind in ("containers", "initContainers"):
        containers = spec.get(kind) if isinstance(spec, dict) else None
        for container in containers if isinstance(containers, list) else ():
            resources = container.get("resources") if isinstance(container, dict) else None
            limits = resources.get("limits") if isinstance(resources, dict) else None
            count = _whole(limits.get(resource)) if isinstance(limits, dict) else 0
            always = isinstance(container, dict) and container.get("restartPolicy") == "Always"
            if kind == "containers" or always:
                together += count
            else:
                most = max(most, count)
    return max(together, most)


def _allowed(namespace: str, resource: str, live: Live) -> int:
    """Return the smallest limit of *resource* in quotas without scopes; 0 without one."""
    found = []
    for identity, quota in live.items():
        if identity.kind == "ResourceQuota" and identity.namespace == namespace:
            spec = quota.get("spec")
            hard = spec.get("hard") if isinstance(spec, dict) else None
            scoped = isinstance(spec, dict) and (
                spec.get("scopes") or spec.get("scopeSelector")
            )
            if isinstance(hard, dict) and requests_key(resource) in hard and not scoped:
                found.append(_whole(hard[requests_key(resource)]))
    return min(found, default=0)


def _selected(namespace: str, live: Live, pools: list[str]) -> Iterator[str]:
    for pod in _pods(namespace, live):
        spec = pod.get("spec")
        selector = spec.get("nodeSelector") if isinstance(spec, dict) else None
        pool = selector.get(labels.GPU_POOL) if isinstance(selector, dict) else None
        if pool in pools:
            yield str(pool)


def _whole(value: JSON) -> int:
    if value is None:
        return 0
    try:
        return Quantity.parse_stored(str(value)).nanos // 10**9
    except InvalidQuantityError:
        return 0

"""Grants of every kind that another value in the same namespace cancels."""

from collections.abc import Iterable, Iterator, Mapping

from tenancy.diagnostics import Finding, Origin, Severity, counted
from tenancy.kubernetes.quantity import Quantity
from tenancy.kubernetes.resources import (
    RESOURCE_CLAIMS,
    InvalidResourceError,
    parse_quota_key,
)
from tenancy.model import Limit, Namespace, Organization, Platform, queued_grants

__all__ = ["grants_without_effect"]

_JOBS = "count/jobs.batch"
_LOAD_BALANCERS = "services.loadbalancers"
_NODE_PORTS = "services.nodeports"


def grants_without_effect(
    organizations: Iterable[Organization], platform: Platform
) -> Iterator[Finding]:
    """Warn of each grant of *organizations* that another value makes useless."""
    for organization in organizations:
        for namespace in organization.namespaces:
            hard = _hard(namespace)
            counts = {**_counts(platform), **{k: v.quantity for k, v in hard.items()}}
            yield from _load_balancers(namespace, hard, counts)
            yield from _storage(namespace, counts)
            yield from _priorities(namespace)
            yield from _pods(namespace, counts)
            yield from _jobs(namespace, platform, counts)
            yield from _claims(namespace, counts)
            yield from _network(namespace, platform)


def _load_balancers(
    namespace: Namespace, hard: Mapping[str, Limit], counts: Mapping[str, Quantity]
) -> Iterator[Finding]:
    granted, written = namespace.load_balancers, hard.get(_LOAD_BALANCERS)
    if granted:
        replaced = [key for key in (_LOAD_BALANCERS, _NODE_PORTS) if key in hard]
        for key in (*replaced, "services"):
            if key in replaced or _is_zero(counts, key):
                yield _cancelled(
                    namespace,
                    namespace.origin / "loadBalancers",
                    f"loadBalancers: {granted} in {namespace.name}",
                    f"its quota of {key} {counts[key]} replaces the grant",
                    f"remove {key} from the quota"
                    if key in replaced
                    else f"raise the count of {key}",
                )
    elif (
        written is not None
        and written.quantity.nanos != 0
        and (_NODE_PORTS not in counts or _is_zero(counts, _NODE_PORTS))
    ):
        yield _cancelled(
            namespace,
            written.origin,
            f"{_LOAD_BALANCERS} {written} in {namespace.name}",
            "each of their ports needs a node port unless the Service has"
            " allocateLoadBalancerNodePorts: false, and the namespace may use none",
            f"write loadBalancers: {written} instead, which includes node ports",
        )


def _storage(namespace: Namespace, counts: Mapping[str, Quantity]) -> Iterator[Finding]:
    for name in namespace.storage_classes or ():
        prefix = f"{name}.storageclass.storage.k8s.io"
        for key in (
            "requests.storage",
            "persistentvolumeclaims",
            f"{prefix}/requests.storage",
            f"{prefix}/persistentvolumeclaims",
        ):
            if _is_zero(counts, key):
                yield _cancelled(
                    namespace,
                    namespace.origin / "storageClasses",
                    f"the storage class {name} in {namespace.name}",
                    f"its quota of {key} is 0, so no volume can be claimed",
                    f"raise {key}, or remove the storage class",
                )


def _priorities(namespace: Namespace) -> Iterator[Finding]:
    for name in namespace.priority_classes:
        for quota in namespace.quotas:
            limit = quota.hard.get("pods")
            if limit is None or limit.quantity.nanos != 0:
                continue
            if any(
                scope.scope_name == "PriorityClass"
                and scope.operator == "In"
                and name in scope.values
                for scope in quota.scope_selector
            ):
                yield _cancelled(
                    namespace,
                    namespace.origin / "priorityClasses",
                    f"the priority class {name} in {namespace.name}",
                    f"the quota {quota.name} allows 0 pods of it",
                    "raise that quota, or remove the priority class",
                )


def _pods(namespace: Namespace, counts: Mapping[str, Quantity]) -> Iterator[Finding]:
    empty = next(
        (
            key
            for key in (
                "pods",
                "requests.cpu",
                "limits.cpu",
                "requests.memory",
                "limits.memory",
            )
            if _is_zero(counts, key)
        ),
        None,
    )
    if empty is not None:
        for name in sorted(namespace.pod_security.exceptions):
            yield _cancelled(
                namespace,
                namespace.pod_security.origin or namespace.origin / "podSecurity",
                f"the exception {name} in {namespace.name}",
                f"its quota of {empty} is 0, so no pod can use it",
                f"raise {empty}, or remove the exception",
            )
        for grant in namespace.grants:
            if grant.gpus:
                yield _cancelled(
                    namespace,
                    grant.origin,
                    f"{grant.gpus} GPUs of the pool {grant.pool} in {namespace.name}",
                    f"its quota of {empty} is 0, so pods cannot use them",
                    f"raise {empty}, or remove the grant",
                )


def _jobs(
    namespace: Namespace, platform: Platform, counts: Mapping[str, Quantity]
) -> Iterator[Finding]:
    if not _is_zero(counts, _JOBS):
        return
    for grant in queued_grants(namespace, platform):
        yield _cancelled(
            namespace,
            grant.origin,
            f"{grant.gpus} GPUs of the pool {grant.pool} in {namespace.name}",
            f"its quota of {_JOBS} is 0, and in a namespace with a queue only Jobs get GPUs",
            f"raise {_JOBS}, or remove the grant",
        )


def _claims(namespace: Namespace, counts: Mapping[str, Quantity]) -> Iterator[Finding]:
    """Warn of fewer claims than devices: where DRA serves them, each may need one."""
    granted = sum(grant.limit for grant in namespace.grants)
    devices = sum(namespace.pod_security.devices.values())
    count = counts.get(_name(RESOURCE_CLAIMS))
    if count is None:
        return
    if count < Quantity.parse(granted):
        yield _cancelled(
            namespace,
            namespace.grants[0].origin,
            f"{counted(granted, 'GPU')} in {namespace.name}",
            f"its count of {RESOURCE_CLAIMS} is {count}, and where DRA serves them, also by an"
            " extended resource, each may need a claim",
            f"raise {RESOURCE_CLAIMS} to {granted + devices}, or remove it: Tenancy counts"
            " claims itself",
        )
    elif devices and count < Quantity.parse(granted + devices):
        yield _cancelled(
            namespace,
            namespace.pod_security.origin or namespace.origin / "podSecurity",
            f"{counted(devices, 'host device')} of exceptions in {namespace.name}",
            f"its count of {RESOURCE_CLAIMS} is {count}, and each device needs a claim",
            f"raise {RESOURCE_CLAIMS} to {granted + devices}, or remove it: Tenancy counts"
            " claims itself",
        )


def _has_other_traffic(namespace: Namespace) -> bool:
    """Return whether policies that are not ours may let traffic in, or none of ours exist."""
    ignored = any(name.startswith("NetworkPolicy/") for name in namespace.ignored)
    return ignored or namespace.enforcement.is_audit


def _network(namespace: Namespace, platform: Platform) -> Iterator[Finding]:
    network = namespace.network
    place = network.origin or namespace.origin / "network"
    if network.metrics_ports and not network.observability:
        yield _cancelled(
            namespace,
            place / "metricsPorts",
            f"metricsPorts of {namespace.name}",
            "observability is false, so they cannot be reached",
            "remove metricsPorts, or set observability to true",
        )
    elif (
        network.metrics_ports
        # A platform that cannot be read is a finding of its own.
        and platform.is_written
        and not any(shared.purpose == "observability" for shared in platform.shared)
    ):
        yield _cancelled(
            namespace,
            place / "metricsPorts",
            f"metricsPorts of {namespace.name}",
            "the platform has no shared namespace for observability that would reach them",
            "describe it under shared of the platform, with managed: false if it exists",
        )
    written = _hard(namespace).get(_LOAD_BALANCERS)
    has_load_balancer = namespace.load_balancers or (
        written is not None and written.quantity.nanos != 0
    )
    if any(rule.cidrs for rule in network.ingress) and not has_load_balancer:
        yield _cancelled(
            namespace,
            place / "ingress",
            f"ingress from addresses into {namespace.name}",
            "the namespace may not have a load balancer for this traffic",
            "write loadBalancers: 1",
        )
    if (
        has_load_balancer
        and not any(rule.cidrs for rule in network.ingress)
        and not _has_other_traffic(namespace)
    ):
        yield _cancelled(
            namespace,
            namespace.origin / "loadBalancers"
            if written is None or namespace.load_balancers
            else written.origin,
            f"load balancers in {namespace.name}",
            "its network lets no addresses in, so nothing reaches pods through them",
            "write {cidrs: [...], ports: [...]} under network.ingress",
        )


def _cancelled(
    namespace: Namespace, origin: Origin, grant: str, reason: str, remedy: str
) -> Finding:
    return Finding(
        code="grant-without-effect",
        origin=origin,
        found=f"{grant}: {reason}",
        allowed="grants that no other value in the namespace cancels",
        remedy=remedy,
        severity=Severity.WARNING,
        organization=namespace.organization,
    )


def _hard(namespace: Namespace) -> Mapping[str, Limit]:
    """Return the limits of all pods and objects of *namespace*, the least of each key."""
    found: dict[str, Limit] = {}
    for quota in namespace.quotas:
        if quota.is_scoped:
            continue
        for text, limit in quota.hard.items():
            name = _name(text)
            if name not in found or limit.quantity < found[name].quantity:
                found[name] = limit
    return found


def _counts(platform: Platform) -> Mapping[str, Quantity]:
    return {_name(text): amount for text, amount in platform.object_counts.items()}


def _name(text: str) -> str:
    try:
        return parse_quota_key(text).name
    except InvalidResourceError:
        return text


def _is_zero(counts: Mapping[str, Quantity], key: str) -> bool:
    amount = counts.get(_name(key))
    return amount is not None and amount.nanos == 0

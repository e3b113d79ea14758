"""The custom resources that Karpenter reads."""

from collections.abc import Sequence

from tenancy.config.spec import TaintSpec
from tenancy.gpu.karpenter.options import (
    EC2,
    KarpenterOptions,
    NodeClassRefSpec,
    NodeClassSpec,
    SelectorTermSpec,
)
from tenancy.gpu.objects import Manifest
from tenancy.gpu.placement import node_labels, node_taints
from tenancy.kubernetes import labels
from tenancy.model import GpuNodePool

__all__ = ["is_static", "node_class", "node_pool"]

_CAPACITY = {
    "on-demand": "on-demand",
    "spot": "spot",
    "reserved": "reserved",
    "capacity-block": "reserved",
}


def is_static(pool: GpuNodePool) -> bool:
    """Return whether *pool* always has the same number of nodes."""
    return 0 < pool.min_nodes == pool.max_nodes


def _metadata(pool: GpuNodePool) -> dict[str, object]:
    # The label `managed` is left out: Karpenter's own controller writes to these objects.
    return {"name": pool.name, "labels": {labels.MANAGED_BY: labels.MANAGER}}


def _taint(taint: TaintSpec) -> dict[str, str]:
    # Karpenter's CRD refuses an empty value.
    value = {"value": taint.value} if taint.value else {}
    return {"key": taint.key, **value, "effect": taint.effect}


def _term(term: SelectorTermSpec) -> dict[str, object]:
    return {"id": term.id} if term.id is not None else {"tags": dict(term.tags)}


def node_class(pool: GpuNodePool, given: NodeClassSpec) -> Manifest:
    """Return the EC2NodeClass of *pool*."""
    device = "/dev/xvdb" if given.ami.startswith("bottlerocket") else "/dev/xvda"
    spec: dict[str, object] = {
        "amiSelectorTerms": [{"alias": given.ami}],
        "subnetSelectorTerms": [_term(term) for term in given.subnets],
        "securityGroupSelectorTerms": [_term(term) for term in given.security_groups],
        "blockDeviceMappings": [
            {
                "deviceName": device,
                "ebs": {"volumeSize": given.disk_size, "volumeType": "gp3", "encrypted": True},
            }
        ],
    }
    if given.role is not None:
        spec["role"] = given.role
    if given.instance_profile is not None:
        spec["instanceProfile"] = given.instance_profile
    if given.instance_store is not None:
        spec["instanceStorePolicy"] = given.instance_store
    if given.tags:
        spec["tags"] = dict(given.tags)
    if pool.capacity.reservation_id is not None:
        spec["capacityReservationSelectorTerms"] = [{"id": pool.capacity.reservation_id}]
    return {
        "apiVersion": f"{EC2}/v1",
        "kind": "EC2NodeClass",
        "metadata": _metadata(pool),
        "spec": spec,
    }


def node_pool(
    pool: GpuNodePool, given: KarpenterOptions, reference: NodeClassRefSpec
) -> Manifest:
    """Return the NodePool of *pool*, with the node class that *reference* names."""
    requirements: list[dict[str, object]] = [
        _in("node.kubernetes.io/instance-type", pool.instance_types),
        _in("karpenter.sh/capacity-type", [_CAPACITY[pool.capacity.type]]),
    ]
    if given.zones:
        requirements.append(_in("topology.kubernetes.io/zone", given.zones))
    requirements += [
        requirement.model_dump(by_alias=True, mode="json", exclude_defaults=True)
        for requirement in given.requirements
    ]
    node: dict[str, object] = {
        "nodeClassRef": reference.model_dump(by_alias=True),
        "requirements": requirements,
        "taints": [_taint(taint) for taint in node_taints(pool)],
        "expireAfter": given.expire_after,
    }
    if given.startup_taints:
        node["startupTaints"] = [_taint(taint) for taint in given.startup_taints]
    if given.termination_grace_period is not None:
        node["terminationGracePeriod"] = given.termination_grace_period
    disruption: dict[str, object] = {
        "consolidationPolicy": given.consolidation_policy,
        "consolidateAfter": given.consolidate_after,
    }
    if given.budgets:
        disruption["budgets"] = [
            budget.model_dump(by_alias=True, mode="json", exclude_defaults=True)
            for budget in given.budgets
        ]
    spec: dict[str, object] = {
        "template": {"metadata": {"labels": node_labels(pool)}, "spec": node},
        "disruption": disruption,
        "limits": _limits(pool),
    }
    if is_static(pool):
        spec["replicas"] = pool.max_nodes
    elif given.weight is not None:
        spec["weight"] = given.weight
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": _metadata(pool),
        "spec": spec,
    }


def _in(key: str, values: Sequence[str]) -> dict[str, object]:
    return {"key": key, "operator": "In", "values": list(values)}


def _limits(pool: GpuNodePool) -> dict[str, str]:
    """Return the largest capacity in physical devices: Karpenter ignores GPU sharing."""
    limits = {"nodes": str(pool.max_nodes)}
    if not is_static(pool) and pool.gpus_per_node is not None:
        limits[pool.resource] = str(pool.max_nodes * pool.gpus_per_node)
    return limits

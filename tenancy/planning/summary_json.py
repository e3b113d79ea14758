"""The summary of the files as plain data, in a published, versioned shape."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import FindingData, Source, errors_in, findings_data
from tenancy.model import Namespace, Sum
from tenancy.planning.sections.totals import PartData, part_data
from tenancy.planning.shapes import CLOSED, amount_data
from tenancy.planning.summary import (
    NamespaceSummary,
    OrganizationSummary,
    PoolSummary,
    Summary,
)

__all__ = ["SummaryData", "summary_data"]

VERSION: Final = 1
"""Incremented when a key changes its meaning or is removed, not for new keys."""


@with_config(CLOSED)
class PlaceData(TypedDict):
    """A namespace with its stack and cluster."""

    namespace: str
    environment: str
    stack: str
    cluster: str


@with_config(CLOSED)
class DefaultPodsData(TypedDict):
    """How many pods with default requests and limits fit, and which quota keys limit them."""

    fit: int | None
    by: list[str]


@with_config(CLOSED)
class NamespaceData(TypedDict):
    """One namespace; quotas by name, then by key."""

    namespace: str
    id: str
    environment: str
    stack: str
    cluster: str
    workload: str | None
    inheritsFrom: list[str]
    podSecurity: str
    mayBeDeleted: bool
    quotas: dict[str, dict[str, str]]
    defaultPods: DefaultPodsData


@with_config(CLOSED)
class SummaryTotalData(TypedDict):
    """A quota key over all environments; null means unlimited, or no ceiling."""

    key: str
    total: str | None
    ceiling: str | None
    namespaces: list[PartData]


@with_config(CLOSED)
class RoleMemberData(TypedDict):
    """A subject that has a role, and in which namespaces."""

    role: str
    subject: str
    namespaces: list[PlaceData]


@with_config(CLOSED)
class GpuGrantData(TypedDict):
    """Devices of a pool that a namespace may use."""

    namespace: str
    environment: str
    stack: str
    cluster: str
    pool: str
    resource: str
    devices: int


@with_config(CLOSED)
class OrganizationData(TypedDict):
    """One organization."""

    name: str
    prefix: str
    displayName: str | None
    owner: str | None
    writtenNamespaces: int
    maxNamespaces: int
    defaultNamespace: str | None
    namespaces: list[NamespaceData]
    totals: list[SummaryTotalData]
    access: list[RoleMemberData]
    gpuGrants: list[GpuGrantData]


@with_config(CLOSED)
class NodesData(TypedDict):
    """The number of nodes of a pool."""

    min: int
    max: int


@with_config(CLOSED)
class PoolResourceData(TypedDict):
    """Devices of one extended resource."""

    resource: str
    perNode: int
    capacity: int
    granted: int


@with_config(CLOSED)
class GpuNodePoolData(TypedDict):
    """A GPU node pool, and the devices that the files grant."""

    platform: str
    name: str
    model: str
    nodes: NodesData
    gpusFrom: str | None
    resources: list[PoolResourceData]


@with_config(CLOSED)
class SummaryData(TypedDict):
    """A summary of the files, without a cluster."""

    version: Literal[1]
    kind: Literal["summary"]
    stacks: list[str]
    clustersNotRead: list[str]
    """Their names. Of these, current use, existing names and manual changes are not known."""
    refused: bool
    findings: list[FindingData]
    organizations: list[OrganizationData]
    gpuNodePools: list[GpuNodePoolData]


def summary_data(summary: Summary, documents: Mapping[str, Source] = {}) -> SummaryData:
    """
    Return *summary* as plain data; the reasons of a refusal come first.

    Args:
        documents: By source, for line numbers. Default: none.
    """
    return {
        "version": VERSION,
        "kind": "summary",
        "stacks": list(summary.stacks),
        "clustersNotRead": list(summary.not_read),
        "refused": bool(errors_in(summary.findings)),
        "findings": findings_data(summary.findings, documents),
        "organizations": [_organization(o, summary.clusters) for o in summary.organizations],
        "gpuNodePools": [_pool(pool) for pool in summary.pools],
    }


def _organization(
    summary: OrganizationSummary, clusters: Mapping[str, str]
) -> OrganizationData:
    organization = summary.organization
    return {
        "name": organization.name,
        "prefix": organization.prefix,
        "displayName": organization.display_name,
        "owner": organization.owner,
        "writtenNamespaces": organization.written_namespaces,
        "maxNamespaces": summary.most_namespaces,
        "defaultNamespace": organization.default_namespace,
        "namespaces": [_namespace(n) for n in summary.namespaces],
        "totals": [_total(total, clusters) for total in summary.sums],
        "access": [
            {
                "role": member.role,
                "subject": member.subject,
                "namespaces": [_place(n, clusters) for n in member.namespaces],
            }
            for member in summary.members
        ],
        "gpuGrants": [
            {
                **_place(grant.namespace, clusters),
                "pool": grant.pool,
                "resource": grant.resource,
                "devices": grant.devices,
            }
            for grant in summary.grants
        ],
    }


def _namespace(summary: NamespaceSummary) -> NamespaceData:
    namespace = summary.namespace
    return {
        "namespace": namespace.name,
        "id": namespace.id,
        "environment": namespace.environment,
        "stack": namespace.stack,
        "cluster": summary.cluster,
        "workload": namespace.workload,
        "inheritsFrom": list(namespace.lineage),
        "podSecurity": namespace.pod_security.enforce,
        "mayBeDeleted": not namespace.protect,
        "quotas": {
            quota.name: {key: str(limit) for key, limit in quota.hard.items()}
            for quota in namespace.quotas
        },
        "defaultPods": {"fit": summary.fit.count, "by": list(summary.fit.by)},
    }


def _total(total: Sum, clusters: Mapping[str, str]) -> SummaryTotalData:
    return {
        "key": total.key,
        "total": amount_data(total.total),
        "ceiling": None if total.ceiling is None else str(total.ceiling),
        "namespaces": part_data(total, clusters.get),
    }


def _place(namespace: Namespace, clusters: Mapping[str, str]) -> PlaceData:
    return {
        "namespace": namespace.name,
        "environment": namespace.environment,
        "stack": namespace.stack,
        "cluster": clusters[namespace.stack],
    }


def _pool(summary: PoolSummary) -> GpuNodePoolData:
    pool = summary.pool
    return {
        "platform": summary.platform,
        "name": pool.name,
        "model": pool.model,
        "nodes": {"min": pool.min_nodes, "max": pool.max_nodes},
        "gpusFrom": pool.gpus_from,
        "resources": [
            {
                "resource": resource,
                "perNode": per_node,
                "capacity": summary.capacity(resource),
                "granted": summary.granted.get(resource, 0),
            }
            for resource, per_node in pool.resources.items()
        ],
    }

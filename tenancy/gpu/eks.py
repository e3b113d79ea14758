"""The backend `eks`: a managed node group, created through boto3."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import attrs
from pydantic import Field, ValidationError

from tenancy.aws import (
    LaunchTemplate,
    NodeGroup,
    NodeRepairConfig,
    UpdateConfig,
    findings,
    node_group_name,
    nvidia_ami_type,
)
from tenancy.config.spec import Listed, Spec, findings_from
from tenancy.diagnostics import Finding
from tenancy.gpu.objects import Rendered
from tenancy.gpu.options import options, parsed
from tenancy.gpu.placement import node_labels, node_taints
from tenancy.model import GpuNodePool
from tenancy.model.gpu_catalog import InstanceType, bundled

__all__ = ["BACKEND", "Eks", "EksOptions"]

_CAPACITY: Final[Mapping[str, Literal["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"]]] = {
    "on-demand": "ON_DEMAND",
    # On-demand nodes use a reservation if their launch template targets it.
    "reserved": "ON_DEMAND",
    "spot": "SPOT",
    "capacity-block": "CAPACITY_BLOCK",
}
DISK_SIZE: Final = 200
"""The root disk in GiB. The default of EKS, 20, is too small for an image with CUDA."""

_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "capacityType": ("capacity", "type"),
    "instanceTypes": ("instanceTypes",),
    "labels": ("labels",),
    "scalingConfig": ("nodes",),
    "taints": ("taints",),
}
"""The key of a pool that sets an input of a node group; its options set all others."""


class EksOptions(Spec):
    """The options of EKS."""

    cluster_name: str
    """The EKS cluster's name in AWS."""
    region: str | None = None
    """The AWS region. Default: that of the environment at the first update, then kept."""
    node_role: str
    """The ARN of the nodes' IAM role."""
    subnets: Listed[str]
    """Ids of subnets."""
    nodegroup_name: str | None = None
    """The node group's name. Default: `gpu-` followed by the pool's name."""
    ami_type: str | None = None
    """The AMI type. Default: AL2023 with NVIDIA's driver for the instance types' processor."""
    disk_size: int | None = Field(default=None, ge=1)
    """The root disk in GiB. Default: 200, or the launch template's if one is set."""
    launch_template: LaunchTemplate | None = None
    """A launch template; reservations and capacity blocks need one. Default: EKS makes it."""
    update_config: UpdateConfig | None = None
    """How nodes are updated. Default: one at a time, removed before its successor exists."""
    node_repair_config: NodeRepairConfig | None = None
    """Whether EKS replaces unhealthy nodes. Default: no, as in EKS."""
    version: str | None = None
    """Kubernetes' version. Default: the cluster's, not managed."""
    release_version: str | None = None
    """The AMI's release. Default: the latest, not managed."""
    tags: dict[str, str] = Field(default={})
    """Tags of the node group. Default: none."""


@attrs.frozen
class Eks:
    """A managed node group in one EKS cluster."""

    options: type[Spec] = EksOptions

    def validate(self, pool: GpuNodePool) -> Iterator[Finding]:
        """Yield every problem of *pool* for EKS."""
        found = parsed(pool, EksOptions)
        if not isinstance(found, Spec):
            yield from found
            return
        if pool.capacity.type == "reserved" and found.launch_template is None:
            yield Finding(
                code="reservation-without-launch-template",
                origin=pool.origin / "capacity" / "type",
                found="reserved without a launch template",
                allowed="a launch template that targets the reservation",
                remedy="create such a launch template and set options.launchTemplate",
            )
        try:
            group = _group(pool, found)
        except ValidationError as error:
            for finding in findings_from(error, origin=pool.origin, model=NodeGroup):
                yield _placed(finding, pool)
            return
        for finding in findings(group, pool.origin, lookup=lambda name: _fact(pool, name)):
            yield _placed(finding, pool)

    def render(self, pool: GpuNodePool) -> list[Rendered]:
        """Return one node group."""
        return [_group(pool, options(pool, EksOptions))]


BACKEND: Final = Eks()


def _fact(pool: GpuNodePool, name: str) -> InstanceType | None:
    return pool.fact(name) or bundled(name)


def _placed(finding: Finding, pool: GpuNodePool) -> Finding:
    """Return *finding* of a node group at the pool's key for the value."""
    depth = len(pool.origin.path)
    inside = finding.origin.path[depth:]
    if not inside:
        return finding
    first, *rest = inside
    place = _PLACES.get(str(first), ("options", str(first)))
    if first == "scalingConfig":
        rest = ["min" if step == "minSize" else "max" for step in rest]
    elif first == "taints":
        # Tenancy's taint precedes those of the pool.
        rest = [step - 1 if isinstance(step, int) else step for step in rest]
    return attrs.evolve(finding, origin=pool.origin.within((*place, *rest)))


def _group(pool: GpuNodePool, given: EksOptions) -> NodeGroup:
    known = [_fact(pool, name) for name in pool.instance_types]
    facts = [fact for fact in known if fact is not None]
    ami_type = given.ami_type
    if ami_type is None and given.launch_template is None and facts:
        ami_type = nvidia_ami_type(facts[0].architecture)
    disk_size = given.disk_size
    if disk_size is None and given.launch_template is None:
        disk_size = DISK_SIZE
    is_block = pool.capacity.type == "capacity-block"
    return NodeGroup.model_validate(
        {
            "clusterName": given.cluster_name,
            "nodegroupName": given.nodegroup_name or node_group_name(pool.name),
            "region": given.region,
            "nodeRole": given.node_role,
            "subnets": given.subnets,
            "scalingConfig": {"minSize": pool.min_nodes, "maxSize": pool.max_nodes},
            # The launch template of a capacity block contains the type, and EKS refuses it
            # twice.
            "instanceTypes": () if is_block else pool.instance_types,
            "amiType": ami_type,
            "capacityType": _CAPACITY[pool.capacity.type],
            "diskSize": disk_size,
            "labels": node_labels(pool),
            "taints": [
                {"key": taint.key, "value": taint.value, "effect": taint.effect}
                for taint in node_taints(pool)
            ],
            "launchTemplate": given.launch_template,
            "updateConfig": given.update_config
            or UpdateConfig(max_unavailable=1, update_strategy="MINIMAL"),
            "nodeRepairConfig": given.node_repair_config,
            "version": given.version,
            "releaseVersion": given.release_version,
            "tags": given.tags,
        }
    )

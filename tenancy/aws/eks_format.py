"""Translation of a node group to EKS' API shapes and back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypedDict, cast

import attrs
from pydantic import ValidationError

from tenancy.aws.errors import AwsError, HealthIssue
from tenancy.aws.node_group import (
    NodeGroup,
    NodeRepairConfig,
    ScalingConfig,
    Taint,
    UpdateConfig,
)
from tenancy.config.spec import Spec

if TYPE_CHECKING:
    from mypy_boto3_eks.type_defs import (
        CreateNodegroupRequestTypeDef,
        NodegroupTypeDef,
    )

__all__ = [
    "EksNodeGroupState",
    "desired_size",
    "from_eks_effect",
    "node_group_state",
    "to_create",
    "to_eks_effect",
]

EksEffect = Literal["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"]
Effect = Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]

_EFFECTS: Final[Mapping[Effect, EksEffect]] = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}
_BACK: Final[Mapping[str, Effect]] = {eks: effect for effect, eks in _EFFECTS.items()}


class EksTaint(TypedDict):
    """A taint as EKS spells it."""

    key: str
    value: str
    effect: EksEffect


def to_eks_effect(effect: Effect) -> EksEffect:
    """
    Return Kubernetes' *effect* as EKS spells it.

    >>> to_eks_effect("NoSchedule")
    'NO_SCHEDULE'
    """
    return _EFFECTS[effect]


def from_eks_effect(effect: str) -> Effect:
    """
    Return EKS' *effect* as Kubernetes spells it; a Kubernetes spelling is returned unchanged.

    >>> from_eks_effect("PREFER_NO_SCHEDULE")
    'PreferNoSchedule'
    """
    return _BACK.get(effect) or cast("Effect", effect)


def to_eks_taint(taint: Taint) -> EksTaint:
    """Return *taint* as EKS spells it."""
    return EksTaint(key=taint.key, value=taint.value, effect=to_eks_effect(taint.effect))


def desired_size(scaling: ScalingConfig) -> int:
    """
    Return how many nodes a new group starts with.

    >>> desired_size(ScalingConfig(min_size=2, max_size=4))
    2
    """
    return scaling.min_size if scaling.desired_size is None else scaling.desired_size


def to_create(group: NodeGroup) -> "CreateNodegroupRequestTypeDef":
    """
    Return the request that creates *group*.

    The scaling is always sent whole, because EKS requires all its fields. `CUSTOM` is never
    sent: EKS only reports it, for an image in a launch template.
    """
    request: dict[str, object] = {
        "clusterName": group.cluster_name,
        "nodegroupName": group.nodegroup_name,
        "nodeRole": group.node_role,
        "subnets": list(group.subnets),
        "capacityType": group.capacity_type,
        "scalingConfig": {
            "minSize": group.scaling_config.min_size,
            "maxSize": group.scaling_config.max_size,
            "desiredSize": desired_size(group.scaling_config),
        },
        "labels": dict(group.labels),
        "taints": [to_eks_taint(taint) for taint in group.taints],
    }
    if group.instance_types:
        request["instanceTypes"] = list(group.instance_types)
    if group.ami_type is not None and group.ami_type != "CUSTOM":
        request["amiType"] = group.ami_type
    if group.tags:
        request["tags"] = dict(group.tags)
    for key, value in (
        ("diskSize", group.disk_size),
        ("version", group.version),
        ("releaseVersion", group.release_version),
        ("launchTemplate", group.launch_template),
        ("updateConfig", group.update_config),
        ("nodeRepairConfig", group.node_repair_config),
    ):
        if isinstance(value, str | int):
            request[key] = value
        elif value is not None:
            request[key] = value.model_dump(by_alias=True, exclude_none=True)
    return cast("CreateNodegroupRequestTypeDef", request)


@attrs.frozen(kw_only=True, slots=True)
class EksNodeGroupState:
    """
    A node group as EKS reports it.

    Attributes:
        group: Its inputs, with everything that EKS reports.
        arn: Its Amazon resource name, which contains the account.
        status: EKS' status: `ACTIVE`, `CREATING`, `DEGRADED`, ….
        desired_size: How many nodes there should be now; an autoscaler may have set it.
        auto_scaling_groups: The names of its Auto Scaling groups.
        issues: The health issues that EKS reports.
    """

    group: NodeGroup
    arn: str
    status: str
    desired_size: int
    auto_scaling_groups: tuple[str, ...] = ()
    issues: tuple[HealthIssue, ...] = ()

    @property
    def account(self) -> str:
        """The account that owns the node group: twelve digits."""
        return self.arn.split(":")[4]


def node_group_state(answer: "NodegroupTypeDef", region: str) -> EksNodeGroupState:
    """Return the node group in EKS' *answer*; unexpected values are kept, not checked."""
    reported = cast("Mapping[str, object]", answer)
    scaling = cast("Mapping[str, int]", reported.get("scalingConfig") or {})
    taints = cast("list[Mapping[str, str]]", reported.get("taints") or [])
    health = cast("Mapping[str, list[Mapping[str, object]]]", reported.get("health") or {})
    resources = cast("Mapping[str, list[Mapping[str, str]]]", reported.get("resources") or {})
    template = cast("Mapping[str, str] | None", reported.get("launchTemplate"))
    document: dict[str, object] = {
        key: reported[key]
        for key in (
            "clusterName",
            "nodegroupName",
            "nodeRole",
            "amiType",
            "capacityType",
            "version",
            "releaseVersion",
        )
        if reported.get(key) is not None
    }
    for key, model in (("updateConfig", UpdateConfig), ("nodeRepairConfig", NodeRepairConfig)):
        part = cast("Mapping[str, object] | None", reported.get(key))
        if part:
            document[key] = _known(part, model)
    document |= {
        "region": region,
        "subnets": reported.get("subnets") or [],
        "instanceTypes": reported.get("instanceTypes") or [],
        "labels": reported.get("labels") or {},
        "tags": reported.get("tags") or {},
        "scalingConfig": {
            "minSize": scaling.get("minSize", 0),
            "maxSize": scaling.get("maxSize", 1),
        },
        "taints": [
            {
                "key": taint.get("key", ""),
                "value": taint.get("value", ""),
                "effect": from_eks_effect(taint.get("effect", "")),
            }
            for taint in taints
        ],
    }
    if template:
        document["launchTemplate"] = {
            key: template[key] for key in ("id", "name", "version") if template.get(key)
        }
    elif reported.get("diskSize") is not None:
        document["diskSize"] = reported["diskSize"]
    return EksNodeGroupState(
        group=_read(document),
        arn=str(reported.get("nodegroupArn", "")),
        status=str(reported.get("status", "")),
        desired_size=scaling.get("desiredSize", 0),
        auto_scaling_groups=tuple(
            group["name"] for group in resources.get("autoScalingGroups") or []
        ),
        issues=tuple(
            HealthIssue(
                code=str(issue.get("code", "Unknown")),
                message=str(issue.get("message", "")),
                resource_ids=tuple(cast("list[str]", issue.get("resourceIds") or [])),
            )
            for issue in health.get("issues") or []
        ),
    )


def _known(part: Mapping[str, object], model: type[Spec]) -> dict[str, object]:
    aliases = {field.alias for field in model.model_fields.values()}
    return {key: value for key, value in part.items() if key in aliases and value is not None}


def _read(document: Mapping[str, object]) -> NodeGroup:
    try:
        return NodeGroup.model_validate(document)
    except ValidationError as error:
        raise AwsError(
            f"node group {document.get('nodegroupName')}"
            f" of the cluster {document.get('clusterName')}",
            "a node group that this tool cannot describe",
            "one with Linux nodes and values that EKS documents",
            "manage it with the tool that created it, and use the pool backend `existing`",
            [
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}, found {one['input']!r}"
                for one in error.errors(include_url=False)
            ],
        ) from error

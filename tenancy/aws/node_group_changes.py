"""What a change of a node group's inputs causes: nothing, an update, or a replacement."""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, cast

import attrs

from tenancy.aws.node_group import LaunchTemplate, NodeGroup
from tenancy.diagnostics import ARGUMENT, Origin, PathStep

__all__ = [
    "NodeGroupChange",
    "NodeGroupPlan",
    "NodeGroupPlanKind",
    "immutable_inputs",
    "plan_change",
]

JsonMap = Mapping[str, object]


class NodeGroupPlanKind(enum.Enum):
    """What EKS has to do."""

    NONE = "none"
    UPDATE = "update"
    REPLACE = "replace"


@attrs.frozen(kw_only=True, slots=True)
class NodeGroupChange:
    """
    One changed input.

    Attributes:
        path: Its path in the inputs: `("labels", "team")`.
        old: The value before; None if it was not set.
        new: The value after; None if it is removed.
        reason: Why it replaces the node group; None if it is changed in place.
    """

    path: tuple[PathStep, ...]
    old: object
    new: object
    reason: str | None = None

    @property
    def replaces(self) -> bool:
        """Whether EKS cannot make this change in place."""
        return self.reason is not None

    def __str__(self) -> str:
        place = Origin(ARGUMENT, self.path).dotted
        line = f"{place} {_as_text(self.old)} → {_as_text(self.new)}"
        return line if self.reason is None else f"{line}: {self.reason}"


@attrs.frozen(kw_only=True, slots=True)
class NodeGroupPlan:
    """
    What a change of inputs causes.

    Attributes:
        changes: Every changed input, in the order of the fields.
    """

    changes: tuple[NodeGroupChange, ...] = ()

    @property
    def kind(self) -> NodeGroupPlanKind:
        """What EKS has to do; a replacement if any change needs one."""
        if any(change.replaces for change in self.changes):
            return NodeGroupPlanKind.REPLACE
        return NodeGroupPlanKind.UPDATE if self.changes else NodeGroupPlanKind.NONE

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is replaced, one sentence for each change that needs it."""
        return tuple(str(change) for change in self.changes if change.replaces)


UNKNOWN: Final = "(known after the update of its source)"

_IMMUTABLE: Final[Mapping[str, str]] = {
    "clusterName": "a node group stays in its cluster",
    "nodegroupName": "EKS cannot rename a node group",
    "region": "a node group stays in its region",
    "nodeRole": "EKS cannot change the role of a node group",
    "subnets": "EKS cannot change the subnets of a node group",
    "instanceTypes": "EKS cannot change the instance types of a node group",
    "amiType": "EKS cannot change the AMI type of a node group",
    "capacityType": "EKS cannot change how the nodes of a node group are bought",
    "diskSize": "EKS cannot change the disks of a node group",
}
_TEMPLATE: Final = "EKS cannot give a node group another launch template, only another version"


def immutable_inputs() -> frozenset[str]:
    """
    Return the inputs whose change always replaces the node group.

    >>> "subnets" in immutable_inputs(), "labels" in immutable_inputs()
    (True, False)
    """
    return frozenset(_IMMUTABLE)


def plan_change(old: NodeGroup, new: NodeGroup, unknown: Iterable[str] = ()) -> NodeGroupPlan:
    """
    Return what the change from *old* to *new* causes.

    The desired size is not compared, because an autoscaler changes it. If *new* leaves out
    the version, the release, the update config or the repair config, they are not managed and
    never a change. Subnets and taints are compared without their order.

    Args:
        old: As it was created or read.
        new: As it should be.
        unknown: The inputs (`nodeRole`) whose new values are not known yet, and count as
            changed. Default: none.

    >>> from tenancy.aws.node_group import ScalingConfig
    >>> def group(*types: str) -> NodeGroup:
    ...     return NodeGroup(cluster_name="c", nodegroup_name="g", subnets=("subnet-1",),
    ...         node_role="arn:aws:iam::123456789012:role/n", instance_types=types,
    ...         scaling_config=ScalingConfig(min_size=0, max_size=1))
    >>> plan_change(group("p5.48xlarge"), group("p5.48xlarge")).kind.value
    'none'
    >>> plan_change(group("p5.48xlarge"), group("p5en.48xlarge")).reasons[0][:58]
    'instanceTypes [p5.48xlarge] → [p5en.48xlarge]: EKS cannot '
    """
    hidden = frozenset(unknown)
    before = cast("JsonMap", old.model_dump(by_alias=True, mode="json", exclude_none=True))
    after = cast("JsonMap", new.model_dump(by_alias=True, mode="json", exclude_none=True))
    changes: list[NodeGroupChange] = []
    for field in NodeGroup.model_fields.values():
        name = str(field.alias)
        if name in hidden:
            changes.append(
                NodeGroupChange(
                    path=(name,),
                    old=before.get(name),
                    new=UNKNOWN,
                    reason=_IMMUTABLE.get(name),
                )
            )
        elif name == "launchTemplate":
            changes += _template(old.launch_template, new.launch_template)
        elif name in _IMMUTABLE:
            changes += _immutable(name, before, after)
        else:
            changes += _COMPARE.get(name, _whole)(name, before, after)
    return NodeGroupPlan(changes=tuple(changes))


Compare = Callable[[str, JsonMap, JsonMap], Iterator[NodeGroupChange]]


def _immutable(name: str, before: JsonMap, after: JsonMap) -> Iterator[NodeGroupChange]:
    old, new = before.get(name), after.get(name)
    if name == "subnets":
        is_same = sorted(cast("list[str]", old)) == sorted(cast("list[str]", new))
    elif name in {"region", "amiType", "diskSize"} and new is None:
        is_same = True
    elif name == "instanceTypes" and not new and "launchTemplate" in after:
        # They are in the launch template then, and EKS may report them here.
        is_same = True
    elif name == "region" and old is None:
        is_same = True
    else:
        is_same = old == new
    if not is_same:
        yield NodeGroupChange(path=(name,), old=old, new=new, reason=_IMMUTABLE[name])


def _whole(name: str, before: JsonMap, after: JsonMap) -> Iterator[NodeGroupChange]:
    """Compare an input that is not managed if it is left out."""
    old, new = before.get(name), after.get(name)
    if new is None:
        return
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        for key, value in new.items():
            if old.get(key) != value:
                yield NodeGroupChange(path=(name, key), old=old.get(key), new=value)
    elif old != new:
        yield NodeGroupChange(path=(name,), old=old, new=new)


def _entries(name: str, before: JsonMap, after: JsonMap) -> Iterator[NodeGroupChange]:
    old, new = cast("JsonMap", before[name]), cast("JsonMap", after[name])
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield NodeGroupChange(path=(name, key), old=old.get(key), new=new.get(key))


def _taints(name: str, before: JsonMap, after: JsonMap) -> Iterator[NodeGroupChange]:
    def known(written: JsonMap) -> dict[tuple[str, str], str]:
        taints = cast("list[dict[str, str]]", written[name])
        return {(taint["key"], taint["effect"]): taint["value"] for taint in taints}

    def text(taints: dict[tuple[str, str], str]) -> list[str]:
        return [
            f"{key}={value}:{effect}" if value else f"{key}:{effect}"
            for (key, effect), value in sorted(taints.items())
        ]

    old, new = known(before), known(after)
    if old != new:
        yield NodeGroupChange(path=(name,), old=text(old), new=text(new))


def _scaling(name: str, before: JsonMap, after: JsonMap) -> Iterator[NodeGroupChange]:
    old, new = cast("JsonMap", before[name]), cast("JsonMap", after[name])
    for key in ("minSize", "maxSize"):
        if old[key] != new[key]:
            yield NodeGroupChange(path=(name, key), old=old[key], new=new[key])


_COMPARE: Final[Mapping[str, Compare]] = {
    "labels": _entries,
    "tags": _entries,
    "taints": _taints,
    "scalingConfig": _scaling,
}


def _template(
    old: LaunchTemplate | None, new: LaunchTemplate | None
) -> Iterator[NodeGroupChange]:
    if old is None or new is None:
        if old is not new:
            yield NodeGroupChange(
                path=("launchTemplate",),
                old=None if old is None else old.id or old.name,
                new=None if new is None else new.id or new.name,
                reason=_TEMPLATE,
            )
        return
    for key, was, now in (("id", old.id, new.id), ("name", old.name, new.name)):
        # EKS reports both, people write one; compare only what both sides have.
        if was is not None and now is not None and was != now:
            yield NodeGroupChange(
                path=("launchTemplate", key), old=was, new=now, reason=_TEMPLATE
            )
            return
    if (old.id is None) != (new.id is None) and (old.name is None) != (new.name is None):
        yield NodeGroupChange(
            path=("launchTemplate",),
            old=old.id or old.name,
            new=new.id or new.name,
            reason=_TEMPLATE,
        )
    elif new.version is not None and old.version != new.version:
        yield NodeGroupChange(
            path=("launchTemplate", "version"), old=old.version, new=new.version
        )


def _as_text(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value)

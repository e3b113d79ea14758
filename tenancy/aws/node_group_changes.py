"""What a change of a node group's inputs means: nothing, an update, or a replacement."""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, cast

import attrs

from tenancy.aws.node_group import LaunchTemplate, NodeGroup
from tenancy.diagnostics.origin import ARGUMENT, Origin, Step

__all__ = ["Change", "Plan", "PlanKind", "immutable_inputs", "plan"]

JsonMap = Mapping[str, object]


class PlanKind(enum.Enum):
    """What EKS has to do."""

    NONE = "none"
    UPDATE = "update"
    REPLACE = "replace"


@attrs.frozen(kw_only=True, slots=True)
class Change:
    """
    One input that is different.

    Attributes:
        path: Where it stands in the inputs: `("labels", "team")`.
        old: As it was; None where it was not there.
        new: As it will be; None where it goes.
        reason: Why the node group is replaced for it; None where it is changed in place.
    """

    path: tuple[Step, ...]
    old: object
    new: object
    reason: str | None = None

    @property
    def replaces(self) -> bool:
        """Whether EKS cannot make this change in place."""
        return self.reason is not None

    def __str__(self) -> str:
        place = Origin(ARGUMENT, self.path).dotted
        line = f"{place} {_said(self.old)} → {_said(self.new)}"
        return line if self.reason is None else f"{line}: {self.reason}"


@attrs.frozen(kw_only=True, slots=True)
class Plan:
    """
    What a change of inputs means.

    Attributes:
        changes: Every input that is different, in the order of the fields.
    """

    changes: tuple[Change, ...] = ()

    @property
    def kind(self) -> PlanKind:
        """What EKS has to do; a replacement as soon as one change needs it."""
        if any(change.replaces for change in self.changes):
            return PlanKind.REPLACE
        return PlanKind.UPDATE if self.changes else PlanKind.NONE

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is replaced, in words, one for each change that needs it."""
        return tuple(str(change) for change in self.changes if change.replaces)


UNKNOWN: Final = "(known after the update of what it comes from)"

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
    Return the inputs of which every change replaces a node group.

    >>> "subnets" in immutable_inputs(), "labels" in immutable_inputs()
    (True, False)
    """
    return frozenset(_IMMUTABLE)


def plan(old: NodeGroup, new: NodeGroup, unknown: Iterable[str] = ()) -> Plan:
    """
    Return what the change from *old* to *new* means.

    The desired size is not compared, for the autoscaler moves it. What *new* leaves out of
    the version, the release, the update and the repair config is not managed, and so never
    a change. Subnets and taints are compared without their order.

    Args:
        old: As it was made, or as it was read.
        new: As it is wanted.
        unknown: The inputs (`nodeRole`) whose new values are not known yet, and count as
            changed. Default: none.

    >>> from tenancy.aws.node_group import ScalingConfig
    >>> def group(*types: str) -> NodeGroup:
    ...     return NodeGroup(cluster_name="c", nodegroup_name="g", subnets=("subnet-1",),
    ...         node_role="arn:aws:iam::123456789012:role/n", instance_types=types,
    ...         scaling_config=ScalingConfig(min_size=0, max_size=1))
    >>> plan(group("p5.48xlarge"), group("p5.48xlarge")).kind.value
    'none'
    >>> plan(group("p5.48xlarge"), group("p5en.48xlarge")).reasons[0][:58]
    'instanceTypes [p5.48xlarge] → [p5en.48xlarge]: EKS cannot '
    """
    hidden = frozenset(unknown)
    before = cast("JsonMap", old.model_dump(by_alias=True, mode="json", exclude_none=True))
    after = cast("JsonMap", new.model_dump(by_alias=True, mode="json", exclude_none=True))
    changes: list[Change] = []
    for field in NodeGroup.model_fields.values():
        name = str(field.alias)
        if name in hidden:
            changes.append(
                Change(
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
    return Plan(changes=tuple(changes))


Compare = Callable[[str, JsonMap, JsonMap], Iterator[Change]]


def _immutable(name: str, before: JsonMap, after: JsonMap) -> Iterator[Change]:
    old, new = before.get(name), after.get(name)
    if name == "subnets":
        is_same = sorted(cast("list[str]", old)) == sorted(cast("list[str]", new))
    elif name in {"region", "amiType", "diskSize"} and new is None:
        is_same = True
    elif name == "instanceTypes" and not new and "launchTemplate" in after:
        # They stand in the launch template then, and EKS may report them here.
        is_same = True
    elif name == "region" and old is None:
        is_same = True
    else:
        is_same = old == new
    if not is_same:
        yield Change(path=(name,), old=old, new=new, reason=_IMMUTABLE[name])


def _whole(name: str, before: JsonMap, after: JsonMap) -> Iterator[Change]:
    """Compare what is not managed where it is left out."""
    old, new = before.get(name), after.get(name)
    if new is None:
        return
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        for key, value in new.items():
            if old.get(key) != value:
                yield Change(path=(name, key), old=old.get(key), new=value)
    elif old != new:
        yield Change(path=(name,), old=old, new=new)


def _entries(name: str, before: JsonMap, after: JsonMap) -> Iterator[Change]:
    old, new = cast("JsonMap", before[name]), cast("JsonMap", after[name])
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield Change(path=(name, key), old=old.get(key), new=new.get(key))


def _taints(name: str, before: JsonMap, after: JsonMap) -> Iterator[Change]:
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
        yield Change(path=(name,), old=text(old), new=text(new))


def _scaling(name: str, before: JsonMap, after: JsonMap) -> Iterator[Change]:
    old, new = cast("JsonMap", before[name]), cast("JsonMap", after[name])
    for key in ("minSize", "maxSize"):
        if old[key] != new[key]:
            yield Change(path=(name, key), old=old[key], new=new[key])


_COMPARE: Final[Mapping[str, Compare]] = {
    "labels": _entries,
    "tags": _entries,
    "taints": _taints,
    "scalingConfig": _scaling,
}


def _template(old: LaunchTemplate | None, new: LaunchTemplate | None) -> Iterator[Change]:
    if old is None or new is None:
        if old is not new:
            yield Change(
                path=("launchTemplate",),
                old=None if old is None else old.id or old.name,
                new=None if new is None else new.id or new.name,
                reason=_TEMPLATE,
            )
        return
    for key, was, now in (("id", old.id, new.id), ("name", old.name, new.name)):
        # EKS reports both, people write one; only what both sides say can be compared.
        if was is not None and now is not None and was != now:
            yield Change(path=("launchTemplate", key), old=was, new=now, reason=_TEMPLATE)
            return
    if (old.id is None) != (new.id is None) and (old.name is None) != (new.name is None):
        yield Change(
            path=("launchTemplate",),
            old=old.id or old.name,
            new=new.id or new.name,
            reason=_TEMPLATE,
        )
    elif new.version is not None and old.version != new.version:
        yield Change(path=("launchTemplate", "version"), old=old.version, new=new.version)


def _said(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value)

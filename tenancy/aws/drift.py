"""What EKS has, in the shape in which it was written, so that only drift is seen as drift."""

from collections.abc import Mapping
from typing import Final, cast

from tenancy.aws.node_group import NodeGroup

__all__ = ["as_written"]

Inputs = Mapping[str, object]

_ALWAYS: Final = ("clusterName", "nodegroupName", "region", "nodeRole")
_WHERE_WRITTEN: Final = ("amiType", "capacityType", "diskSize", "version", "releaseVersion")
_NOT_IMPORTED: Final = frozenset({"version", "releaseVersion"})
"""Left out of what is imported, for with them every new AMI would be a change."""


def as_written(live: NodeGroup, written: Inputs | None = None) -> dict[str, object]:
    """
    Return the inputs that *live* stands for.

    What was left out is not managed and stays out, even where EKS filled in a default. The
    order in which sets were written stays. Tags of others are nobody's drift.

    Args:
        live: What EKS reports.
        written: The inputs that were written. Default: none, as at an import; then everything
            that EKS reports is an input, but for versions.

    >>> from tenancy.aws.node_group import ScalingConfig
    >>> live = NodeGroup(cluster_name="c", nodegroup_name="g", subnets=("subnet-1",),
    ...     node_role="arn:aws:iam::123456789012:role/n", ami_type="AL2023_x86_64_NVIDIA",
    ...     version="1.36", scaling_config=ScalingConfig(min_size=0, max_size=1))
    >>> "version" in as_written(live), "amiType" in as_written(live, {"version": "1.35"})
    (False, False)
    """
    found = cast("Inputs", live.model_dump(by_alias=True, mode="json", exclude_none=True))
    if written is None:
        return {
            key: value
            for key, value in found.items()
            if key not in _NOT_IMPORTED and value not in ([], {})
        }
    result: dict[str, object] = {key: found[key] for key in _ALWAYS if key in found}
    result |= {key: found[key] for key in _WHERE_WRITTEN if key in written and key in found}
    if found["capacityType"] != "ON_DEMAND":
        result["capacityType"] = found["capacityType"]
    scaling = dict(cast("Inputs", found["scalingConfig"]))
    desired = cast("Inputs", written.get("scalingConfig") or {}).get("desiredSize")
    if desired is not None:
        scaling["desiredSize"] = desired
    result["scalingConfig"] = scaling
    for key in ("subnets", "taints"):
        result[key] = _in_order(cast("list[object]", found[key]), written.get(key))
    if "instanceTypes" in written or "launchTemplate" not in found:
        result["instanceTypes"] = found["instanceTypes"]
    result["labels"] = found["labels"]
    result["tags"] = _known(cast("Inputs", found["tags"]), written.get("tags"))
    for key in ("updateConfig", "nodeRepairConfig"):
        if key in written and key in found:
            result[key] = _known(cast("Inputs", found[key]), written[key])
    if "launchTemplate" in found:
        template = cast("Inputs", found["launchTemplate"])
        had = cast("Inputs | None", written.get("launchTemplate"))
        result["launchTemplate"] = template if had is None else _template(template, had)
    return {
        key: value for key, value in result.items() if value not in ([], {}) or key in written
    }


def _in_order(found: list[object], written: object) -> list[object]:
    """Return *found* in the written order where it is the same set."""
    if not isinstance(written, list):
        return found
    same = [_plain(one) for one in written]
    if len(same) == len(found) and all(_plain(one) in same for one in found):
        return written
    return found


def _plain(value: object) -> object:
    """Return a taint without what stands for nothing."""
    return {k: v for k, v in value.items() if v != ""} if isinstance(value, Mapping) else value


def _known(found: Inputs, written: object) -> dict[str, object]:
    if not isinstance(written, Mapping):
        return {}
    return {key: value for key, value in found.items() if key in written}


def _template(found: Inputs, written: Inputs) -> dict[str, object]:
    version = str(written.get("version", ""))
    return {
        key: version if key == "version" and version.startswith("$") else value
        for key, value in found.items()
        if key in written
    }

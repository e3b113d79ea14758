"""The live node group as inputs in the written form, so that only real drift differs."""

from collections.abc import Mapping
from typing import Final, cast

from tenancy.aws.node_group import NodeGroup

__all__ = ["inputs_as_written"]

Inputs = Mapping[str, object]

_ALWAYS: Final = ("clusterName", "nodegroupName", "region", "nodeRole")
_WHERE_WRITTEN: Final = ("amiType", "capacityType", "diskSize", "version", "releaseVersion")
_NOT_IMPORTED: Final = frozenset({"version", "releaseVersion"})
"""Inputs that an import leaves out: otherwise every new AMI would be a change."""


def inputs_as_written(live: NodeGroup, written: Inputs | None = None) -> dict[str, object]:
    """
    Return the inputs that describe *live*.

    An input that was not written is not managed and is left out, even if EKS set a default.
    Sets keep the written order. Tags that others added are not drift.

    Args:
        live: What EKS reports.
        written: The inputs that were written. Default: none, as at an import; then everything
            that EKS reports is an input, except versions.

    >>> from tenancy.aws.node_group import ScalingConfig
    >>> live = NodeGroup(cluster_name="c", nodegroup_name="g", subnets=("subnet-1",),
    ...     node_role="arn:aws:iam::123456789012:role/n", ami_type="AL2023_x86_64_NVIDIA",
    ...     version="1.36", scaling_config=ScalingConfig(min_size=0, max_size=1))
    >>> "version" in inputs_as_written(live)
    False
    >>> "amiType" in inputs_as_written(live, {"version": "1.35"})
    False
    """
    reported = cast("Inputs", live.model_dump(by_alias=True, mode="json", exclude_none=True))
    if written is None:
        return {
            key: value
            for key, value in reported.items()
            if key not in _NOT_IMPORTED and value not in ([], {})
        }
    result: dict[str, object] = {key: reported[key] for key in _ALWAYS if key in reported}
    result |= {
        key: reported[key] for key in _WHERE_WRITTEN if key in written and key in reported
    }
    if reported["capacityType"] != "ON_DEMAND":
        result["capacityType"] = reported["capacityType"]
    scaling = dict(cast("Inputs", reported["scalingConfig"]))
    desired = cast("Inputs", written.get("scalingConfig") or {}).get("desiredSize")
    if desired is not None:
        scaling["desiredSize"] = desired
    result["scalingConfig"] = scaling
    for key in ("subnets", "taints"):
        result[key] = _in_order(cast("list[object]", reported[key]), written.get(key))
    if "instanceTypes" in written or "launchTemplate" not in reported:
        result["instanceTypes"] = reported["instanceTypes"]
    result["labels"] = reported["labels"]
    result["tags"] = _known(cast("Inputs", reported["tags"]), written.get("tags"))
    for key in ("updateConfig", "nodeRepairConfig"):
        if key in written and key in reported:
            result[key] = _known(cast("Inputs", reported[key]), written[key])
    if "launchTemplate" in reported:
        template = cast("Inputs", reported["launchTemplate"])
        had = cast("Inputs | None", written.get("launchTemplate"))
        result["launchTemplate"] = template if had is None else _template(template, had)
    return {
        key: value for key, value in result.items() if value not in ([], {}) or key in written
    }


def _in_order(reported: list[object], written: object) -> list[object]:
    """Return *reported* in the written order if both are the same set."""
    if not isinstance(written, list):
        return reported
    same = [_plain(one) for one in written]
    if len(same) == len(reported) and all(_plain(one) in same for one in reported):
        return written
    return reported


def _plain(value: object) -> object:
    """Return a taint without empty fields."""
    return {k: v for k, v in value.items() if v != ""} if isinstance(value, Mapping) else value


def _known(reported: Inputs, written: object) -> dict[str, object]:
    if not isinstance(written, Mapping):
        return {}
    return {key: value for key, value in reported.items() if key in written}


def _template(reported: Inputs, written: Inputs) -> dict[str, object]:
    version = str(written.get("version", ""))
    return {
        key: version if key == "version" and version.startswith("$") else value
        for key, value in reported.items()
        if key in written
    }

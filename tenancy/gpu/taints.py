"""Merge Tenancy's taints into a node's list of taints, which can only be written whole."""

from collections.abc import Iterable, Mapping, Sequence

from tenancy.config.spec import TaintSpec

__all__ = ["merged"]

Key = tuple[str, str]
"""The key and the effect of a taint, which together identify it."""


def merged(
    present: Sequence[Mapping[str, str]], wanted: Iterable[TaintSpec], owned: Iterable[Key] = ()
) -> list[dict[str, str]]:
    """
    Return the taints of a node including Tenancy's.

    Those of others keep their content and place; an equal taint keeps its `timeAdded`.

    Args:
        present: The node's taints.
        wanted: Tenancy's taints.
        owned: Taints that Tenancy wrote before; removed if they are no longer wanted.

    >>> from tenancy.config.spec.platform import TaintSpec
    >>> theirs = {"key": "theirs", "effect": "NoExecute"}
    >>> merged([theirs, {"key": "old", "effect": "NoSchedule"}],
    ...        [TaintSpec(key="ours", effect="NoSchedule")], owned=[("old", "NoSchedule")])
    [{'key': 'theirs', 'effect': 'NoExecute'}, {'key': 'ours', 'effect': 'NoSchedule'}]
    """
    left: dict[Key, TaintSpec] = {(taint.key, taint.effect): taint for taint in wanted}
    going = set(owned) - set(left)
    result: list[dict[str, str]] = []
    for taint in present:
        key = (taint["key"], taint["effect"])
        if key in going:
            continue
        ours = left.pop(key, None)
        if ours is None or (taint.get("value") or "") == ours.value:
            result.append(dict(taint))
        else:
            result.append(_written(ours))
    result += [_written(taint) for taint in left.values()]
    return result


def _written(taint: TaintSpec) -> dict[str, str]:
    value = {"value": taint.value} if taint.value else {}
    return {"key": taint.key, **value, "effect": taint.effect}

"""A node's taints are one list that replaces itself: ours are merged in, no other moves."""

from collections.abc import Iterable, Mapping, Sequence

from tenancy.config.spec import TaintSpec

__all__ = ["merged"]

Key = tuple[str, str]
"""The key and the effect of a taint, which together say which one it is."""


def merged(
    present: Sequence[Mapping[str, str]], wanted: Iterable[TaintSpec], owned: Iterable[Key] = ()
) -> list[dict[str, str]]:
    """
    Return the taints of a node with ours among them.

    Those of others stay as they are and where they are; one that says what we want already
    keeps its `timeAdded`.

    Args:
        present: What is on the node.
        wanted: What we want on it.
        owned: What we wrote before; it goes where it is not wanted any longer.

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

"""Differences as people and as programs read them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from tenancy.drifting.difference import Difference, Weight
from tenancy.drifting.field_conflicts import FIELD

__all__ = ["DifferenceData", "data", "lines"]

_CLOSED: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@with_config(_CLOSED)
class DifferenceData(TypedDict):
    """
    A value that is not as the files say; null is one that is not there, or not known.

    The field is empty if the object itself is meant.
    """

    kind: str
    namespace: str | None
    name: str
    field: list[str]
    change: Literal["added", "removed", "changed"]
    weight: Literal["security", "usage", "harmless"]
    desired: object
    live: object
    manager: str | None
    since: str | None
    what: str


def lines(stack: str, differences: Sequence[Difference]) -> Iterator[str]:
    """Yield what people read of *differences*: the worst first, each under its object."""
    if not differences:
        yield f"stack {stack}: the cluster holds what the files say"
        return
    counts = [(sum(d.weight is weight for d in differences), weight.value) for weight in Weight]
    said = ", ".join(f"{count} {name}" for count, name in counts if count)
    noun = "difference" if len(differences) == 1 else "differences"
    yield f"stack {stack}: {len(differences)} {noun} from what the files say ({said})"
    for weight, weighed in groupby(differences, key=lambda d: d.weight):
        yield ""
        yield f"{weight.value}"
        for object_, found in groupby(weighed, key=lambda d: d.object):
            yield f"  {object_}"
            for difference in found:
                yield f"    {difference.what}{_by(difference)}"


def data(differences: Iterable[Difference]) -> list[DifferenceData]:
    """Return what programs read of *differences*."""
    return [
        {
            "kind": found.object.kind,
            "namespace": found.object.namespace or None,
            "name": found.object.name,
            "field": list(found.field),
            "change": found.change.value,
            "weight": found.weight.value,
            "desired": found.desired,
            "live": found.live,
            "manager": found.manager,
            "since": found.since,
            "what": found.what,
        }
        for found in differences
    ]


def _by(difference: Difference) -> str:
    if difference.manager is None or difference.field[:1] == (FIELD,):
        return ""
    when = f" at {difference.since}" if difference.since else ""
    return f" (by {difference.manager}{when})"

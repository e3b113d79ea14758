"""Differences as text and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from tenancy.drifting.difference import Difference, Weight
from tenancy.drifting.field_conflicts import FIELD

__all__ = ["DifferenceData", "data", "lines", "object_lines"]

_CLOSED: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@with_config(_CLOSED)
class DifferenceData(TypedDict):
    """
    A value that differs from the files; null means missing or unknown.

    The field is empty for the object itself.
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
    """Yield *differences* as lines of text: the most severe first, each under its object."""
    if not differences:
        yield f"stack {stack}: the cluster matches the files"
        return
    counts = [(sum(d.weight is weight for d in differences), weight.value) for weight in Weight]
    counted = ", ".join(f"{count} {name}" for count, name in counts if count)
    noun = "difference" if len(differences) == 1 else "differences"
    yield f"stack {stack}: {len(differences)} {noun} from the files ({counted})"
    for weight, weighed in groupby(differences, key=lambda d: d.weight):
        yield ""
        yield f"{weight.value}"
        yield from object_lines(weighed)


def object_lines(differences: Iterable[Difference]) -> Iterator[str]:
    """Yield *differences* with who wrote each and when, each under its object."""
    for object_, found in groupby(differences, key=lambda d: d.object):
        yield f"  {object_}"
        for difference in found:
            yield f"    {difference.what}{_by(difference)}"


def data(differences: Iterable[Difference]) -> list[DifferenceData]:
    """Return *differences* as plain data."""
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

"""Differences as people and as programs read them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tenancy.document import JSON
from tenancy.drift.difference import Difference, Weight

__all__ = ["data", "lines"]


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


def data(stack: str, differences: Iterable[Difference]) -> dict[str, JSON]:
    """Return what programs read of *differences*."""
    return {
        "stack": stack,
        "differences": [
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
        ],
    }


def _by(difference: Difference) -> str:
    if difference.manager is None:
        return ""
    when = f" at {difference.since}" if difference.since else ""
    return f" (by {difference.manager}{when})"

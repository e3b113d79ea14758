"""Facts: the sentences of a plan, the same in text, Markdown and JSON."""

import enum
from collections.abc import Sequence
from typing import Final

import attrs

from tenancy.diagnostics import joined
from tenancy.kubernetes.quantity import Quantity

__all__ = ["Fact", "Importance", "amount", "shortened", "step"]

_SHOWN: Final = 3
"""How many names are written before the others are only counted."""


class Importance(enum.Enum):
    """The importance of a fact, the most important first."""

    DANGER = "danger"
    """Something would be lost, or a rule is violated."""
    MORE = "more"
    """A subject or a namespace gets more."""
    LESS = "less"
    """A subject or a namespace gets less."""
    CHANGE = "change"
    NOTE = "note"
    """The fact follows from other facts."""


@attrs.frozen(kw_only=True, slots=True)
class Fact:
    """
    One sentence about one change.

    Attributes:
        section: The name of its section, as in JSON: `quotas`, `access`.
        organization: The organization that it concerns. Default: the whole stack.
    """

    section: str
    text: str
    importance: Importance = Importance.CHANGE
    organization: str | None = None


def shortened(names: Sequence[str]) -> str:
    """
    Return *names* as a list; a long list ends with the number of the others.

    >>> shortened(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    if len(names) <= _SHOWN + 1:
        return joined(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def amount(quantity: Quantity | None) -> str:
    """Return *quantity* as text; None is unlimited."""
    return "unlimited" if quantity is None else str(quantity)


def step(before: object, after: object) -> str:
    """
    Return *before* and *after* with an arrow, or the value where both are equal.

    >>> step(1, 2), step(2, 2)
    ('1 → 2', '2')
    """
    return str(after) if before == after else f"{before} → {after}"

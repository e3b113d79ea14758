"""What the engine did or would do, typed; unknown operations keep the engine's name."""

from collections.abc import Mapping

import attrs

from tenancy.config.document import JSON

__all__ = ["Result", "Step"]

_UNCHANGED = frozenset({"same", "read", "refresh"})


@attrs.frozen(kw_only=True, slots=True)
class Step:
    """
    One step of the engine.

    Attributes:
        op: The operation as the engine names it: `create`, `update`, `replace`, `delete`, ….
        urn: The resource's URN.
        type: The resource's type token.
        changes: The paths of fields that differ, as the engine writes them; may be empty.
    """

    op: str
    urn: str
    type: str
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rpartition("::")[2]


@attrs.frozen(kw_only=True, slots=True)
class Result:
    """
    The result of one operation on one stack.

    Attributes:
        stack: The stack's name.
        kind: `preview`, `up`, `refresh` or `destroy`.
        summary: How many resources each operation concerns, unchanged ones included.
        steps: Every step that changes something, in the engine's order.
        outputs: The stack's outputs afterwards; nothing after a preview.
        text: What the engine printed.
        messages: What the program itself printed: the plan, in words.
    """

    stack: str
    kind: str
    summary: Mapping[str, int]
    steps: tuple[Step, ...]
    outputs: Mapping[str, JSON]
    text: str
    messages: tuple[str, ...] = ()

    @property
    def changes(self) -> Mapping[str, int]:
        """The summary without unchanged resources."""
        return {
            op: count for op, count in self.summary.items() if op not in _UNCHANGED and count
        }

    @property
    def total(self) -> int:
        """How many resources the operation concerns, unchanged ones included."""
        return sum(self.summary.values())

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not self.changes

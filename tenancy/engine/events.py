"""The engine's events as steps; operations and fields that are not known are no mistake."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from pulumi.automation import EngineEvent

from tenancy.config.document import JSON
from tenancy.engine.results import Step
from tenancy.engine.sdk_stack import MASKED

__all__ = ["EventLog", "OnStep"]

OnStep = Callable[[str, Step], None]
"""Called with `started`, `done` or `failed`, and the step."""


_STACK: Final = "pulumi:pulumi:Stack"
_COLOR: Final = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")


class EventLog:
    """
    Collects what there is to know of one operation.

    Attributes:
        steps: Those that change something.
        messages: What the program said.
        summary: How many resources each operation concerns.
        outputs: The stack's, secrets left out.
    """

    def __init__(self, on_step: OnStep | None = None) -> None:
        self.steps: list[Step] = []
        self.messages: list[str] = []
        self.summary: Mapping[str, int] = {}
        self.outputs: Mapping[str, JSON] = {}
        self._on_step = on_step

    def on_event(self, event: EngineEvent) -> None:
        """Take one event from the engine."""
        if event.resource_pre_event is not None:
            step = _step(event.resource_pre_event.metadata)
            if step.op not in {"same", "read", "refresh"}:
                self.steps.append(step)
            self._say("started", step)
        elif event.res_outputs_event is not None:
            metadata = event.res_outputs_event.metadata
            self._say("done", _step(metadata))
            if getattr(metadata, "type", "") == _STACK:
                self.outputs = _outputs(metadata)
        elif event.res_op_failed_event is not None:
            self._say("failed", _step(event.res_op_failed_event.metadata))
        elif event.diagnostic_event is not None:
            said = event.diagnostic_event
            # Providers say what they wait for, of their resources; the program speaks for all.
            is_own = not said.urn or f"::{_STACK}::" in _text(said.urn)
            if _text(said.severity) == "info" and is_own and not said.ephemeral:
                message = _COLOR.sub("", _text(said.message or "")).rstrip("\n")
                self.messages += [message] if message else []
        elif event.summary_event is not None:
            changes: object = event.summary_event.resource_changes
            self.summary = {
                _text(op): count
                for op, count in (changes.items() if isinstance(changes, dict) else ())
                if isinstance(count, int)
            }

    def _say(self, what: str, step: Step) -> None:
        if self._on_step is not None:
            self._on_step(what, step)


def _step(metadata: object) -> Step:
    detailed = getattr(metadata, "detailed_diff", None)
    diffs = getattr(metadata, "diffs", None)
    return Step(
        op=_text(getattr(metadata, "op", "")),
        urn=str(getattr(metadata, "urn", "")),
        type=str(getattr(metadata, "type", "")),
        changes=tuple(sorted(map(str, detailed or diffs or ()))),
    )


def _outputs(metadata: object) -> Mapping[str, JSON]:
    found = getattr(getattr(metadata, "new", None), "outputs", None)
    return {k: v for k, v in found.items() if v != MASKED} if isinstance(found, dict) else {}


def _text(op: object) -> str:
    return str(getattr(op, "value", op))

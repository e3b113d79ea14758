"""The engine's events as steps; unknown operations and fields are allowed."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from pulumi.automation import EngineEvent
from pulumi.automation.events import DiagnosticEvent

from tenancy.config.document import JSON
from tenancy.engine.results import Step
from tenancy.engine.sdk_stack import MASKED
from tenancy.manifests import STACK_TOKEN

__all__ = ["EventLog", "OnStep"]

OnStep = Callable[[str, Step], None]
"""A function that is called with `started`, `done` or `failed`, and the step."""


_COLOR: Final = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")


class EventLog:
    """
    Collects the events of one operation.

    Attributes:
        steps: The steps that change something.
        messages: What the program printed.
        errors: What was reported as an error, by the program or of a resource.
        summary: How many resources each operation concerns.
        outputs: The stack's outputs, secrets left out.
    """

    def __init__(self, on_step: OnStep | None = None) -> None:
        self.steps: list[Step] = []
        self.messages: list[str] = []
        self.errors: list[str] = []
        self.summary: Mapping[str, int] = {}
        self.outputs: Mapping[str, JSON] = {}
        self._on_step = on_step

    def on_event(self, event: EngineEvent) -> None:
        """Record one event of the engine."""
        if event.resource_pre_event is not None:
            step = _step(event.resource_pre_event.metadata)
            if step.op not in {"same", "read", "refresh"}:
                self.steps.append(step)
            self._report("started", step)
        elif event.res_outputs_event is not None:
            metadata = event.res_outputs_event.metadata
            self._report("done", _step(metadata))
            if getattr(metadata, "type", "") == STACK_TOKEN:
                self.outputs = _outputs(metadata)
        elif event.res_op_failed_event is not None:
            self._report("failed", _step(event.res_op_failed_event.metadata))
        elif event.diagnostic_event is not None:
            self._record(event.diagnostic_event)
        elif event.summary_event is not None:
            changes: object = event.summary_event.resource_changes
            self.summary = {
                _text(op): count
                for op, count in (changes.items() if isinstance(changes, dict) else ())
                if isinstance(count, int)
            }

    def _record(self, diagnostic: DiagnosticEvent) -> None:
        message = _COLOR.sub("", _text(diagnostic.message or "")).rstrip("\n")
        if not message or diagnostic.ephemeral:
            return
        # Providers report on single resources; the program reports on the stack.
        is_own = not diagnostic.urn or f"::{STACK_TOKEN}::" in _text(diagnostic.urn)
        if _text(diagnostic.severity) == "error":
            self.errors.append(message)
        elif _text(diagnostic.severity) == "info" and is_own:
            self.messages.append(message)

    def _report(self, what: str, step: Step) -> None:
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
    outputs = getattr(getattr(metadata, "new", None), "outputs", None)
    if not isinstance(outputs, dict):
        return {}
    return {k: v for k, v in outputs.items() if v != MASKED}


def _text(op: object) -> str:
    return str(getattr(op, "value", op))

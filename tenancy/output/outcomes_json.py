"""The result of a command on each stack as JSON, in a published shape."""

from collections.abc import Callable
from typing import Final, Literal, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from tenancy.config.document import JSON
from tenancy.drifting import DifferenceData
from tenancy.engine import Outcomes, Result

__all__ = ["Kind", "OutcomesData", "ResultData", "data", "result_data", "schema"]

T = TypeVar("T")

Kind = Literal["preview", "up", "refresh", "drift", "destroy"]
"""The command that was given."""

Status = Literal["done", "failed", "changes", "refused", "usage", "interrupted"]
"""The exit code's name, in small letters."""

VERSION: Final = 1
"""Incremented when a key changes its meaning or is removed, not for new keys."""

_CLOSED: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@with_config(_CLOSED)
class StepData(TypedDict):
    """A step of the engine, named as the engine does: create, update, replace, delete, …."""

    op: str
    type: str
    name: str
    urn: str
    changes: list[str]


@with_config(_CLOSED)
class ResultData(TypedDict):
    """What the engine did or would do, and the number of resources by operation."""

    empty: bool
    changes: dict[str, int]
    steps: list[StepData]
    messages: list[str]


@with_config(_CLOSED)
class DriftData(TypedDict):
    """How the cluster differs from the files; the most severe first."""

    differences: list[DifferenceData]


@with_config(_CLOSED)
class OutcomeData(TypedDict):
    """
    The result of one stack; exit is the exit code of a command on it alone.

    Either error is the reason for the missing result, or result is the result.
    """

    stack: str
    exit: int
    status: Status
    error: str | None
    result: ResultData | DriftData | None


@with_config(_CLOSED)
class OutcomesData(TypedDict):
    """The result of a command for each stack; exit is the most severe exit code."""

    version: Literal[1]
    kind: Kind
    exit: int
    stacks: list[OutcomeData]


def schema() -> dict[str, JSON]:
    """Return the JSON Schema of the output of `data`."""
    found: dict[str, JSON] = TypeAdapter(OutcomesData).json_schema()
    return found


def data(
    kind: Kind, outcomes: Outcomes[T], of_result: Callable[[T], ResultData | DriftData]
) -> OutcomesData:
    """Return *outcomes* of the command *kind* as plain data, results by *of_result*."""
    return {
        "version": VERSION,
        "kind": kind,
        "exit": outcomes.exit.value,
        "stacks": [
            {
                "stack": outcome.stack,
                "exit": outcome.exit.value,
                "status": cast("Status", outcome.exit.name.lower()),
                "error": None if outcome.error is None else str(outcome.error),
                "result": None if outcome.result is None else of_result(outcome.result),
            }
            for outcome in outcomes
        ],
    }


def result_data(result: Result) -> ResultData:
    """Return what the engine did or would do as plain data."""
    return {
        "empty": result.is_empty,
        "changes": dict(result.changes),
        "steps": [
            {
                "op": step.op,
                "type": step.type,
                "name": step.name,
                "urn": step.urn,
                "changes": list(step.changes),
            }
            for step in result.steps
        ],
        "messages": list(result.messages),
    }

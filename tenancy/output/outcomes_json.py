"""What came of the stacks as JSON, in a published shape; its schema is made from it."""

from collections.abc import Callable
from typing import Final, Literal, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from tenancy.config.document import JSON
from tenancy.drifting.report import DifferenceData
from tenancy.engine.outcomes import Outcomes
from tenancy.engine.results import Result

__all__ = ["Kind", "OutcomesData", "ResultData", "data", "result_data", "schema"]

T = TypeVar("T")

Kind = Literal["preview", "up", "refresh", "drift", "destroy"]
"""The command that was given."""

Status = Literal["done", "failed", "changes", "refused", "usage", "interrupted"]
"""The exit code's name, in small letters."""

VERSION: Final = 1
"""Raised whenever a key changes its meaning or goes; new keys do not raise it."""

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
    """What the engine did or would do; how many resources each operation concerns."""

    empty: bool
    changes: dict[str, int]
    steps: list[StepData]
    messages: list[str]


@with_config(_CLOSED)
class DriftData(TypedDict):
    """In what the cluster differs from the files; the worst first."""

    differences: list[DifferenceData]


@with_config(_CLOSED)
class OutcomeData(TypedDict):
    """
    What came of one stack; exit is what a command for it alone would end with.

    Either error says why there is no result, or result is what was asked for.
    """

    stack: str
    exit: int
    status: Status
    error: str | None
    result: ResultData | DriftData | None


@with_config(_CLOSED)
class OutcomesData(TypedDict):
    """What came of a command, stack by stack; it ends with the heaviest exit of them."""

    version: Literal[1]
    kind: Kind
    exit: int
    stacks: list[OutcomeData]


def schema() -> dict[str, JSON]:
    """Return the JSON Schema of what `data` returns."""
    found: dict[str, JSON] = TypeAdapter(OutcomesData).json_schema()
    return found


def data(
    kind: Kind, outcomes: Outcomes[T], of_result: Callable[[T], ResultData | DriftData]
) -> OutcomesData:
    """Return *outcomes* of the command *kind* as plain data, results as *of_result* says."""
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

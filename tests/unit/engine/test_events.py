"""Events of engines that are newer than the SDK, or broken: nothing is lost, nothing fails."""

import json
import warnings
from pathlib import Path

import pytest
from pulumi.automation import EngineEvent, _stack
from pulumi.automation.events import (
    DiagnosticEvent,
    OpType,
    ResourcePreEvent,
    StepEventMetadata,
    SummaryEvent,
)

from tenancy.engine.events import EventLog
from tenancy.engine.sdk_events import accept_unknown_events, read_event

QUOTA = "urn:pulumi:dev::tenancy::kubernetes:core/v1:ResourceQuota::acme-dev-quota"


def pre(**metadata: object) -> dict:
    return {"sequence": 1, "resourcePreEvent": {"metadata": {"urn": QUOTA, **metadata}}}


def test_the_sdk_alone_fails_at_an_operation_that_it_does_not_know() -> None:
    """If this fails, the guard has become needless."""
    with pytest.raises(ValueError, match="frobnicate"):
        StepEventMetadata.from_json({"op": "frobnicate"})


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(pre(op="frobnicate"), ("frobnicate", QUOTA, ()), id="unknown operation"),
        pytest.param(pre(), ("", QUOTA, ()), id="no operation"),
        pytest.param(pre(op=None), ("", QUOTA, ()), id="null for an operation"),
        pytest.param(pre(op=["create"]), ("", QUOTA, ()), id="a list for an operation"),
        pytest.param(pre(op="create", colour="red"), ("create", QUOTA, ()), id="unknown field"),
        pytest.param(
            pre(op="update", detailedDiff={"spec.hard.pods": {"diffKind": "melt"}}),
            ("update", QUOTA, ("spec.hard.pods",)),
            id="unknown kind of difference",
        ),
        pytest.param(
            pre(op="update", detailedDiff={"spec": None}),
            ("update", QUOTA, ("spec",)),
            id="null",
        ),
        pytest.param(
            pre(op="update", detailedDiff=["spec"], diffs="spec"),
            ("update", QUOTA, ()),
            id="other types",
        ),
        pytest.param(
            pre(op="update", diffs=["spec"], old="gone"), ("update", QUOTA, ("spec",)), id="old"
        ),
        pytest.param({"resourcePreEvent": {"x": 1}}, ("", "", ()), id="no metadata"),
    ],
)
def test_a_step_is_kept_whatever_is_strange_in_it(event: dict, expected: tuple) -> None:
    log = EventLog()

    log.on_event(read_event(event))

    assert [expected] == [(step.op, step.urn, step.changes) for step in log.steps]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"brandNewEvent": {"a": 1}, "sequence": 7}, id="unknown kind"),
        pytest.param({}, id="nothing"),
        pytest.param(None, id="null"),
        pytest.param([1], id="a list"),
        pytest.param(
            {"preludeEvent": {"config": {}, "extra": 1}}, id="prelude with a field more"
        ),
        pytest.param({"preludeEvent": 7}, id="prelude that is a number"),
        pytest.param({"stdoutEvent": {"message": "a"}}, id="output with a field less"),
        pytest.param({"summaryEvent": "done"}, id="summary that is text"),
        pytest.param({"diagnosticEvent": ["a"]}, id="diagnostic that is a list"),
        pytest.param({"policyEvent": 3}, id="policy that is a number"),
        pytest.param({"sequence": "x", "timestamp": None}, id="other types"),
    ],
)
def test_what_is_no_step_breaks_nothing(event: object) -> None:
    log = EventLog()

    log.on_event(read_event(event))

    assert ([], [], {}) == (log.steps, log.messages, log.summary)


def test_the_end_of_the_log_is_seen_beside_anything() -> None:
    event = read_event({"cancelEvent": {}, "resourcePreEvent": 5, "stdoutEvent": {"a": 1}})

    assert event.cancel_event is not None


def test_known_events_are_read_as_the_sdk_reads_them() -> None:
    event = read_event(pre(op="create", diffs=["spec"]))

    assert event.resource_pre_event is not None
    assert OpType.CREATE is event.resource_pre_event.metadata.op


def test_a_summary_keeps_operations_that_nobody_knows() -> None:
    log = EventLog()

    log.on_event(read_event({"summaryEvent": {"resourceChanges": {"melt": 2, "same": 1}}}))

    assert {"melt": 2, "same": 1} == log.summary


@pytest.mark.parametrize(
    "changes", [None, {"create": None}, {"create": "2"}, ["create"]], ids=repr
)
def test_a_summary_of_other_types_counts_what_it_can(changes: object) -> None:
    log = EventLog()

    log.on_event(
        EngineEvent(1, 1, summary_event=SummaryEvent(False, 1, changes, {}))  # type: ignore[arg-type]
    )

    assert all(isinstance(count, int) for count in log.summary.values())


@pytest.mark.parametrize(
    ("severity", "said"),
    [("info", ["hello"]), ("shout", []), ("", []), (None, []), (3, [])],
    ids=repr,
)
def test_a_severity_that_is_not_known_is_no_message(severity: object, said: list[str]) -> None:
    log = EventLog()
    diagnostic = DiagnosticEvent("hello\n", "", severity)  # type: ignore[arg-type]

    log.on_event(EngineEvent(1, 1, diagnostic_event=diagnostic))

    assert said == log.messages


def test_a_message_that_is_no_text_is_none() -> None:
    log = EventLog()
    diagnostic = DiagnosticEvent(None, "", "info")  # type: ignore[arg-type]

    log.on_event(EngineEvent(1, 1, diagnostic_event=diagnostic))

    assert [] == log.messages


def test_metadata_that_is_missing_is_an_empty_step() -> None:
    log = EventLog()

    log.on_event(EngineEvent(1, 1, resource_pre_event=ResourcePreEvent(None)))  # type: ignore[arg-type]

    assert [("", "")] == [(step.op, step.urn) for step in log.steps]


def test_the_sdk_reads_a_whole_log_of_strange_events(tmp_path: Path) -> None:
    """Its reader of files ends at the first event that raises."""
    accept_unknown_events()
    path = tmp_path / "log"
    lines = [
        pre(op="frobnicate"),
        {"brandNewEvent": {}},
        {"preludeEvent": {"config": {}, "extra": 1}},
        pre(op="create"),
        {"summaryEvent": {"resourceChanges": {"frobnicate": 1, "create": 1}}},
        {"cancelEvent": {}},
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    log = EventLog()

    _stack._watch_logs(str(path), log.on_event)

    assert ["frobnicate", "create"] == [step.op for step in log.steps]
    assert {"frobnicate": 1, "create": 1} == log.summary


def test_the_sdk_warns_of_nothing_where_events_come_over_a_connection() -> None:
    accept_unknown_events()
    log = EventLog()
    servicer = _stack._EventsServicer(log.on_event)
    requests = [
        type("Request", (), {"event": json.dumps(pre(op=op))}) for op in ("melt", "same")
    ]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        servicer.StreamEvents(iter(requests), None)

    assert ["melt"] == [step.op for step in log.steps]


STACK = "urn:pulumi:dev::tenancy::pulumi:pulumi:Stack::tenancy-dev"


def ended(new: object, kind: str = "pulumi:pulumi:Stack") -> dict:
    metadata = {"op": "same", "urn": STACK, "type": kind, "new": new}
    return {"sequence": 1, "resOutputsEvent": {"metadata": metadata}}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            ended({"type": "x", "urn": STACK, "outputs": {"a": 1, "b": "[secret]", "c": {}}}),
            {"a": 1, "c": {}},
            id="secrets are left out",
        ),
        pytest.param(
            ended({"type": "x", "urn": STACK, "outputs": {"a": 1}}, "other:index:Type"),
            {},
            id="of something else",
        ),
        pytest.param(ended(None), {}, id="nothing"),
        pytest.param(ended({"outputs": ["a"]}), {}, id="a list"),
        pytest.param(ended("gone"), {}, id="a text"),
    ],
)
def test_the_outputs_are_those_of_the_stack(event: dict, expected: dict) -> None:
    log = EventLog()

    log.on_event(read_event(event))

    assert expected == log.outputs

"""The state has no call stacks of registrations."""

import pulumi
from pulumi.runtime import resource
from tenancy_components.stack_traces import without_stack_traces

from tests.program.recording import RecordingMonitor, build


class Thing(pulumi.CustomResource):
    def __init__(self, name: str) -> None:
        super().__init__("test:index:Thing", name)


def test_a_registration_has_no_call_stack(monitor: RecordingMonitor, monkeypatch) -> None:
    # The SDK's own function is set again afterwards.
    monkeypatch.setattr(resource, "_get_stack_trace", resource._get_stack_trace)

    def program() -> None:
        Thing("with")
        without_stack_traces()
        Thing("without")

    build(monitor, program)

    by_name = {request.name: request for request in monitor.requests}
    assert by_name["with"].stackTrace.frames
    assert by_name["with"].HasField("sourcePosition")
    assert not by_name["without"].stackTrace.frames
    assert not by_name["without"].HasField("sourcePosition")

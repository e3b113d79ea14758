"""The SDK's debug messages, each of which is a call to the engine."""

import pulumi
from tenancy_components.debug_messages import without_debug_messages

from tests.program.recording import RecordingMonitor, build


def test_they_are_dropped_and_others_are_not(monitor: RecordingMonitor, monkeypatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(pulumi.log, "_log", lambda *arguments: sent.append(arguments[1]))
    # The SDK's own function is set again afterwards.
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)

    def register(name: str) -> None:
        build(monitor, lambda: pulumi.CustomResource("test:index:Thing", name) and None)

    register("one")
    before = len(sent)
    without_debug_messages()
    register("two")
    dropped = len(sent) - before
    pulumi.log.warn("shown")

    assert before > 1
    assert 0 == dropped
    assert before + 1 == len(sent)

import asyncio
from collections.abc import Iterator

import pytest
from pulumi.runtime import mocks, settings

from tests.program.recording import Recorder, RecordingMonitor


@pytest.fixture
def monitor() -> Iterator[RecordingMonitor]:
    """Return a monitor that the next program registers with."""
    # Whoever ran something asynchronous before has closed the loop of this thread.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recording = RecordingMonitor()
    mocks.set_mocks(
        Recorder(), project="tenancy", stack="dev", preview=False, monitor=recording
    )
    yield recording
    settings.reset_options()
    loop.close()

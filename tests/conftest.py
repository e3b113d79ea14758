"""How tests are spread over processes, and what is told at the end of a run."""

import os
import signal

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# How long an example takes is the machine's matter, and others work on it too.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

# What is started in the background has the interrupt ignored, and hands that down.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Each of these folders has one control plane, or one server of AWS, for all its files.
SHARED = ("tests/cluster/security", "tests/cluster/policies", "tests/aws")


class OneThingOneProcess(LoadScopeScheduling):
    """Hands out whole files, and the files that share one server together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder in SHARED else file


def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are processors: the tests wait for servers a lot."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Keep the tests of one real thing in one process, in their order."""
    return OneThingOneProcess(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what tests recorded with `record_property`."""
    told = [
        f"{name}: {value}"
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if getattr(report, "when", "") == "call"
    ]
    if told:
        terminalreporter.section("counts")
        for line in sorted(set(told)):
            terminalreporter.write_line(line)


ONLY_NIGHTLY = ("cluster/security/test_mutation.py",)
"""
Modules that `make nightly` runs and `make test` does not.

Their messages were renamed and they were not run as a whole since: each goes back into
`make test` as soon as it passes.
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what only `make nightly` runs."""
    for item in items:
        if item.path.as_posix().endswith(ONLY_NIGHTLY):
            item.add_marker(pytest.mark.nightly)

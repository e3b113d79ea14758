"""Counts that are worth telling stand at the end of the run, in however many processes."""

import pytest


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

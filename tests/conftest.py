"""How tests are spread over processes, and what is told at the end of a run."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of a module that starts something real in one process, in their order."""
    shares = item.path.parts[-2] in {"aws", "stacks"} or item.get_closest_marker("cluster")
    if shares and item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(item.path.stem))


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

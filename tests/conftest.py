"""How tests are spread over processes, and what is told at the end of a run."""

import gc
import os
import signal
from collections import Counter

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests import program_table

# How long an example takes is the machine's matter, and others work on it too.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

# What is started in the background has the interrupt ignored, and hands that down.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


FAULT = "fault injected"
HOSTILE = "hostile"

# Each of these folders has one control plane, or one server of AWS, for all its files.
SHARED = ("tests/cluster/security", "tests/cluster/policies", "tests/aws")

# What takes long, the longest first and those with a cluster before the others: what is begun
# last has to be short, so that the processes end together. The rest follows by its names.
LONGEST = (
    "tests/cluster/stacks/test_killed_updates.py",
    "tests/cluster/security",
    "tests/cluster/test_newcomer.py",
    "tests/cluster/test_tutorial.py",
    "tests/cluster/stacks/test_order.py",
    "tests/cluster/test_planted_secrets.py",
    "tests/cluster/stacks/test_adopt_field.py",
    "tests/cluster/test_eks_pool.py",
    "tests/cluster/test_every_program.py",
    "tests/cluster/policies",
    "tests/cluster/stacks/test_removal.py",
    "tests/cluster/stacks/test_ground.py",
    "tests/cluster/stacks/test_adopt.py",
    "tests/cluster/stacks/test_examples.py",
    "tests/cluster/test_sandbox.py",
    "tests/cluster/test_three_teams.py",
    "tests/cluster/stacks/test_identity.py",
    "tests/cluster/stacks/test_walkthrough.py",
    "tests/cluster/stacks/test_saved_plan.py",
    "tests/cluster/stacks/test_many_stacks.py",
    "tests/cluster/plan/test_one_change.py",
    "tests/cluster/stacks/test_remaining_access.py",
    "tests/cluster/test_targets.py",
    "tests/cluster/stacks/test_field_manager.py",
    "tests/cluster/stacks/test_unchanged.py",
    "tests/cluster/stacks/test_drift.py",
    "tests/cluster/test_karpenter.py",
    "tests/cluster/test_node_taints.py",
    "tests/cluster/test_other_languages.py",
    "tests/cluster/test_generated_sdks.py",
    "tests/cluster/test_dra.py",
    "tests/cluster/test_gpu_campaign.py",
    "tests/cluster/test_kueue.py",
    "tests/aws",
    "tests/program/test_argument_types.py",
    "tests/unit/cli/test_full_disk.py",
)


class OneThingOneProcess(LoadScopeScheduling):
    """Hands out files, and those that share one server together; the longest first."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        for scope in LONGEST:
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
                break
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder in SHARED else file


def pytest_xdist_auto_num_workers() -> int:
    """Return two processes more than there are processors: the tests wait for servers a lot."""
    return (os.cpu_count() or 1) + 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Keep the tests of one real thing in one process, in their order."""
    return OneThingOneProcess(config, log)


def pytest_collection_finish() -> None:
    """Leave the thousands of tests out of garbage collection: they live until the end."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let reports name the fault that a test injects, and the cell that it is of."""
    for item in items:
        marker = item.get_closest_marker("fault")
        if marker is not None:
            item.user_properties.append((FAULT, marker.args[0]))
        cell = item.get_closest_marker("cell")
        if cell is not None and isinstance(item, pytest.Function):
            row = item.callspec.params["row"]
            item.user_properties.append((program_table.CELL, f"{row}|{cell.args[0]}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what tests recorded with `record_property`."""
    recorded = [
        (name, value, report.passed)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if getattr(report, "when", "") == "call"
    ]
    own = (FAULT, HOSTILE, program_table.CELL, program_table.NOTE)
    told = [f"{name}: {value}" for name, value, _ in recorded if name not in own]
    faults = Counter(kind for name, kind, passed in recorded if name == FAULT and passed)
    if faults:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(faults.items()))
        told.append(f"faults injected, each told or repaired: {faults.total()} ({kinds})")
    hostile: Counter[str] = Counter()
    for name, value, passed in recorded:
        if name == HOSTILE and passed:
            kind, _, count = value.partition("|")
            hostile[kind] += int(count)
    if hostile:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(hostile.items()))
        told.append(
            "hostile inputs: no traceback, none took 60 s, no control character shown:"
            f" {hostile.total()} ({kinds})"
        )
    if told:
        terminalreporter.section("counts")
        for line in sorted(set(told)):
            terminalreporter.write_line(line)
    table = program_table.lines(
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
    )
    if table:
        terminalreporter.section("programs and behaviours")
        for line in table:
            terminalreporter.write_line(line)

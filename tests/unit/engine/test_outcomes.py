"""Several stacks in one call: what comes of one is not lost for another."""

import os
import signal
import threading
import time

import pytest

from tenancy.assessment import UnknownStackError, assess
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import EngineError, SkippedError, StackRefusedError
from tenancy.engine.operations import first, last
from tenancy.engine.outcomes import each

STACKS = ("platform", "dev", "prod")
ON_PLATFORM = {"dev": ("platform",), "prod": ("platform",)}


def failing(**errors: TenancyError):
    def work(stack: str) -> str:
        if stack in errors:
            raise errors[stack]
        return f"{stack} is done"

    return work


def test_a_failure_loses_no_result_of_the_others() -> None:
    outcomes = each(STACKS, failing(dev=EngineError("dev", "broken")))

    assert ("platform is done", "prod is done") == outcomes.results
    assert [(s, Exit.DONE if s != "dev" else Exit.FAILED) for s in STACKS] == [
        (outcome.stack, outcome.exit) for outcome in outcomes
    ]
    assert Exit.FAILED is outcomes.exit
    assert "broken" in str(outcomes["dev"].error)


def test_what_was_refused_is_told_from_what_failed() -> None:
    refused = each(STACKS, failing(dev=StackRefusedError("dev", "no")))
    both = each(
        STACKS,
        failing(dev=StackRefusedError("dev", "no"), prod=EngineError("prod", "broken")),
    )

    assert (Exit.REFUSED, Exit.FAILED) == (refused.exit, both.exit)
    assert [Exit.DONE, Exit.REFUSED, Exit.FAILED] == [outcome.exit for outcome in both]


def test_what_needs_a_stack_that_was_not_done_is_left_alone() -> None:
    tried: list[str] = []

    def work(stack: str) -> str:
        tried.append(stack)
        return failing(platform=StackRefusedError("platform", "no"))(stack)

    outcomes = each(STACKS, work, needs=ON_PLATFORM)

    assert ["platform"] == tried
    assert isinstance(outcomes["dev"].error, SkippedError)
    assert "left alone, for stack platform comes first" in str(outcomes["dev"].error)
    # Nothing failed: the whole was refused.
    assert Exit.REFUSED is outcomes.exit


def test_one_that_fails_keeps_no_other_on_the_same_platform_from_it() -> None:
    outcomes = each(STACKS, failing(dev=EngineError("dev", "broken")), needs=ON_PLATFORM)

    assert ("platform is done", "prod is done") == outcomes.results


def test_what_a_result_means_is_its_code() -> None:
    outcomes = each(
        STACKS, lambda s: s, exit_of=lambda s: Exit.CHANGES if s == "dev" else Exit.DONE
    )

    assert Exit.CHANGES is outcomes.exit
    assert Exit.DONE is outcomes["prod"].exit


def test_a_defect_is_no_outcome() -> None:
    def work(stack: str) -> str:
        raise ZeroDivisionError(stack)

    with pytest.raises(ZeroDivisionError):
        each(STACKS, work)


def test_errors_are_told_as_they_come() -> None:
    told: list[str] = []

    each(STACKS, failing(dev=EngineError("dev", "x")), on_error=lambda e: told.append(str(e)))

    assert 1 == len(told)


def test_stacks_are_worked_on_side_by_side_and_come_back_in_order() -> None:
    together = threading.Barrier(len(STACKS), timeout=10)

    def work(stack: str) -> str:
        together.wait()
        return stack

    assert STACKS == each(STACKS, work, at_once=4).results


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_what_others_need_is_done_before_they_are_begun(at_once: int) -> None:
    """Also where the one that is needed takes its time, and there is room for all."""
    said: list[str] = []

    def work(stack: str) -> str:
        if stack == "platform":
            time.sleep(0.05)
        said.append(f"begin {stack}")
        said.append(f"end {stack}")
        return stack

    outcomes = each(STACKS, work, needs=ON_PLATFORM, at_once=at_once)

    assert STACKS == outcomes.results
    assert ["begin platform", "end platform"] == said[:2]
    assert 6 == len(said)


def test_what_needs_one_that_failed_beside_others_is_left_alone() -> None:
    tried: list[str] = []
    needs = {"platform": ("dev", "prod")}

    def work(stack: str) -> str:
        tried.append(stack)
        return failing(dev=EngineError("dev", "broken"))(stack)

    outcomes = each(("dev", "prod", "platform"), work, needs=needs, at_once=3)

    assert {"dev", "prod"} == set(tried)
    assert ("prod is done",) == outcomes.results
    assert isinstance(outcomes["platform"].error, SkippedError)
    assert Exit.FAILED is outcomes.exit


def test_nothing_is_begun_after_an_interruption_and_what_runs_is_waited_for() -> None:
    ended: list[str] = []
    running = threading.Barrier(3)

    def work(stack: str) -> str:
        if not ended:
            running.wait(10)
        time.sleep(0.2)
        ended.append(stack)
        return stack

    def interrupt() -> None:
        running.wait(10)
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        each([f"dev-{n}" for n in range(20)], work, at_once=2)

    assert 2 <= len(ended) <= 4


def test_platforms_come_before_environments_and_go_after_them(project) -> None:
    found = assess(project)

    names = found.in_order(["prod", "platform", "dev", "prod"])

    assert ("platform", "dev", "prod") == names
    assert {"platform": (), "dev": ("platform",), "prod": ("platform",)} == first(found, names)
    assert {"platform": ("prod", "dev"), "dev": (), "prod": ()} == last(found, names[::-1])
    assert ("platform", "dev", "prod", "staging") == found.in_order()
    with pytest.raises(UnknownStackError):
        found.in_order(["deev"])

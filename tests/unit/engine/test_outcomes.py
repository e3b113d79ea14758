"""Several stacks in one call: an error of one loses no result of another."""

import os
import signal
import threading
import time

import pytest

from tenancy.assessment import assess
from tenancy.diagnostics.errors import NotFoundError, TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import EngineError, EngineFailure, RefusedError
from tenancy.engine.operations.order import apply_dependencies, destroy_dependencies
from tenancy.engine.outcomes import in_sequence, in_threads

STACKS = ("platform", "dev", "prod")
ON_PLATFORM = {"dev": ("platform",), "prod": ("platform",)}


def failing(**errors: TenancyError):
    def work(stack: str) -> str:
        if stack in errors:
            raise errors[stack]
        return f"{stack} is done"

    return work


def test_a_failure_loses_no_result_of_the_others() -> None:
    outcomes = in_sequence(STACKS, failing(dev=EngineError("dev", "broken")))

    assert ("platform is done", "prod is done") == outcomes.results
    assert [(s, Exit.DONE if s != "dev" else Exit.FAILED) for s in STACKS] == [
        (outcome.stack, outcome.exit) for outcome in outcomes
    ]
    assert Exit.FAILED is outcomes.exit
    assert "broken" in str(outcomes["dev"].error)


def test_what_was_refused_is_told_from_what_failed() -> None:
    refused = in_sequence(STACKS, failing(dev=EngineError("dev", "no", EngineFailure.REFUSED)))
    both = in_sequence(
        STACKS,
        failing(
            dev=EngineError("dev", "no", EngineFailure.REFUSED),
            prod=EngineError("prod", "broken"),
        ),
    )

    assert (Exit.REFUSED, Exit.FAILED) == (refused.exit, both.exit)
    assert [Exit.DONE, Exit.REFUSED, Exit.FAILED] == [outcome.exit for outcome in both]


def test_a_stack_whose_platform_was_refused_is_skipped() -> None:
    tried: list[str] = []

    def work(stack: str) -> str:
        tried.append(stack)
        return failing(platform=EngineError("platform", "no", EngineFailure.REFUSED))(stack)

    outcomes = in_sequence(STACKS, work, needs=ON_PLATFORM)

    assert ["platform"] == tried
    assert isinstance(outcomes["dev"].error, RefusedError)
    assert "skipped, because it depends on stack platform" in str(outcomes["dev"].error)
    # Nothing failed: the whole was refused.
    assert Exit.REFUSED is outcomes.exit


def test_one_that_fails_keeps_no_other_on_the_same_platform_from_it() -> None:
    outcomes = in_sequence(STACKS, failing(dev=EngineError("dev", "broken")), needs=ON_PLATFORM)

    assert ("platform is done", "prod is done") == outcomes.results


def test_what_a_result_means_is_its_code() -> None:
    outcomes = in_sequence(
        STACKS, lambda s: s, exit_of=lambda s: Exit.CHANGES if s == "dev" else Exit.DONE
    )

    assert Exit.CHANGES is outcomes.exit
    assert Exit.DONE is outcomes["prod"].exit


def test_a_defect_is_no_outcome() -> None:
    def work(stack: str) -> str:
        raise ZeroDivisionError(stack)

    with pytest.raises(ZeroDivisionError):
        in_sequence(STACKS, work)


def test_errors_are_reported_as_they_happen() -> None:
    reported: list[str] = []

    in_sequence(
        STACKS, failing(dev=EngineError("dev", "x")), on_error=lambda e: reported.append(str(e))
    )

    assert 1 == len(reported)


def test_stacks_are_worked_on_side_by_side_and_come_back_in_order() -> None:
    together = threading.Barrier(len(STACKS), timeout=10)

    def work(stack: str) -> str:
        together.wait()
        return stack

    assert STACKS == in_threads(STACKS, work, at_once=4).results


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

    outcomes = in_threads(STACKS, work, needs=ON_PLATFORM, at_once=at_once)

    assert STACKS == outcomes.results
    assert ["begin platform", "end platform"] == said[:2]
    assert 6 == len(said)


def test_a_platform_whose_environment_failed_is_skipped() -> None:
    tried: list[str] = []
    needs = {"platform": ("dev", "prod")}

    def work(stack: str) -> str:
        tried.append(stack)
        return failing(dev=EngineError("dev", "broken"))(stack)

    outcomes = in_threads(("dev", "prod", "platform"), work, needs=needs, at_once=3)

    assert {"dev", "prod"} == set(tried)
    assert ("prod is done",) == outcomes.results
    assert "depends on stack dev, which did not succeed" in str(outcomes["platform"].error)
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
        in_threads([f"dev-{n}" for n in range(20)], work, at_once=2)

    assert 2 <= len(ended) <= 4


def test_platforms_are_applied_before_environments_and_destroyed_after_them(project) -> None:
    assessment = assess(project)

    names = assessment.in_order(["prod", "platform", "dev", "prod"])

    assert ("platform", "dev", "prod") == names
    assert {**ON_PLATFORM, "platform": ()} == apply_dependencies(assessment, names)
    assert {"platform": ("prod", "dev"), "dev": (), "prod": ()} == destroy_dependencies(
        assessment, names[::-1]
    )
    assert ("platform", "dev", "prod", "staging") == assessment.in_order()
    with pytest.raises(NotFoundError):
        assessment.in_order(["deev"])

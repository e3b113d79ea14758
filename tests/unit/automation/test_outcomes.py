"""Several stacks in one call: what comes of one is not lost for another."""

import threading

import pytest

from tenancy.automation import EngineError, SkippedError, StackRefusedError
from tenancy.automation.outcomes import each
from tenancy.automation.stacks import first, last
from tenancy.errors import TenancyError
from tenancy.exits import Exit
from tenancy.reading import UnknownStackError, checked

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


def test_plans_run_side_by_side_and_come_back_in_order() -> None:
    together = threading.Barrier(len(STACKS), timeout=10)

    def work(stack: str) -> str:
        together.wait()
        return stack

    assert STACKS == each(STACKS, work, at_once=4).results


def test_platforms_come_before_environments_and_go_after_them(project) -> None:
    found = checked(project)

    names = found.in_order(["prod", "platform", "dev", "prod"])

    assert ("platform", "dev", "prod") == names
    assert {"platform": (), "dev": ("platform",), "prod": ("platform",)} == first(found, names)
    assert {"platform": ("prod", "dev"), "dev": (), "prod": ()} == last(found, names[::-1])
    assert ("platform", "dev", "prod", "staging") == found.in_order()
    with pytest.raises(UnknownStackError):
        found.in_order(["deev"])

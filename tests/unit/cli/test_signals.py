import os
import signal

import pytest

from tenancy.cli.signals import defer_interrupt
from tenancy.engine import EngineError


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_engine_ends_before_we_do() -> None:
    done = []

    def work() -> None:
        with defer_interrupt():
            interrupt()
            done.append("the engine wrote its state")

    with pytest.raises(KeyboardInterrupt):
        work()

    assert ["the engine wrote its state"] == done


def test_what_the_engine_says_of_it_is_no_failure() -> None:
    def work() -> None:
        with defer_interrupt():
            interrupt()
            raise EngineError("dev", "cancelled")

    with pytest.raises(KeyboardInterrupt):
        work()


def test_a_failure_without_an_interruption_stays_one() -> None:
    with pytest.raises(EngineError), defer_interrupt():
        raise EngineError("dev", "out of order")


def test_whoever_insists_is_obeyed() -> None:
    done = []

    def work() -> None:
        with defer_interrupt():
            for _ in range(3):
                interrupt()
            done.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()

    assert [] == done


def test_afterwards_everything_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)

    with defer_interrupt():
        pass

    assert before is signal.getsignal(signal.SIGINT)

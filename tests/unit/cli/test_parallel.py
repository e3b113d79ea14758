"""Stacks that are worked on side by side: who speaks, and when."""

import io
import os
import signal
import threading
import time

import pytest
from rich.console import Console

from tenancy.cli.parallel import together
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import EngineError, SkippedError

STACKS = ("platform", "dev", "prod")
ON_PLATFORM = {"dev": ("platform",), "prod": ("platform",)}


@pytest.fixture
def shell() -> Terminal:
    """Two streams that are no terminal and go into one text."""
    console = Console(file=io.StringIO(), width=80)
    return Terminal(out=console, err=console)


def said(shell: Terminal) -> list[str]:
    return shell.out.file.getvalue().splitlines()


def test_each_stack_speaks_in_one_piece(shell) -> None:
    both = threading.Barrier(2, timeout=10)

    def work(stack: str, own: Terminal) -> str:
        own.note(f"begin {stack}")
        both.wait()
        own.say(f"result {stack}")
        both.wait()
        own.note(f"end {stack}")
        return stack

    outcomes = together("applying", ("dev", "prod"), work, shell)

    first, *lines = said(shell)
    assert ("dev", "prod") == outcomes.results
    assert "applying 2 stacks, at most 4 at a time" == first
    pieces = [
        [f"{what} {stack}" for what in ("begin", "result", "end")] for stack in ("dev", "prod")
    ]
    assert lines in ([*pieces[0], *pieces[1]], [*pieces[1], *pieces[0]])


def test_an_error_is_said_after_what_its_stack_said(shell) -> None:
    def work(stack: str, own: Terminal) -> str:
        own.note(f"begin {stack}")
        if stack == "platform":
            raise EngineError(stack, "broken")
        return stack

    outcomes = together("applying", STACKS, work, shell, needs=ON_PLATFORM)

    lines = said(shell)
    assert Exit.FAILED is outcomes.exit
    assert isinstance(outcomes["dev"].error, SkippedError)
    assert "begin platform" == lines[1]
    assert ["stack platform: the engine failed", "broken"] == lines[2:4]
    assert [] == [line for line in lines if line.startswith("begin dev")]


def test_who_is_asked_is_asked_about_one_after_the_other(shell) -> None:
    main = threading.current_thread()

    def work(stack: str, own: Terminal) -> str:
        assert own is shell
        assert threading.current_thread() is main
        return stack

    assert STACKS == together("applying", STACKS, work, shell, asks=True).results
    assert ("dev",) == together("applying", ("dev",), work, shell).results
    # Nor is there anything to be gained where one needs the other.
    assert STACKS[:2] == together("up", STACKS[:2], work, shell, needs=ON_PLATFORM).results
    assert [] == said(shell)


def test_a_terminal_shows_who_is_worked_on() -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=80, force_terminal=True)
    all_begun = threading.Barrier(3, timeout=10)

    def work(stack: str, own: Terminal) -> str:
        all_begun.wait()
        # Longer than the screen takes to be drawn anew.
        time.sleep(0.3)
        return stack

    together("applying", STACKS, work, Terminal(out=console, err=console))

    assert "0 of 3 done" in screen.getvalue()


def test_ctrl_c_is_answered_at_once_and_what_has_begun_is_finished(shell, capfd) -> None:
    ended: list[str] = []
    begun = threading.Barrier(5, timeout=10)

    def work(stack: str, own: Terminal) -> str:
        if not ended:
            begun.wait()
        time.sleep(0.3)
        ended.append(stack)
        # The engine hears Ctrl-C as well.
        raise EngineError(stack, "cancelled")

    def interrupt() -> None:
        begun.wait()
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        together("applying", [f"dev-{n}" for n in range(20)], work, shell)

    assert 4 == len(ended)
    assert ["applying 20 stacks, at most 4 at a time"] == said(shell)
    assert "the engine finishes what it has begun" in capfd.readouterr().err
    assert before is signal.getsignal(signal.SIGINT)

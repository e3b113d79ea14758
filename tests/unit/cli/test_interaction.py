"""Several stacks on a terminal: what is written when, and what Ctrl-C does."""

import io
import os
import signal
import threading
import time

import pytest
from rich.console import Console

from tenancy.cli.interaction import TerminalInteraction
from tenancy.cli.terminal import Terminal
from tenancy.diagnostics import RefusedError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import EngineError, Interaction
from tenancy.engine.outcomes import for_each_stack

STACKS = ("platform", "dev", "prod")
ON_PLATFORM = {"dev": ("platform",), "prod": ("platform",)}


@pytest.fixture
def shell() -> Terminal:
    """Two streams that are not terminals and write into one text."""
    console = Console(file=io.StringIO(), width=80)
    return Terminal(out=console, err=console)


def said(shell: Terminal) -> list[str]:
    return shell.out.file.getvalue().splitlines()


def test_the_output_of_each_stack_is_in_one_piece(shell) -> None:
    both = threading.Barrier(2, timeout=10)

    def work(stack: str, own: Interaction) -> str:
        own.note(f"begin {stack}")
        both.wait()
        own.show_lines([f"result {stack}"])
        both.wait()
        own.note(f"end {stack}")
        return stack

    outcomes = for_each_stack("applying", ("dev", "prod"), work, TerminalInteraction(shell))

    first, *lines = said(shell)
    assert ("dev", "prod") == outcomes.results
    assert "applying 2 stacks, at most 4 at a time" == first
    pieces = [
        [f"{what} {stack}" for what in ("begin", "result", "end")] for stack in ("dev", "prod")
    ]
    assert lines in ([*pieces[0], *pieces[1]], [*pieces[1], *pieces[0]])


def test_an_error_is_written_after_the_output_of_its_stack(shell) -> None:
    def work(stack: str, own: Interaction) -> str:
        own.note(f"begin {stack}")
        if stack == "platform":
            raise EngineError(stack, "broken")
        return stack

    outcomes = for_each_stack(
        "applying", STACKS, work, TerminalInteraction(shell), needs=ON_PLATFORM
    )

    lines = said(shell)
    assert Exit.FAILED is outcomes.exit
    assert "skipped, because it depends on stack platform" in str(outcomes["dev"].error)
    assert "begin platform" == lines[1]
    assert "stack platform: broken" == lines[2]
    assert [] == [line for line in lines if line.startswith("begin dev")]


def test_questions_are_asked_about_one_stack_after_another(shell) -> None:
    main = threading.current_thread()
    asking, silent = TerminalInteraction(shell, asks=True), TerminalInteraction(shell)

    def work(stack: str, own: Interaction) -> str:
        assert own in {asking, silent}
        assert threading.current_thread() is main
        return stack

    assert STACKS == for_each_stack("applying", STACKS, work, asking).results
    assert ("dev",) == for_each_stack("applying", ("dev",), work, silent).results
    # Nor is there anything to be gained where each depends on the one before it.
    chain = STACKS[:2]
    outcomes = for_each_stack("applying", chain, work, silent, needs=ON_PLATFORM)
    assert chain == outcomes.results
    assert [] == said(shell)


class Typed(io.StringIO):
    """What is typed on a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_question_is_refused_where_nothing_can_be_typed(shell, monkeypatch) -> None:
    asking = TerminalInteraction(shell, asks=True)

    def ask(answers: io.StringIO) -> None:
        monkeypatch.setattr("sys.stdin", answers)
        asking.confirm("apply this?")
        asking.confirm_destroy("dev", "east", ("acme-dev",))

    reason = "cannot prompt: standard input is not a terminal; nothing was changed"
    with pytest.raises(RefusedError, match=reason) as refused:
        ask(io.StringIO("y\ndev\n"))
    assert Exit.REFUSED is refused.value.exit
    monkeypatch.setattr("sys.stdin", io.StringIO("dev\n"))
    with pytest.raises(RefusedError, match=reason):
        asking.confirm_destroy("dev", "east", ("acme-dev",))
    assert [] == said(shell)

    with pytest.raises(RefusedError, match="'prod' is not 'dev'; nothing was changed"):
        ask(Typed("y\nprod\n"))
    ask(Typed("y\ndev\n"))


def test_a_terminal_shows_which_stacks_are_worked_on() -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=80, force_terminal=True)
    all_begun = threading.Barrier(3, timeout=10)

    def work(stack: str, own: Interaction) -> str:
        all_begun.wait()
        # Longer than the screen takes to be drawn again.
        time.sleep(0.3)
        return stack

    shown = TerminalInteraction(Terminal(out=console, err=console))
    for_each_stack("applying", STACKS, work, shown)

    assert "0 of 3 done" in screen.getvalue()


def test_ctrl_c_is_answered_at_once_and_what_has_begun_is_finished(shell, capfd) -> None:
    ended: list[str] = []
    begun = threading.Barrier(5, timeout=10)

    def work(stack: str, own: Interaction) -> str:
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
        for_each_stack(
            "applying", [f"dev-{n}" for n in range(20)], work, TerminalInteraction(shell)
        )

    assert 4 == len(ended)
    assert ["applying 20 stacks, at most 4 at a time"] == said(shell)
    assert "the engine finishes what it began" in capfd.readouterr().err
    assert before is signal.getsignal(signal.SIGINT)

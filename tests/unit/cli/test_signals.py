import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tenancy.cli.signals import defer_interrupt
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine import EngineError
from tenancy.engine.leftover_processes import this_process


def interrupt(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_engine_ends_before_we_do(number: int) -> None:
    done = []

    def work() -> None:
        with defer_interrupt():
            interrupt(number)
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
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]

    with defer_interrupt():
        pass

    assert before == [signal.getsignal(number) for number in numbers]


ENGINE = """#!/bin/sh
trap 'echo interrupted > "$1"; exit' INT
echo ready > "$1"
while :; do sleep 0.05; done
"""


def an_engine(folder: Path, started_by: str) -> tuple[subprocess.Popen[bytes], Path]:
    """A process that looks like an engine, and the file into which it writes what it got."""
    program, said = folder / "pulumi", folder / f"said-{started_by or 'by-nobody'}"
    if not program.exists():
        shutil.copy("/bin/sh", program)
    script = folder / "engine.sh"
    script.write_text(ENGINE)
    engine = subprocess.Popen(
        [program, script, said], env={**os.environ, "TENANCY_STARTED_BY": started_by}
    )
    wait_for(said, "ready")
    return engine, said


def wait_for(file: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while not (file.exists() and file.read_text().strip() == text):
        assert time.monotonic() < deadline, f"{file} has not {text}"
        time.sleep(0.02)


@pytest.mark.fault("kill")
def test_sigterm_is_handed_on_to_the_engines_of_this_process_alone(tmp_path: Path) -> None:
    def work(said: Path) -> None:
        with defer_interrupt():
            interrupt(signal.SIGTERM)
            wait_for(said, "interrupted")

    mine, said = an_engine(tmp_path, this_process())
    other, said_by_other = an_engine(tmp_path, "1 1")
    try:
        with pytest.raises(KeyboardInterrupt):
            work(said)

        assert "ready" == said_by_other.read_text().strip()
    finally:
        for process in (mine, other):
            process.kill()
            process.wait()


@pytest.mark.fault("kill")
def test_a_command_ends_at_sigterm_as_at_ctrl_c(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from tenancy.cli import check, main\n"
        "check.assess = lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.argv = ['tenancy', 'check']; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (Exit.INTERRUPTED, False) == (done.returncode, "Traceback" in done.stderr), (
        done.stderr
    )

"""After a kill nothing of a run stays: no process of the engine, no copy of a kubeconfig."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tenancy.engine import cleanup_after_kill
from tenancy.engine.cleanup_after_kill import cleaned_up_after_kill

RUN = """
import sys, time
from pathlib import Path
from tenancy.engine.cleanup_after_kill import cleaned_up_after_kill
with cleaned_up_after_kill(Path(sys.argv[1])):
    print("running", flush=True)
    time.sleep(60)
"""
READY = 'echo ready > "$1"; while :; do sleep 0.05; done'
OBEYS = f"trap 'echo ended > \"$1\"; exit' INT; {READY}"
IGNORES = f"trap '' INT; {READY}"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def a_process(name: str, script: str, programs: Path, folder: Path) -> subprocess.Popen[str]:
    """Start what looks like a process of the engine, with *folder* as its `TMPDIR`."""
    program = programs / name
    if not program.exists():
        shutil.copy("/bin/sh", program)
    said = folder.parent / f"{name}.said"
    process = subprocess.Popen(
        [program, "-c", script, name, said],
        env={**os.environ, "TMPDIR": str(folder)},
        text=True,
    )
    within(10, lambda: said.exists() and said.read_text() == "ready\n")
    return process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "tenancy-engine-1-a"
    found.mkdir(mode=0o700)
    (found / "kubeconfig").write_text("credentials")
    return found


@pytest.mark.fault("kill")
def test_a_killed_run_leaves_no_process_and_no_file(
    tmp_path: Path, folder: Path, started: list[subprocess.Popen[str]]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, folder],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    engine = a_process("pulumi", OBEYS, tmp_path, folder)
    untouched = a_process("pulumi-other", OBEYS, tmp_path, other)
    started += [run, engine, untouched]
    assert run.stdout is not None
    assert "running\n" == run.stdout.readline()

    os.killpg(run.pid, signal.SIGKILL)

    engine.wait(10)
    within(10, lambda: not folder.exists())
    assert "ended\n" == (tmp_path / "pulumi.said").read_text()
    assert untouched.poll() is None


def within(seconds: float, holds: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.fault("kill")
def test_a_process_that_ignores_the_request_is_killed(
    tmp_path: Path,
    folder: Path,
    started: list[subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = a_process("pulumi", OBEYS, tmp_path, folder)
    plugin = a_process("pulumi-resource-kubernetes", IGNORES, tmp_path, folder)
    started += [engine, plugin]
    steps = [(when / 10, number) for when, number in cleanup_after_kill._STEPS]
    monkeypatch.setattr(cleanup_after_kill, "_STEPS", steps)

    cleanup_after_kill._end_and_remove(folder)

    assert (0, -signal.SIGKILL) == (engine.wait(1), plugin.wait(1))
    assert not folder.exists()


def test_after_a_block_that_ends_nothing_waits_and_nothing_is_removed(folder: Path) -> None:
    with cleaned_up_after_kill(folder):
        assert [folder] == waiting_for(folder)

    assert [] == waiting_for(folder)
    assert "credentials" == (folder / "kubeconfig").read_text()


def waiting_for(folder: Path) -> list[Path]:
    """Return *folder* for each process of the cleanup that would remove it."""
    return [
        folder
        for process in psutil.process_iter()
        if cleanup_after_kill.__file__ in (arguments := arguments_of(process))
        and str(folder) in arguments
    ]


def arguments_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []

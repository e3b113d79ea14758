import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tenancy.diagnostics.errors import EngineError
from tenancy.engine import leftover_processes, locks
from tenancy.engine.file_backend import BackendFiles


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def lock(
    state: Path, pid: int, *, host: str | None = None, since: datetime | None = None
) -> Path:
    folder = state / ".pulumi" / "locks" / "organization" / "tenancy" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pid}.json"
    path.write_text(
        json.dumps(
            {
                "pid": pid,
                "username": "ana",
                "hostname": socket.gethostname() if host is None else host,
                "timestamp": (since or datetime.now(UTC)).isoformat(),
            }
        )
    )
    return path


def dead_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


@pytest.mark.fault("lock")
def test_the_lock_of_a_dead_process_is_removed(tmp_path: Path) -> None:
    path = lock(tmp_path, dead_pid())

    removed = locks.clear_stale(tmp_path)

    assert [path] == [found.path for found in removed]
    assert not path.exists()


def test_the_lock_of_a_living_process_stays(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    path = lock(tmp_path, sleeper.pid)

    assert () == locks.clear_stale(tmp_path)
    assert path.exists()


@pytest.mark.fault("lock")
def test_a_lock_from_another_machine_is_never_called_stale(tmp_path: Path) -> None:
    path = lock(tmp_path, dead_pid(), host="elsewhere")

    assert () == locks.clear_stale(tmp_path)
    assert path.exists()


@pytest.mark.fault("lock")
def test_a_number_that_was_given_away_since_proves_that_its_process_is_gone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    path = lock(tmp_path, sleeper.pid, since=datetime.now(UTC) - timedelta(hours=1))

    assert [path] == [found.path for found in locks.clear_stale(tmp_path)]


@pytest.mark.fault("lock")
def test_what_is_no_lock_is_left_alone(tmp_path: Path) -> None:
    path = lock(tmp_path, 1)
    path.write_text("{")

    assert () == locks.clear_stale(tmp_path)
    assert path.exists()


def test_who_works_on_a_stack_is_named_after_waiting(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    lock(tmp_path, sleeper.pid)

    with pytest.raises(
        EngineError, match=f"stack dev: process {sleeper.pid} on .* has been working on it"
    ):
        locks.wait_until_free(tmp_path, seconds=0)


def test_without_a_state_nothing_is_held(tmp_path: Path) -> None:
    assert () == locks.wait_until_free(tmp_path / "nothing", seconds=0)


def engine(home: Path, started_by: str | None) -> subprocess.Popen[bytes]:
    """Start something that looks like an engine that works with *home*."""
    program = home / "pulumi"
    if not program.exists():
        program.symlink_to("/bin/sleep")
    variables = {"PULUMI_HOME": str(home)}
    if started_by is not None:
        variables[leftover_processes.STARTED_BY] = started_by
    return subprocess.Popen([program, "60"], env=variables)


@pytest.mark.fault("kill")
def test_only_engines_that_lost_whoever_started_them_are_ended(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    gone = f"{dead_pid()} 1"
    orphan = engine(one, gone)
    others = [
        engine(one, leftover_processes.this_process()),
        engine(one, None),
        engine(other, gone),
    ]
    try:
        assert 1 == leftover_processes.end_orphans(one)

        assert -signal.SIGINT == orphan.wait(10)
        assert [None, None, None] == [process.poll() for process in others]
    finally:
        for process in (orphan, *others):
            process.kill()
            process.wait()


def test_this_process_is_known_by_more_than_its_number() -> None:
    assert leftover_processes.this_process().startswith(f"{os.getpid()} ")


def unfinished(state: Path) -> Path:
    """Return a lock as the engine leaves it where the disk is full."""
    path = lock(state, dead_pid())
    return path.rename(path.with_name(f"{path.name}.18ecaee5e626ef2f.tmp"))


@pytest.mark.fault("lock")
def test_a_lock_that_was_not_written_whole_is_removed_and_no_other_file(tmp_path: Path) -> None:
    left, whole = unfinished(tmp_path), lock(tmp_path, os.getpid())
    files = BackendFiles(tmp_path / ".pulumi", "tenancy", "dev")

    locks.remove_unfinished(BackendFiles(tmp_path / ".pulumi", "tenancy", "prod"), seconds=0.1)
    assert left.exists()
    locks.remove_unfinished(files, seconds=0.1)

    assert not left.exists()
    assert whole.exists()


def test_a_lock_that_is_being_written_stays(tmp_path: Path) -> None:
    left = unfinished(tmp_path)
    files = BackendFiles(tmp_path / ".pulumi", "tenancy", "dev")
    writer = threading.Timer(0.1, left.write_text, ["{"])
    writer.start()

    locks.remove_unfinished(files, seconds=0.5)

    writer.join()
    assert left.exists()

"""A damaged state or lock is named with what is lost and the one command that repairs it."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tenancy.engine import EngineError, EngineFailure
from tenancy.engine.damaged_state import require_readable
from tests.unit.engine.stacks import write_state

STACK = {
    "urn": "urn:pulumi:dev::tenancy::pulumi:pulumi:Stack::s",
    "type": "pulumi:pulumi:Stack",
}
DAMAGE = {
    "empty": "is empty",
    "truncated": "is not valid JSON; it may be truncated",
    "zeros": "is not valid JSON",
    "a list": "is not a JSON object",
}


def damaged(text: str, how: str) -> bytes:
    if how == "truncated":
        return text[: len(text) // 2].encode()
    return {"empty": b"", "zeros": b"\0" * 512, "a list": b"[]"}[how]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    # With a space in it, as folders of people's projects have.
    folder = tmp_path / "a project"
    folder.mkdir()
    return folder


def require(root: Path, stack: str = "dev") -> None:
    url = f"file://{root / 'state'}?metadata=skip"
    require_readable("tenancy", stack, {"PULUMI_BACKEND_URL": url})


def failure(root: Path) -> str:
    with pytest.raises(EngineError) as failed:
        require(root)
    return str(failed.value)


def command_in(message: str) -> list[str]:
    return shlex.split(message.partition("run `")[2].partition("`")[0])


def history_of(root: Path) -> Path:
    folder = root / "state" / ".pulumi" / "history" / "tenancy" / "dev"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.fault("state")
@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_state_is_repaired_by_the_command_of_the_message(
    root: Path, how: str
) -> None:
    file = write_state(root, [STACK])
    require(root)
    whole = file.read_text()
    file.with_name("dev.json.bak").write_text(whole)
    file.write_bytes(damaged(whole, how))

    message = failure(root)

    assert f"stack dev: its state {file} {DAMAGE[how]}" in message
    assert "; nothing on the cluster is lost, and" in message
    subprocess.run(command_in(message), check=True)
    require(root)
    assert whole == file.read_text()


@pytest.mark.fault("state")
def test_the_newest_copy_that_can_be_read_is_chosen(root: Path) -> None:
    file = write_state(root, [STACK])
    copies = [file.with_name("dev.json.bak")]
    history = history_of(root)
    copies += [history / f"dev-{number}.checkpoint.json" for number in range(3)]
    for age, copy in enumerate(copies):
        copy.write_text(file.read_text())
        os.utime(copy, (1000 - age, 1000 - age))
    copies[0].write_text("{")
    os.utime(copies[0], (1000, 1000))
    file.write_text("")

    assert ["cp", str(copies[1]), str(file)] == command_in(failure(root))


@pytest.mark.fault("state")
def test_without_a_copy_the_file_is_to_be_restored(root: Path) -> None:
    file = write_state(root, [STACK])
    file.write_text("")

    message = failure(root)

    assert f"its state {file} is empty, and no copy of it can be read" in message
    assert message.endswith("restore the file from a backup of the backend's folder")


def invalid(file: Path) -> str:
    """The content of *file* as the engine writes it where a component is left out."""
    whole = json.loads(file.read_text())
    error = "child resource urn:a refers to missing parent urn:b"
    whole["checkpoint"]["latest"]["metadata"] = {"integrity_error": {"error": error}}
    return json.dumps(whole)


@pytest.mark.fault("state")
def test_a_state_that_the_engine_calls_invalid_is_repaired_by_a_valid_copy(root: Path) -> None:
    file = write_state(root, [STACK])
    whole = file.read_text()
    history = history_of(root) / "dev-1.checkpoint.json"
    history.write_text(whole)
    os.utime(history, (1000, 1000))
    # The engine writes twice after it has found that, so the other copy is invalid too.
    for path in (file, file.with_name("dev.json.bak")):
        path.write_text(invalid(file) if path == file else file.read_text())

    message = failure(root)

    assert "is invalid (child resource urn:a refers to missing parent urn:b)" in message
    assert ["cp", str(history), str(file)] == command_in(message)
    subprocess.run(command_in(message), check=True)
    require(root)


@pytest.mark.fault("state")
def test_without_a_valid_copy_pulumi_repairs_a_state_that_it_calls_invalid(root: Path) -> None:
    file = write_state(root, [STACK])
    file.write_text(invalid(file))

    message = failure(root)

    assert "and there is no valid copy; nothing on the cluster is lost" in message
    assert ["pulumi", "state", "repair", "--stack", "dev"] == command_in(message)


@pytest.mark.fault("state")
def test_a_state_of_a_newer_pulumi_is_not_called_damaged(root: Path) -> None:
    file = write_state(root, [STACK])
    file.write_text('{"version": 5, "checkpoint": {}}')

    message = failure(root)

    assert (
        f"its state {file} was written by a newer Pulumi (version 5; this one reads" in message
    )
    assert "nothing is lost; use that Pulumi" in message


@pytest.mark.fault("lock")
@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_lock_is_removed_by_the_command_of_the_message(root: Path, how: str) -> None:
    write_state(root, [STACK])
    folder = root / "state" / ".pulumi" / "locks" / "organization" / "tenancy" / "dev"
    folder.mkdir(parents=True)
    whole = '{"pid": 1, "username": "a", "hostname": "b"}'
    (folder / "whole.json").write_text(whole)
    require(root)
    lock = folder / "damaged.json"
    lock.write_bytes(damaged(whole, how))

    with pytest.raises(EngineError) as failed:
        require(root)

    assert EngineFailure.LOCKED is failed.value.failure
    message = str(failed.value)
    assert f"its lock {lock} {DAMAGE[how]}" in message
    subprocess.run(command_in(message), check=True)
    require(root)
    assert [folder / "whole.json"] == list(folder.iterdir())


def test_what_is_not_there_and_what_others_have_is_not_looked_at(root: Path) -> None:
    require(root)
    write_state(root, [STACK]).write_text("")

    require(root, "prod")
    require_readable("tenancy", "dev", {"PULUMI_BACKEND_URL": f"s3://{root}/state"})
    require_readable("tenancy", "dev", {})
    failure(root)


def test_a_new_stack_without_resources_is_whole(root: Path) -> None:
    file = write_state(root, [])
    file.write_text('{"version": 3, "checkpoint": {"stack": "organization/tenancy/dev"}}')

    require(root)

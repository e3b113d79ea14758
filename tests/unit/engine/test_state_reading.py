"""The state of a stack, read from the files of its backend."""

from pathlib import Path

import pytest

from tenancy.engine.state_reading import (
    StateReading,
    read_state,
    stored_outputs,
    stored_resources,
)
from tests.unit.engine.stacks import session, write_state

STACK = {
    "urn": "urn:pulumi:dev::tenancy::pulumi:pulumi:Stack::s",
    "type": "pulumi:pulumi:Stack",
}
OTHER = {"urn": "urn:pulumi:dev::tenancy::a:b:C::c", "type": "a:b:C"}
DEFAULT = {
    "urn": "urn:pulumi:dev::tenancy::pulumi:providers:pulumi::default",
    "type": "pulumi:providers:pulumi",
}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def read(root: Path) -> StateReading:
    return read_state(session(root).stack, "tenancy")


def test_resources_and_outputs_are_read_without_an_engine(tmp_path: Path) -> None:
    write_state(tmp_path, [{**STACK, "outputs": {"a": 1, "b": SECRET}}, OTHER, DEFAULT])

    state = read(tmp_path)

    assert state.is_settled
    assert 0 == state.pending
    assert 3 == len(state.resources)
    assert [*state.resources] == stored_resources(session(tmp_path).stack, "tenancy")
    assert 2 == state.reported
    assert {"a": 1, "b": SECRET} == state.outputs
    assert (
        {"a": 1} == state.public_outputs == stored_outputs(session(tmp_path).stack, "tenancy")
    )


def test_any_change_of_the_file_is_another_checksum(tmp_path: Path) -> None:
    file = write_state(tmp_path, [STACK])
    before = read(tmp_path).checksum

    assert before == read(tmp_path).checksum
    file.write_text(file.read_text() + "\n")

    assert before != read(tmp_path).checksum


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"version": 99}', '{"version": 3, "checkpoint": {}}']
)
def test_a_damaged_state_is_not_read(tmp_path: Path, text: str) -> None:
    write_state(tmp_path, [STACK]).write_text(text)

    with pytest.raises(ValueError):
        read(tmp_path)
    assert stored_outputs(session(tmp_path).stack, "tenancy") is None
    assert stored_resources(session(tmp_path).stack, "tenancy") is None


def test_a_state_with_pending_operations_is_not_settled(tmp_path: Path) -> None:
    write_state(tmp_path, [STACK], pending_operations=[{"type": "creating"}])

    assert not read(tmp_path).is_settled
    assert 1 == read(tmp_path).pending


def test_a_state_with_a_resource_to_be_deleted_is_not_settled(tmp_path: Path) -> None:
    write_state(tmp_path, [STACK, OTHER, {**OTHER, "delete": True}])

    assert not read(tmp_path).is_settled


def test_a_locked_stack_is_not_settled(tmp_path: Path) -> None:
    write_state(tmp_path, [STACK])
    locks = tmp_path / "state/.pulumi/locks/organization/tenancy"
    (locks / "prod").mkdir(parents=True)
    (locks / "prod" / "1.json").write_text("{}")
    assert read(tmp_path).is_settled

    (locks / "dev").mkdir()
    (locks / "dev" / "1.json").write_text("{}")

    assert not read(tmp_path).is_settled

"""Records of updates: one that is lost, damaged or older counts for nothing."""

from pathlib import Path

import pytest

from tenancy.engine.update_records import UpdateRecord, forget, read_record, write_record
from tests.unit.engine.stacks import session

RECORD = UpdateRecord(inputs="a", state="b", unchanged=3)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_record(session(tmp_path)) is None

    write_record(session(tmp_path), RECORD)

    assert RECORD == read_record(session(tmp_path))
    forget(session(tmp_path))
    assert read_record(session(tmp_path)) is None


def test_another_stack_project_or_backend_has_another_record(tmp_path: Path) -> None:
    write_record(session(tmp_path), RECORD)

    assert read_record(session(tmp_path, "prod")) is None
    assert read_record(session(tmp_path / "other")) is None
    assert read_record(session(tmp_path, PULUMI_BACKEND_URL="s3://bucket")) is None


@pytest.mark.fault("record")
@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", '{"version": 1}'),
        '{"version": 2, "inputs": "a", "state": "b", "unchanged": 3}',
        '{"version": 1, "inputs": null, "state": "b", "unchanged": 3}',
        '{"version": 1, "inputs": "a", "state": "b", "unchanged": true}',
    ],
)
def test_a_damaged_record_counts_for_nothing(tmp_path: Path, cache: Path, text: str) -> None:
    write_record(session(tmp_path), RECORD)
    [file] = (cache / "tenancy" / "updates").iterdir()
    file.write_text(text)

    assert read_record(session(tmp_path)) is None


@pytest.mark.fault("record")
def test_a_folder_that_cannot_be_written_fails_nothing(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file where the folder would be")

    write_record(session(tmp_path), RECORD)
    forget(session(tmp_path))

    assert read_record(session(tmp_path)) is None

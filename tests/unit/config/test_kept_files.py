"""Files of this user's caches."""

from pathlib import Path

from tenancy.config import keep_file


def test_a_file_is_kept_whole_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "kept"

    keep_file(file, b"first")
    keep_file(file, b"second")

    assert file.read_bytes() == b"second"
    assert 0o600 == file.stat().st_mode & 0o777
    assert [file] == list(file.parent.iterdir())


def test_what_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    # A folder with something in it cannot be replaced by a file.
    folder = tmp_path / "kept"
    (folder / "something").mkdir(parents=True)

    keep_file(folder, b"content")

    assert [folder] == list(tmp_path.iterdir())

"""Temporary folders of killed runs are removed by the next one, and nobody else's."""

import os
import subprocess
from pathlib import Path

import pytest

from tenancy.engine.left_folders import PREFIX, remove_left_folders


def a_folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir(mode=0o700)
    (folder / "kubeconfig").write_text("credentials")
    return folder


@pytest.mark.fault("kill")
def test_the_folder_of_a_dead_process_goes_and_all_others_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = a_folder(tmp_path, f"{PREFIX}{ended.pid}-abc")
    kept = [
        a_folder(tmp_path, f"{PREFIX}{os.getpid()}-abc"),
        a_folder(tmp_path, f"other-{ended.pid}-abc"),
        a_folder(tmp_path, f"{PREFIX}x-abc"),
    ]
    link = tmp_path / f"{PREFIX}{ended.pid}-link"
    link.symlink_to(kept[1])

    assert 1 == remove_left_folders(tmp_path)

    assert not left.exists()
    assert all((folder / "kubeconfig").exists() for folder in kept)
    assert link.is_symlink()

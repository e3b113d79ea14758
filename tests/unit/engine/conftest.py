"""A copy of the files of the shipped project, to be changed at will."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return its folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, folder)
    shutil.copytree(ROOT / "organizations", folder / "organizations")
    return folder

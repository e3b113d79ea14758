"""The command line on a copy of the shipped project, in this process and without a cluster."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tenancy.cli import app

ROOT = Path(__file__).parents[3]

Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with the files of the shipped project, to be changed at will."""
    folder = tmp_path / "project"
    folder.mkdir()
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, folder)
    shutil.copytree(ROOT / "organizations", folder / "organizations")
    return folder


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command in the project, as a pipe of 80 columns sees it."""
    monkeypatch.chdir(project)
    runner = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"})

    def run(*arguments: str) -> Result:
        result = runner.invoke(app, arguments)
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run

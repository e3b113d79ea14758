"""What a command imports: only what it needs, so that it starts quickly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CLOUDS = ("boto3", "botocore")
CLUSTERS = ("kubernetes", "tenancy.cluster")
ENGINE = ("pulumi", "grpc", "tenancy.engine.session", "tenancy.drifting")
MACHINE = ("cryptography", "tenancy.local", "ruamel")
FILES = ("pydantic", "yaml", "tenancy.config", "tenancy.model", "tenancy.assessment")
PLANS = ("tenancy.planning.build", "tenancy.planning.sections.access")

PROGRAM = """
import atexit, sys
atexit.register(lambda: print("imported", *sys.modules, file=sys.stderr))
from tenancy.cli import main
main()
"""


def imported_by(folder: Path, *arguments: str) -> set[str]:
    """Return the modules that a process of `tenancy` with *arguments* has imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True, text=True, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"},
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return set(done.stderr.rpartition("imported ")[2].split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, folder)
    shutil.copytree(ROOT / "organizations", folder / "organizations")
    return folder


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        ("--version", (*FILES, *CLOUDS, *CLUSTERS, *ENGINE, *MACHINE)),
        ("--help", (*FILES, *CLOUDS, *CLUSTERS, *ENGINE, *MACHINE)),
        ("check", (*PLANS, *CLOUDS, *CLUSTERS, *ENGINE, *MACHINE)),
        ("check --help", (*PLANS, *CLOUDS, *CLUSTERS, *ENGINE, *MACHINE)),
        ("plan --offline", (*PLANS, *CLOUDS, *CLUSTERS, *ENGINE, *MACHINE)),
        ("plan --help", (*PLANS, *CLOUDS, *CLUSTERS, *ENGINE, *MACHINE)),
    ],
)
def test_a_command_that_needs_files_only_imports_nothing_for_an_engine_or_a_cluster(
    folder: Path, arguments: str, unused: tuple[str, ...]
) -> None:
    imported = imported_by(folder, *arguments.split())

    assert set() == imported & set(unused)
    assert "tenancy.cli.commands" in imported


def test_a_command_that_needs_an_engine_imports_it(folder: Path) -> None:
    imported = imported_by(folder, "up", "--help")

    assert {*CLUSTERS, *ENGINE} <= imported

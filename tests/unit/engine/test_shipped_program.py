"""Whether an engine's Python would import the packages of this process."""

import os
import shutil
from pathlib import Path

import pytest

from tenancy.engine.shipped_program import has_these_packages

ROOT = Path(__file__).parents[3]


def test_a_python_path_with_these_packages_imports_the_same(tmp_path: Path) -> None:
    own = (tmp_path, ROOT, ROOT / "components")

    assert has_these_packages({})
    assert has_these_packages({"PYTHONPATH": os.pathsep.join(map(str, own))})


@pytest.mark.parametrize("name", ["tenancy", "tenancy_components"])
def test_a_python_path_with_other_packages_does_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    assert not has_these_packages({"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"})
    shutil.rmtree(tmp_path / name)
    assert has_these_packages({"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"})


def test_another_python_does_not(tmp_path: Path) -> None:
    assert not has_these_packages({"PYTHONHOME": str(tmp_path)})

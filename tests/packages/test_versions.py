"""The tests pass with the lowest versions that are declared, and with the newest that exist."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.nightly

ROOT = Path(__file__).parents[2]
TESTS = ("tests/program", "tests/unit/config", "tests/unit/cluster", "tests/unit/local")
# mypy and pyright are of the tests, and have a test of their own.
# Which modules a library loads by itself depends on its version.
LEFT_OUT = (
    "--ignore=tests/program/test_argument_types.py",
    "--ignore=tests/program/test_imports.py",
)


def floors() -> list[str]:
    """Return the lowest version of each package, as the project declares it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    found = [re.match(r"([\w.-]+)>=([\d.]+)", line) for lines in lists for line in lines]
    return [f"{one[1]}=={one[2]}" for one in found if one is not None]


# The plugin of the Kubernetes provider has to be of the version of its package.
NEWEST = ["pulumi-kubernetes==4.25.0"]


@pytest.mark.parametrize("constraints", [floors(), NEWEST], ids=["lowest", "newest"])
def test_the_tests_pass(constraints: list[str], tmp_path: Path) -> None:
    file = tmp_path / "constraints.txt"
    file.write_text("\n".join(constraints) + "\n")
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    needed = [*groups["tests"], f"{ROOT}[eks,sandbox]"]
    subprocess.run([*pip, "--constraint", file, *needed], check=True)

    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *LEFT_OUT, *TESTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(constraints) == 1 or len(constraints) > 10
    assert 0 == done.returncode, done.stdout[-5000:]

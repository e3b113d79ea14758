"""The version, and what a shell completes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import tenancy
from tenancy.cli import app

Run = Callable[..., Result]


def completions(line: str) -> list[str]:
    """Return what bash offers for the last word of *line*."""
    variables = {
        "_TENANCY_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split()) - 1),
    }
    return CliRunner(env=variables).invoke(app, prog_name="tenancy").stdout.split()


def test_the_version_is_that_of_the_package(run: Run) -> None:
    result = run("--version")

    assert (0, f"tenancy {tenancy.__version__}\n") == (result.exit_code, result.stdout)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        pytest.param("tenancy plan --stack p", ["platform", "prod"], id="stacks"),
        pytest.param("tenancy adopt -s st", ["staging"], id="stack of adopt"),
        pytest.param("tenancy render --organization a", ["acme"], id="organizations"),
        pytest.param("tenancy explain acme-s", ["acme-staging"], id="namespaces"),
        pytest.param("tenancy who-can get pods -n acme-d", ["acme-dev"], id="who-can"),
        pytest.param("tenancy plan --stack nosuch", [], id="nothing fits"),
        pytest.param("tenancy expl", ["explain"], id="commands"),
    ],
)
@pytest.mark.usefixtures("run")
def test_names_of_the_project_are_completed(line: str, offered: list[str]) -> None:
    assert offered == completions(line)


def test_outside_of_a_project_nothing_is_offered_and_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    for line in ("tenancy plan -s d", "tenancy render -o a", "tenancy explain a"):
        assert [] == completions(line)

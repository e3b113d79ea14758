"""The workflow files that people copy: their commands exist, and their shell can be read."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
import yaml

from tenancy.cli import app

FILES = sorted((Path(__file__).parents[2] / "docs/ci").glob("*.yml"))


def scripts(value: object) -> Iterator[str]:
    """Every text of a `run`, `script` or `before_script`."""
    if isinstance(value, dict):
        for key, entry in value.items():
            if key in {"run", "script", "before_script"}:
                yield from [entry] if isinstance(entry, str) else entry
            else:
                yield from scripts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from scripts(entry)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_command_and_option_exists(path: Path) -> None:
    commands = typer.main.get_command(app).commands
    lines = [
        line.strip()
        for script in scripts(yaml.safe_load(path.read_text()))
        for line in script.splitlines()
        if line.strip().startswith("tenancy ")
    ]

    assert {"check", "plan", "up", "drift"} == {line.split()[1] for line in lines}
    for line in lines:
        command = commands[line.split()[1]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", line)) <= known, line


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_script_is_shell_and_looks_for_the_marker_of_the_plan(path: Path) -> None:
    found = [
        re.sub(r"\$\{\{.*?\}\}", "0", s) for s in scripts(yaml.safe_load(path.read_text()))
    ]

    for script in found:
        done = subprocess.run(
            ["bash", "-n"], input=script, text=True, capture_output=True, check=False
        )
        assert "" == done.stderr, script
    assert any("<!-- tenancy-plan: $stack -->" in script for script in found)


def test_both_forges_have_a_file() -> None:
    assert ["github", "gitlab"] == [path.stem for path in FILES]

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


def steps(path: Path, words: str) -> str:
    """The script of *path* that has *words*, with a stand-in for what the forge fills in."""
    [found] = [s for s in scripts(yaml.safe_load(path.read_text())) if words in s]
    return re.sub(r"\$\{\{.*?\}\}", "0", found)


def run(script: str, folder: Path, **codes: int) -> subprocess.CompletedProcess[str]:
    """Run *script* as the forges do, with a `tenancy` that ends with a code for each stack."""
    program = folder / "bin" / "tenancy"
    program.parent.mkdir()
    cases = "".join(f'*" {stack} "*) exit {code} ;; ' for stack, code in codes.items())
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/called\ncase " $* " in {cases}esac\n')
    program.chmod(0o755)
    (folder / "bin/curl").write_text("#!/bin/sh\n")
    (folder / "bin/curl").chmod(0o755)
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "STACKS": "platform dev",
            "GITHUB_OUTPUT": str(folder / "output"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param({"platform": 0, "dev": 0}, 0, id="nothing changes"),
        pytest.param({"platform": 2, "dev": 0}, 0, id="changes"),
        pytest.param({"platform": 3, "dev": 2}, 3, id="refused"),
        pytest.param({"platform": 0, "dev": 1}, 1, id="failed"),
    ],
)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_plan_with_changes_goes_on_and_one_that_is_refused_does_not(
    path: Path, tmp_path: Path, codes: dict[str, int], expected: int
) -> None:
    done = run(steps(path, "--markdown"), tmp_path, **codes)

    output = tmp_path / "output"
    code = int(output.read_text().partition("=")[2]) if output.exists() else done.returncode
    assert expected == code, done.stderr
    # One that is refused keeps no other from being planned.
    assert 2 == len((tmp_path / "called").read_text().splitlines())


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (2, 0), (3, 3), (1, 1)])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_a_plan_that_may_be_applied_is_saved(
    path: Path, tmp_path: Path, code: int, expected: int
) -> None:
    done = run(steps(path, "--save"), tmp_path, platform=code)

    assert expected == done.returncode, done.stderr
    assert (
        "plan --stack platform --stack dev --save plans/{stack}.json\n"
        == (tmp_path / "called").read_text()
    )
    if path.stem == "github" and not expected:
        assert f"changes={'true' if code else 'false'}\n" == (tmp_path / "output").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_applied_is_what_was_saved(path: Path, tmp_path: Path) -> None:
    done = run(steps(path, "--plan"), tmp_path, platform=3)

    assert 3 == done.returncode
    each = [f"--stack {stack} --plan plans/{stack}.json" for stack in ("platform", "dev")]
    assert f"up --yes {' '.join(each)}\n" == (tmp_path / "called").read_text()


def test_both_forges_have_a_file() -> None:
    assert ["github", "gitlab"] == [path.stem for path in FILES]

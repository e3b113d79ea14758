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
    """The script of *path* that has *words*, with a placeholder for what the forge fills in."""
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
        "plan --strict --stack platform --stack dev --save plans/{stack}.json\n"
        == (tmp_path / "called").read_text()
    )
    if path.stem == "github" and not expected:
        assert f"changes={'true' if code else 'false'}\n" == (tmp_path / "output").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_applied_is_what_was_saved(path: Path, tmp_path: Path) -> None:
    done = run(steps(path, "--plan"), tmp_path, platform=3)

    assert 3 == done.returncode
    each = [f"--stack {stack} --plan plans/{stack}.json" for stack in ("platform", "dev")]
    assert f"up --strict --yes {' '.join(each)}\n" == (tmp_path / "called").read_text()


def test_both_forges_have_a_file() -> None:
    assert ["github", "gitlab"] == [path.stem for path in FILES]


def jobs(path: Path) -> dict[str, dict[str, object]]:
    """Every job of *path* by its name."""
    document = yaml.safe_load(path.read_text())
    parts = document.get("jobs", document)
    return {
        name: job
        for name, job in parts.items()
        if isinstance(job, dict) and ("steps" in job or "script" in job)
    }


def environment_of(job: dict[str, object]) -> object:
    """The name of the environment whose secrets *job* has."""
    found = job.get("environment")
    return found["name"] if isinstance(found, dict) else found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_apply_has_the_credentials_of_an_operator(path: Path) -> None:
    environments = {name: environment_of(job) for name, job in jobs(path).items()}

    assert {
        "plan": "plan",
        "save": "plan",
        "apply": "production",
        "drift": "plan",
    } == environments


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_secret_is_given_to_all_jobs(path: Path) -> None:
    document = yaml.safe_load(path.read_text())

    assert "secrets." not in str(document.get("env")) + str(document.get("variables"))


def test_every_action_and_image_is_pinned_by_digest() -> None:
    github, gitlab = (path.read_text() for path in FILES)
    actions = re.findall(r"uses: (\S+)", github)

    assert len(actions) > 8
    assert [] == [a for a in actions if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", a)]
    assert ["$TENANCY_IMAGE"] == re.findall(r"image: (\S+)", gitlab)
    for image, expected in (("python@sha256:0", 0), ("python:latest", 64), ("", 64)):
        done = subprocess.run(
            ["sh", "-c", IMAGE_CHECK],
            env={"TENANCY_IMAGE": image},
            capture_output=True,
            check=False,
        )
        assert expected == done.returncode


[IMAGE_CHECK] = {s for s in scripts(yaml.safe_load(FILES[1].read_text())) if "pin TENANCY" in s}


def test_the_code_that_plans_a_pull_request_is_the_default_branchs() -> None:
    [first, second, *_] = [
        step for step in jobs(FILES[0])["plan"]["steps"] if "checkout" in str(step.get("uses"))
    ]
    installs = jobs(FILES[1])["plan"]["before_script"]

    assert "base.sha" in first["with"]["ref"]
    assert ("head.sha", "proposed") == (
        second["with"]["ref"].partition("pull_request.")[2].removesuffix(" }}"),
        second["with"]["path"],
    )
    positions = [
        next(i for i, line in enumerate(installs) if words in line)
        for words in ("checkout --force FETCH_HEAD", "git archive", "pip install")
    ]
    assert sorted(positions) == positions


def test_of_a_pull_request_only_yaml_files_are_taken(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "proposed"):
        (folder / "organizations").mkdir(parents=True)
        (folder / "__main__.py").write_text(folder.name)
        (folder / "Pulumi.dev.yaml").write_text(folder.name)
        (folder / "organizations/acme.yaml").write_text(folder.name)
    (tmp_path / "proposed/organizations/evil.py").write_text("evil")
    (tmp_path / "proposed/organizations/out.yaml").symlink_to("/etc/passwd")

    done = subprocess.run(
        ["bash", "-e", "-c", steps(FILES[0], "cp --no-dereference")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert tmp_path.name == (tmp_path / "__main__.py").read_text()
    assert "proposed" == (tmp_path / "Pulumi.dev.yaml").read_text()
    assert ["acme.yaml", "out.yaml"] == sorted(
        p.name for p in (tmp_path / "organizations").iterdir()
    )
    assert (tmp_path / "organizations/out.yaml").is_symlink()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_comment_is_taken_over_only_where_its_author_is_the_bot(path: Path) -> None:
    text = path.read_text()

    chosen = '.user.login == "github-actions[bot]"', ".author.username == $author"
    assert chosen[path.stem == "gitlab"] + " and (.body | startswith($marker))" in text


HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


@pytest.mark.parametrize(
    ("path", "is_checked"),
    [
        ("Pulumi.yaml", True),
        ("clusters/eu/Pulumi.dev.yaml", True),
        ("organizations/acme.yaml", True),
        ("clusters/eu/organizations/acme.yaml", True),
        ("organizations/README.md", False),
        ("docs/organizations.yaml", False),
    ],
)
def test_the_hook_runs_a_command_that_exists_where_a_file_of_a_project_changed(
    path: str, is_checked: bool
) -> None:
    [hook] = yaml.safe_load(HOOKS.read_text())
    program, name, option = hook["entry"].split()

    command = typer.main.get_command(app).commands[name]
    assert "tenancy" == program
    assert option in {one for parameter in command.params for one in parameter.opts}
    assert is_checked == bool(re.search(hook["files"], path))

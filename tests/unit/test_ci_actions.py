"""The CI actions and the component: read, and their shell run with replaced programs."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main
import yaml

from tenancy.cli import app

CI = Path(__file__).parents[2] / "ci"
PLAN = CI / "github/plan"
GITLAB = CI / "gitlab/tenancy.yml"
ACTIONS = sorted(CI.glob("github/*/action.yml"))
TEXTS = sorted([*CI.rglob("*.yml"), *CI.rglob("*.sh")])


def component() -> dict[str, dict]:
    """Return the jobs of GitLab's component."""
    _, jobs = yaml.safe_load_all(GITLAB.read_text())
    return jobs


def script_of(job: str) -> str:
    [script] = component()[f"$[[ inputs.cluster ]] {job}"]["script"]
    return script


def stub(folder: Path, name: str, text: str) -> None:
    program = folder / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/bash\n{text}\n")
    program.chmod(0o755)


def run(folder: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    jq = shutil.which("jq")
    path = f"{folder / 'bin'}:{Path(jq).parent if jq else ''}:/usr/bin:/bin"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={
            "PATH": path,
            "STACKS": "platform dev",
            "GITHUB_OUTPUT": str(folder / "output"),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def tenancy(folder: Path, *, check: int = 0, **plans: int) -> None:
    """Put a `tenancy` on PATH that ends with these codes."""
    cases = "".join(f'*"--stack {stack} "*) exit {code} ;; ' for stack, code in plans.items())
    lines = f'echo "$@" >> {folder}/called\n'
    lines += f'case "$1" in check) echo findings; exit {check} ;; esac\n'
    stub(
        folder, "tenancy", f'{lines}echo "<!-- tenancy-plan: x -->"\ncase "$* " in {cases}esac'
    )


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.parent.name)
def test_every_action_is_pinned_by_digest(path: Path) -> None:
    steps = yaml.safe_load(path.read_text())["runs"]["steps"]

    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one) for one in used), used


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.parent.name)
def test_an_input_is_never_part_of_a_script(path: Path) -> None:
    """Text of a pull request or of a caller could otherwise be run as shell."""
    steps = yaml.safe_load(path.read_text())["runs"]["steps"]

    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_a_pull_request_brings_yaml_files_alone() -> None:
    steps = yaml.safe_load((PLAN / "action.yml").read_text())["runs"]["steps"]
    checkouts = [s["with"] for s in steps if s.get("uses", "").startswith("actions/checkout")]

    assert [None, "proposed"] == [one.get("path") for one in checkouts]
    assert "base.sha" in checkouts[0]["ref"]
    installed = next(i for i, s in enumerate(steps) if "pip install" in s.get("run", ""))
    brought = next(i for i, s in enumerate(steps) if "rm -rf proposed" in s.get("run", ""))
    assert installed < brought


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(CI)))
def test_every_option_of_a_command_exists(path: Path) -> None:
    commands = typer.main.get_command(app).commands
    for line in path.read_text().splitlines():
        written = line.strip()
        if not written.startswith("tenancy "):
            continue
        command = commands[written.split()[1]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"(?<= )--[a-z-]+", written.partition("|")[0])) <= known, line


@pytest.mark.parametrize(
    ("check", "plans", "code"),
    [
        pytest.param(0, {"platform": 0, "dev": 2}, 0, id="changes"),
        pytest.param(0, {"platform": 3, "dev": 0}, 3, id="a plan refuses"),
        pytest.param(3, {}, 3, id="the check refuses"),
    ],
)
@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_code_and_the_comments_of_a_plan(
    forge: str, tmp_path: Path, check: int, plans: dict[str, int], code: int
) -> None:
    tenancy(tmp_path, check=check, **plans)
    stub(tmp_path, "curl", "echo '[]'")
    stub(tmp_path, "jq", "true")
    script = (PLAN / "plan.sh").read_text() if forge == "github" else script_of("plan")

    done = run(tmp_path, script)

    said = (
        (tmp_path / "output").read_text() if forge == "github" else f"code={done.returncode}\n"
    )
    assert f"code={code}\n" == said, done.stderr
    written = {path.name for path in tmp_path.glob("comment-*.md")}
    if check:
        assert {"comment-check.md"} == written
        text = (tmp_path / "comment-check.md").read_text()
        assert text.startswith("<!-- tenancy-check: platform dev -->\n")
        assert "findings" in text
    else:
        assert {
            "comment-check.existing.md",
            "comment-platform.md",
            "comment-dev.md",
        } == written


def test_without_a_cluster_the_plan_is_made_from_files(tmp_path: Path) -> None:
    tenancy(tmp_path)

    run(tmp_path, (PLAN / "plan.sh").read_text(), SINCE="HEAD")

    called = (tmp_path / "called").read_text()
    assert "plan --stack platform --stack dev --since HEAD --markdown" in called
    assert {"comment-plan.md", "comment-check.existing.md"} == {
        path.name for path in tmp_path.glob("comment-*")
    }


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize(
    ("author", "verb"),
    [("github-actions[bot]", "PATCH"), ("mallory", "POST")],
)
def test_only_a_comment_of_the_bot_is_replaced(tmp_path: Path, author: str, verb: str) -> None:
    comments = [{"id": 7, "user": {"login": author}, "body": "<!-- a -->\nold"}]
    (tmp_path / "answer").write_text(json.dumps(comments))
    stub(
        tmp_path,
        "gh",
        f'case "$*" in *--paginate*) cat {tmp_path}/answer ;;'
        f' *) echo "$*" >> {tmp_path}/gh ;; esac',
    )
    (tmp_path / "comment-a.md").write_text("<!-- a -->\nnew\n")
    (tmp_path / "comment-b.existing.md").write_text("<!-- b -->\nfine\n")

    done = run(tmp_path, (PLAN / "comment.sh").read_text(), NUMBER="1", GITHUB_REPOSITORY="o/r")

    assert 0 == done.returncode, done.stderr
    [call] = (tmp_path / "gh").read_text().splitlines()
    assert f"-X {verb} " in call
    assert "body=@comment-a.md" in call


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize(
    ("author", "call"), [("the-bot", "PUT"), ("mallory", "POST")], ids=["bot", "another"]
)
def test_a_comment_on_a_later_page_is_replaced(tmp_path: Path, author: str, call: str) -> None:
    """A merge request has many notes, and GitLab returns at most 100 at a time."""
    notes = [{"id": n, "author": {"username": "ana"}, "body": "x"} for n in range(103)]
    notes[102] = {"id": 7, "author": {"username": author}, "body": "<!-- tenancy-plan: x -->\n"}
    for page in (1, 2):
        text = json.dumps(notes[100 * (page - 1) : 100 * page])
        (tmp_path / f"page-{page}").write_text(text)
    tenancy(tmp_path)
    stub(
        tmp_path,
        "curl",
        f'all="$*"; case "$all" in *"&page="*) cat {tmp_path}/page-"${{all##*&page=}}" ;;'
        f' *) echo "$*" >> {tmp_path}/curl ;; esac',
    )

    done = run(
        tmp_path,
        script_of("plan"),
        STACKS="dev",
        COMMENT_AUTHOR="the-bot",
        CI_API_V4_URL="u",
        CI_PROJECT_ID="1",
        CI_MERGE_REQUEST_IID="2",
        COMMENT_TOKEN="t",
    )

    assert 0 == done.returncode, done.stderr
    [made] = (tmp_path / "curl").read_text().splitlines()
    assert f"--request {call} " in made
    assert ("/notes/7" in made) == (call == "PUT")


def test_an_update_needs_a_protected_environment() -> None:
    workflow = yaml.safe_load((CI / "github/three-clusters.yml").read_text())
    apply = component()["$[[ inputs.cluster ]] apply"]

    assert "apply-${{ matrix.cluster }}" == workflow["jobs"]["apply"]["environment"]
    assert "apply-$[[ inputs.cluster ]]" == apply["environment"]
    assert ["manual"] == [rule["when"] for rule in apply["rules"]]


def test_three_clusters_are_shown_with_inputs_that_exist() -> None:
    workflow = yaml.safe_load((CI / "github/three-clusters.yml").read_text())
    included = yaml.safe_load((CI / "gitlab/three-clusters.yml").read_text())["include"]
    spec, _ = yaml.safe_load_all(GITLAB.read_text())

    for name, job in workflow["jobs"].items():
        inputs = yaml.safe_load((CI / f"github/{name}/action.yml").read_text())["inputs"]
        assert set(job["steps"][0]["with"]) <= set(inputs)
        assert 3 == len(job["strategy"]["matrix"]["include"])
    assert 3 == len(included)
    assert all(set(one["inputs"]) == set(spec["spec"]["inputs"]) for one in included)


def test_plans_of_a_pull_request_use_no_kubeconfig_of_the_request() -> None:
    """Each line that makes one, in the actions and in the files of docs/ci."""
    texts = [*TEXTS, *sorted((CI.parent / "docs/ci").glob("*.yml"))]
    lines = [
        line
        for path in texts
        for line in path.read_text().splitlines()
        if "tenancy plan" in line and "--markdown" in line and "--since" not in line
    ]

    assert 4 == len(lines)
    assert all("--require-kubeconfig .kubeconfig " in line for line in lines)


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_long_refusal_is_cut_between_lines_and_fits_into_a_comment(
    forge: str, tmp_path: Path
) -> None:
    line = "    found:   " + "😀é" * 30
    stub(tmp_path, "tenancy", f"for i in $(seq 3000); do echo '{line}'; done; exit 3")
    stub(tmp_path, "curl", "echo '[]'")
    stub(tmp_path, "jq", "true")

    run(tmp_path, (PLAN / "plan.sh").read_text() if forge == "github" else script_of("plan"))

    text = (tmp_path / "comment-check.md").read_bytes().decode("utf-8")
    assert len(text) <= 65_536
    assert text.endswith("(more in the log of the job)\n```\n")
    assert {line} == set(text.splitlines()[4:-2])

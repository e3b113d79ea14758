"""`tenancy plan --since`: what files change, from git alone."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from typer.testing import Result

from tenancy.diagnostics.exit_codes import Exit
from tenancy.output.json_schemas import written

Run = Callable[..., Result]
Git = Callable[..., str]


@pytest.fixture
def git(project: Path) -> Git:
    """Return git in the project, whose files are committed on the branch `main`."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    person = (
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    )

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *person, *arguments],
            cwd=project,
            env={**variables, "GIT_CONFIG_GLOBAL": "/dev/null"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    run("init", "--quiet", "--initial-branch", "main")
    run("add", "--all")
    run("commit", "--quiet", "--message", "Now")
    return run


@pytest.fixture
def edit(project: Path) -> Callable[[str, str, str], None]:
    def replace(file: str, old: str, new: str) -> None:
        text = (project / file).read_text()
        assert old in text
        (project / file).write_text(text.replace(old, new))

    return replace


def commit(git: Git, branch: str) -> None:
    git("switch", "--quiet", "--create", branch)
    git("commit", "--quiet", "--all", "--message", branch)
    git("switch", "--quiet", "main")


def test_a_change_of_a_quota_is_told_without_a_cluster(run: Run, git: Git, edit) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "21"')

    result = run("plan", "--since", "main")

    assert Exit.CHANGES == result.exit_code
    assert "from main to the files as they are: stacks dev" in result.stdout
    assert "acme-dev: pods 20 → 21" in result.stdout
    assert "pods total 100 → 101, ceiling 120: 19 left" in result.stdout
    assert 1 == result.stdout.count("[cluster-not-asked]")
    assert "Plan of stack prod" not in result.stdout


def test_the_comment_of_some_stacks_is_not_the_one_of_others(run: Run, git: Git) -> None:
    first = [
        run("plan", "--since", "main", "--markdown", *stacks).stdout.splitlines()[0]
        for stacks in ((), ("--stack", "dev"), ("--stack", "dev", "--stack", "prod"))
    ]

    assert [
        "<!-- tenancy-plan: revisions -->",
        "<!-- tenancy-plan: revisions dev -->",
        "<!-- tenancy-plan: revisions dev prod -->",
    ] == first


def test_a_renamed_organization_is_refused(run: Run, git: Git, project: Path, edit) -> None:
    git("mv", "organizations/acme.yaml", "organizations/umbrella.yaml")
    for stack in ("dev", "staging", "prod"):
        edit(f"Pulumi.{stack}.yaml", "    acme:", "    umbrella:")

    result = run("plan", "--since", "main")

    assert Exit.REFUSED == result.exit_code
    assert 3 == result.stdout.count("[namespace-moved]")
    assert "organization acme; what people read is" in " ".join(result.stdout.split())


def test_the_same_files_change_nothing(run: Run, git: Git) -> None:
    result = run("plan", "--since", "HEAD")

    assert Exit.DONE == result.exit_code
    assert "no changes for any organization" in result.stdout


def test_an_error_refuses_and_is_named_once(run: Run, git: Git, edit) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "45"')

    text, markdown = (
        run("plan", "--since", "main"),
        run("plan", "--since", "main", "--markdown"),
    )

    assert (Exit.REFUSED, Exit.REFUSED) == (text.exit_code, markdown.exit_code)
    assert 1 == text.stdout.count("[quota-over-ceiling]")
    assert 1 == markdown.stdout.count("`quota-over-ceiling`")
    assert markdown.stdout.startswith("<!-- tenancy-plan: revisions -->\n## Plan from main")
    assert "**Refused:**" in markdown.stdout


def test_strict_refuses_what_was_not_checked_in_every_form(run: Run, git: Git, edit) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "21"')
    command = ("plan", "--since", "main")

    text, markdown = run(*command, "--strict"), run(*command, "--strict", "--markdown")
    data = run(*command, "--strict", "--json")

    assert {Exit.REFUSED} == {text.exit_code, markdown.exit_code, data.exit_code}
    assert json.loads(data.stdout)["refused"]
    for written_form in (text.stdout, markdown.stdout):
        assert written_form.index("cluster-not-asked") < written_form.index("20 → 21")
    assert "**Refused:**" in markdown.stdout
    # Without --strict the same is a change, and is not refused.
    assert "**Refused:**" not in run(*command, "--markdown").stdout
    assert Exit.CHANGES == run(*command, "--markdown").exit_code


def test_totals_count_the_other_stacks_as_they_were(run: Run, git: Git, edit) -> None:
    for file, old, new in (("dev", 20, 22), ("staging", 30, 33), ("prod", 50, 55)):
        edit(f"Pulumi.{file}.yaml", f'pods: "{old}"', f'pods: "{new}"')

    data = json.loads(run("plan", "--since", "main", "--json").stdout)

    assert ["dev", "prod", "staging"] == sorted(plan["stack"] for plan in data["plans"])
    totals = [
        fact["text"]
        for plan in data["plans"]
        for fact in plan["facts"]
        if fact["text"].startswith("pods total")
    ]
    assert 3 == len(totals)
    assert all(text.startswith("pods total 100 → 110") for text in totals)


def test_what_is_written_fulfils_its_schema(run: Run, git: Git, edit) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "21"')
    data = json.loads(run("plan", "--since", "main", "--json").stdout)
    schema = written("revisions")

    assert (1, "revisions", "main", None) == (
        data["version"],
        data["kind"],
        data["since"],
        data["until"],
    )
    assert not data["refused"]
    jsonschema.validate(data, schema)
    [plan] = data["plans"]
    with pytest.raises(jsonschema.ValidationError, match="quotas"):
        jsonschema.validate({**data, "plans": [{**plan, "quotas": "none"}]}, schema)


def test_two_revisions_need_no_file_of_the_folder(
    run: Run, git: Git, edit, project: Path
) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "21"')
    commit(git, "more")
    (project / "Pulumi.dev.yaml").write_text("broken: [")

    result = run("plan", "--since", "main", "--until", "more")

    assert Exit.CHANGES == result.exit_code, result.output
    assert "from main to more: stacks dev" in result.stdout


def test_what_two_branches_break_only_together_is_named(run: Run, git: Git, edit) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "30"')
    commit(git, "one")
    edit("Pulumi.prod.yaml", 'pods: "50"', 'pods: "65"')
    commit(git, "other")
    ends = ("plan", "--since", "main", "--until", "one")

    alone, both = run(*ends), run(*ends, "--with", "other")

    assert Exit.CHANGES == alone.exit_code, alone.output
    assert Exit.REFUSED == both.exit_code
    assert "Errors only together: one and other alone do not have them" in both.stdout
    assert 1 == both.stdout.count("[quota-over-ceiling]")
    data = json.loads(run(*ends, "--with", "other", "--json").stdout)
    assert ["quota-over-ceiling"] == [finding["code"] for finding in data["onlyTogether"]]


def test_branches_that_change_the_same_lines_are_refused(run: Run, git: Git, edit) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "21"')
    commit(git, "one")
    edit("Pulumi.dev.yaml", 'pods: "20"', 'pods: "22"')
    commit(git, "other")

    result = run("plan", "--since", "main", "--until", "one", "--with", "other")

    assert Exit.REFUSED == result.exit_code
    assert "one and other change the same lines of Pulumi.dev.yaml" in result.stderr


def test_a_stack_whose_file_is_removed_is_named(run: Run, git: Git, project: Path) -> None:
    (project / "Pulumi.staging.yaml").unlink()

    result = run("plan", "--since", "main")

    assert "stack staging: its file is removed" in result.stdout


def test_a_stack_that_had_errors_is_not_compared(run: Run, git: Git, edit) -> None:
    edit("Pulumi.dev.yaml", 'pods: "20"', "pods: [")
    commit(git, "broken")

    result = run("plan", "--since", "broken")

    assert "[revision-not-read]" in result.stdout
    assert "Plan of stack dev" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param(("--since", "nowhere"), "git knows no such revision", id="unknown"),
        pytest.param(("--since", "--output=x"), "git knows no such revision", id="an option"),
        pytest.param(("--until", "main"), "need --since", id="until alone"),
        pytest.param(("--since", "main", "--offline"), "--offline", id="offline"),
        pytest.param(("--since", "main", "--stack", "deev"), "'dev'", id="stack"),
    ],
)
def test_what_cannot_be_compared_is_a_wrong_use(
    run: Run, git: Git, arguments: tuple[str, ...], reason: str
) -> None:
    result = run("plan", *arguments)

    assert Exit.USAGE == result.exit_code
    assert reason in result.stderr


def test_a_folder_without_git_is_named(run: Run) -> None:
    result = run("plan", "--since", "main")

    assert Exit.USAGE == result.exit_code
    assert "a repository of git" in " ".join(result.stderr.split())

"""The files of a revision: read as objects of git, and nothing of them is run."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tenancy.assessment import assess
from tenancy.config import files_at, merged
from tenancy.diagnostics import UsageError

Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    def run(*arguments: str) -> None:
        person = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        subprocess.run(
            ["git", *person, "-c", "commit.gpgsign=false", *arguments],
            cwd=tmp_path,
            env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"},
            capture_output=True,
            check=True,
        )

    run("init", "--quiet", "--initial-branch", "main")
    return run


def committed(git: Git, root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git("add", "--all")
    git("commit", "--quiet", "--message", "x")


def test_only_what_is_read_is_written_and_the_folder_is_deleted(tmp_path, git) -> None:
    read = {
        "p/Pulumi.yaml": "name: fleet\n",
        "p/Pulumi.dev.yaml": "config: {}\n",
        "p/organizations/acme.yaml": "prefix: ä\n",
    }
    others = {"p/__main__.py": "raise SystemExit", "p/notes.yaml": "", "Pulumi.yaml": "name: x"}
    committed(git, tmp_path, read | others)

    with files_at(tmp_path / "p", "main") as folder:
        found = {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*.yaml")}
        assert not list(folder.rglob("*.py"))

    assert found == {path.removeprefix("p/"): text for path, text in read.items()}
    assert not folder.exists()


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path, git) -> None:
    (tmp_path / "Pulumi.dev.yaml").symlink_to("/etc/passwd")
    committed(git, tmp_path, {"Pulumi.yaml": "name: fleet\n", "organizations/a.yaml": ""})

    with files_at(tmp_path, "main") as folder:
        found = assess(folder, offline=True)

    assert "file-outside" in {finding.code for finding in found.findings}


@pytest.mark.parametrize(
    "target", ["teams/acme.yaml", "../outside.yaml", "/etc/passwd", "b.yaml"]
)
def test_a_link_in_the_project_is_what_it_leads_to(tmp_path, git, target) -> None:
    """A link out of the project, or to nothing, stays one, and the reader refuses it."""
    committed(
        git,
        tmp_path,
        {
            "p/Pulumi.yaml": "",
            "p/teams/acme.yaml": "prefix: acme\n",
            "outside.yaml": "secret\n",
        },
    )
    (tmp_path / "p/organizations").mkdir()
    (tmp_path / "p/organizations/a.yaml").symlink_to(f"../{target}")
    (tmp_path / "p/organizations/c d.yaml").write_text("prefix: c\n")
    committed(git, tmp_path, {})

    with files_at(tmp_path / "p", "main") as folder:
        file = folder / "organizations/a.yaml"
        inside = target == "teams/acme.yaml"
        assert inside != file.is_symlink()
        assert not inside or "prefix: acme\n" == file.read_text()
        assert "prefix: c\n" == (folder / "organizations/c d.yaml").read_text()


def test_a_folder_of_organizations_may_be_a_link_in_the_project(tmp_path, git) -> None:
    committed(git, tmp_path, {"Pulumi.yaml": "", "teams/acme.yaml": "prefix: acme\n"})
    (tmp_path / "organizations").symlink_to("teams")
    committed(git, tmp_path, {})

    with files_at(tmp_path, "main") as folder:
        assert "prefix: acme\n" == (folder / "organizations/acme.yaml").read_text()


@pytest.mark.parametrize(
    ("is_module", "what"),
    [(True, "a submodule"), (False, "neither a folder nor a link to a folder of the project")],
)
def test_organizations_that_git_does_not_have_are_never_taken_for_none(
    tmp_path, git, is_module, what
) -> None:
    """All namespaces would be shown as removed, or as new."""
    committed(git, tmp_path, {"Pulumi.yaml": "", "x": ""})
    if is_module:
        link = f"160000,{'1' * 40},organizations"
        git("update-index", "--add", "--cacheinfo", link)
        git("commit", "--quiet", "--message", "x")
    else:
        (tmp_path / "organizations").symlink_to("/etc")
        committed(git, tmp_path, {})

    with (
        pytest.raises(UsageError, match=f"main: organizations is {what}"),
        files_at(tmp_path, "main"),
    ):
        pass


@pytest.mark.parametrize("revision", ["", " "])
def test_an_empty_revision_is_named_as_one(tmp_path, git, revision) -> None:
    committed(git, tmp_path, {"Pulumi.yaml": ""})

    with (
        pytest.raises(UsageError, match="the revision is empty"),
        files_at(tmp_path, revision),
    ):
        pass


def test_a_revision_in_which_the_project_was_elsewhere_is_refused(tmp_path, git) -> None:
    committed(git, tmp_path, {"Pulumi.yaml": "name: x\n"})
    git("tag", "before")
    committed(git, tmp_path, {"p/Pulumi.yaml": "name: x\n"})

    with (
        pytest.raises(UsageError, match=r"there is no p/Pulumi.yaml in this revision"),
        files_at(tmp_path / "p", "before"),
    ):
        pass


def test_branches_without_a_common_commit_are_named_with_the_remedy(tmp_path, git) -> None:
    committed(git, tmp_path, {"Pulumi.yaml": "name: x\n"})
    git("checkout", "--quiet", "--orphan", "alone")
    committed(git, tmp_path, {"Pulumi.yaml": "name: y\n"})

    with pytest.raises(UsageError, match=r"no commit in common.*git fetch --unshallow"):
        merged(tmp_path, "main", "alone")


def test_no_hook_filter_or_program_of_the_revision_is_run(tmp_path, git) -> None:
    """The repository's own config names programs, as a checkout of anyone may."""
    proof = tmp_path / "proof"
    run = f"touch {proof}; cat"
    committed(
        git,
        tmp_path,
        {"Pulumi.yaml": "name: fleet\n", ".gitattributes": "* filter=evil diff=evil\n"},
    )
    for key in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv"):
        git("config", key, run)
    git("config", "core.fsmonitor", f"touch {proof}")

    with files_at(tmp_path, "main") as folder:
        assert "name: fleet\n" == (folder / "Pulumi.yaml").read_text()

    assert not proof.exists()


@pytest.mark.parametrize("revision", ["nowhere", "-x", "--help"])
def test_an_unknown_revision_is_refused(tmp_path, git, revision) -> None:
    committed(git, tmp_path, {"Pulumi.yaml": "name: fleet\n"})

    with pytest.raises(UsageError, match="git knows no such revision"):  # noqa: SIM117
        with files_at(tmp_path, revision):
            pass


def test_a_revision_without_the_project_is_refused(tmp_path, git) -> None:
    committed(git, tmp_path, {"other": ""})

    with pytest.raises(UsageError, match=r"no Pulumi\.yaml in this revision"):  # noqa: SIM117
        with files_at(tmp_path, "main"):
            pass

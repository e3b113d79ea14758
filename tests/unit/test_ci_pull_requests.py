"""What the CI files take from a pull request: their own shell, in a repository of one's own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

CI = Path(__file__).parents[2] / "ci"
BASE = {
    "Pulumi.yaml": "name: base\n",
    "__main__.py": "base\n",
    "Pulumi.dev.yaml": "config: {}\n",
    "Pulumi.gone.yaml": "config: {}\n",
    "organizations/acme.yaml": "prefix: acme\n",
    "organizations/gone.yaml": "prefix: gone\n",
}
PROPOSED = {
    "Pulumi.yaml": "name: mallory\n",
    "__main__.py": "mallory\n",
    "organizations/.hidden": "",
    "organizations/run.py": "mallory\n",
    "organizations/deeper/acme.yaml": "prefix: mallory\n",
    "Pulumi.dev.yaml": "config: {tenancy:cluster: eu}\n",
    "organizations/acme.yaml": "prefix: acme2\n",
}


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    return subprocess.run(
        ["git", *named, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(folder: Path, files: dict[str, str]) -> str:
    for path in folder.iterdir():
        if path.name != ".git":
            path.unlink() if path.is_file() or path.is_symlink() else shutil.rmtree(path)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.symlink_to(text.removeprefix("-> "))
        else:
            path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "files")
    return git(folder, "rev-parse", "HEAD")


def checkout(origin: Path, folder: Path, revision: str) -> None:
    """Check *revision* out as `actions/checkout` does: alone, and without the others."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", origin.as_uri())
    git(folder, "fetch", "--quiet", "--depth", "1", "origin", revision)
    git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")


def bring(forge: str, tmp_path: Path, proposed: dict[str, str]) -> tuple[int, str, Path]:
    """Run the steps of *forge* that bring *proposed*; return how they end, and where."""
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    base = commit(origin, BASE)
    git(origin, "switch", "--quiet", "--create", "proposed")
    head = commit(origin, proposed)
    folder = tmp_path / "job"
    if forge == "github":
        checkout(origin, folder, base)
        checkout(origin, folder / "proposed", head)
        action = yaml.safe_load((CI / "github/plan/action.yml").read_text())
        [script] = [s["run"] for s in action["runs"]["steps"] if "YAML" in s.get("name", "")]
    else:
        checkout(origin, folder, head)
        _, jobs = yaml.safe_load_all((CI / "gitlab/tenancy.yml").read_text())
        lines = jobs["$[[ inputs.cluster ]] plan"]["before_script"]
        script = "\n".join(line for line in lines if "pip" not in line and "kube" not in line)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "CI_COMMIT_SHA": head, "CI_DEFAULT_BRANCH": "main"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, folder


def files_in(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_yaml_files_are_those_of_the_request_and_all_else_is_the_base(
    forge: str, tmp_path: Path
) -> None:
    code, said, folder = bring(forge, tmp_path, PROPOSED)

    assert 0 == code, said
    assert {
        "Pulumi.yaml": "name: base\n",
        "__main__.py": "base\n",
        "Pulumi.dev.yaml": "config: {tenancy:cluster: eu}\n",
        "organizations/acme.yaml": "prefix: acme2\n",
    } == files_in(folder)


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_project_may_have_no_organizations(forge: str, tmp_path: Path) -> None:
    code, said, folder = bring(forge, tmp_path, {"Pulumi.platform.yaml": "config: {}\n"})

    assert 0 == code, said
    assert {"Pulumi.yaml", "__main__.py", "Pulumi.platform.yaml"} == set(files_in(folder))


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_link_to_a_folder_brings_no_files_of_the_job(forge: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("hunter2\n")

    code, said, folder = bring(
        forge, tmp_path, {"Pulumi.dev.yaml": "config: {}\n", "organizations": f"-> {outside}"}
    )

    assert not (folder / "organizations" / "secret.yaml").exists()
    if forge == "github":
        assert (3, True) == (code, "organizations is a symbolic link" in said)

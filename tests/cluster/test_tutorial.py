"""
From an empty folder with the wheel alone: each command of docs/tutorial.md, as written there.

An expected line is in the output of the commands above it; `…` means anything.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
import yaml
from typer.testing import CliRunner

from tenancy.cli import app
from tenancy.local import sandbox as local_sandbox
from tenancy.local.tools import Toolchain
from tenancy.local.tools import environment as tools_environment
from tenancy.local.tools.definitions import MODULES
from tests.commands import succeed
from tests.snippets import Step, steps

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
OFFLINE = ("--no-deps", "--no-index")

# What is looked at after a step, and lines of what is then printed.
LOOKS = {
    "kubectl get resourcequota quota -n globex-lab": "pods: 0/10",
    "kubectl get resourcequota gpus -n globex-lab": "requests.nvidia.com/gpu: 0/0",
    "kubectl get pods -n globex-lab --as=oidc:a --as-group=oidc:globex-lab": (
        "No resources found in globex-lab namespace."
    ),
    # These two end with an error otherwise.
    "kubectl auth can-i create pods -n globex-lab --as=oidc:a --as-group=oidc:globex-lab": (
        "yes"
    ),
    "pulumi preview --expect-no-changes --non-interactive": "unchanged",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that users install."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [*PIP, "wheel", *OFFLINE, "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run(command, check=True, cwd=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every package that is installed, except this project."""
    folder = tmp_path_factory.mktemp("dependencies")
    for path in Path(pytest.__file__).parents[1].iterdir():
        if "tenancy" not in path.name and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    return folder


@attrs.frozen
class Run:
    """What the commands of a step printed."""

    step: Step
    output: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("empty folder")
    yield made
    local_sandbox.down(made / "gpus", wipe=True)


@pytest.fixture(scope="module")
def runs(wheel: Path, dependencies: Path, toolchain: object, folder: Path) -> list[Run]:
    """Every step, run by one shell without a connection to a package index."""
    found = steps(ROOT / "docs" / "tutorial.md")
    commands = ["set -eu"]
    for step in found:
        if step.commands.startswith("tenancy sandbox down"):
            commands += LOOKS
        commands += ["echo '@@ step'", step.commands]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "KUBE"))}
    variables = {
        **kept,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        # The `python3` of the tests, which the dependencies were installed for.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), kept["PATH"])),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PYTHONPATH": str(dependencies),
        "WHEEL": str(wheel),
    }
    printed = succeed(["bash", "-c", "\n".join(commands)], folder, variables)
    _, *outputs = printed.split("@@ step\n")
    return [Run(step, output) for step, output in zip(found, outputs, strict=True)]


def test_the_wheel_installs_two_packages_and_what_tools_are_built_from(
    wheel: Path, tmp_path: Path
) -> None:
    subprocess.run([*PIP, "install", *OFFLINE, "--target", tmp_path, wheel], check=True)

    names = {path.name for path in tmp_path.iterdir() if not path.name.endswith(".dist-info")}
    assert {"bin", "share", "tenancy", "tenancy_components"} == names
    modules = {path.name for path in (tmp_path / "share/tenancy/toolchain").iterdir()}
    assert {module.name for module in MODULES} == modules
    assert (tmp_path / "tenancy/py.typed").exists()
    assert (tmp_path / "tenancy_components/py.typed").exists()


def test_pulumi_new_makes_what_init_writes(toolchain: Toolchain, tmp_path: Path) -> None:
    """Stack files may have the name of the project before their keys, or not."""
    by_init, by_new = tmp_path / "init", tmp_path / "new"
    by_new.mkdir()
    done = CliRunner().invoke(app, ["init", str(by_init), "--yes", "--name", "shop"])
    assert 0 == done.exit_code, done.output
    command = ["pulumi", "new", ROOT / "template", "--generate-only", "--name=shop", "--yes"]
    variables = {
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_HOME": str(tmp_path / "home"),
    }
    environment = {**os.environ, **tools_environment(toolchain), **variables}
    subprocess.run(command, cwd=by_new, env=environment, check=True, capture_output=True)

    def files(root: Path) -> dict[str, object]:
        found = [path for path in root.rglob("*") if path.is_file()]
        # `tenancy schema --write` writes the schemas for editors.
        kept = [path for path in found if path.parent.name != "schema"]
        return {str(path.relative_to(root)): plain(path) for path in kept}

    def plain(path: Path) -> object:
        text = path.read_text()
        if not path.name.startswith("Pulumi."):
            return text
        document = yaml.safe_load(text)
        # The engine adds a tag with the name of the template to the project's own file.
        config = {} if path.name == "Pulumi.yaml" else document["config"]
        return {**document, "config": {k.removeprefix("shop:"): v for k, v in config.items()}}

    assert files(by_init) == files(by_new)


def test_each_command_of_the_tutorial_prints_what_the_tutorial_shows(runs: list[Run]) -> None:
    missing = {
        line: run.output
        for run in runs
        for line in run.step.expected
        if re.search(r".*".join(map(re.escape, line.split("…"))), run.output) is None
    }

    assert {} == missing
    assert sum(len(run.step.expected) for run in runs) > 8


def test_the_imported_organization_has_its_guardrails(runs: list[Run]) -> None:
    before_cleanup = runs[-2].output

    assert [] == [line for line in LOOKS.values() if line not in before_cleanup]


def test_nothing_is_left_running(runs: list[Run], folder: Path) -> None:
    assert "its data is deleted" in runs[-1].output
    assert local_sandbox.State.ABSENT is local_sandbox.status(folder / "gpus").state

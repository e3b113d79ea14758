"""The digest of everything that an update is made from."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tenancy.engine.shipped_program import InDoubtError
from tenancy.engine.update_inputs import update_inputs
from tests.unit.engine.stacks import assessed, session

ROOT = Path(__file__).parents[3]


@pytest.fixture
def ready(project: Path) -> Path:
    """A project whose cluster has a kubeconfig and whose program is the shipped one."""
    shutil.copy(ROOT / "__main__.py", project)
    (project / ".sandbox").mkdir()
    (project / ".sandbox/kubeconfig").write_text("clusters: []\n")
    (project / "tools").mkdir()
    for name in ("pulumi", "pulumi-resource-kubernetes"):
        tool = project / "tools" / name
        tool.write_text("#!/bin/sh\n")
        tool.chmod(0o755)
    return project


def digest(root: Path, **variables: str) -> str:
    own = {"PATH": str(root / "tools"), "PULUMI_HOME": str(root / "home"), **variables}
    return update_inputs(assessed(root), session(root, **own))


def edit(file: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, file.read_text(), flags=re.MULTILINE)
    assert count == 1
    file.write_text(text)


def test_the_same_inputs_have_the_same_digest(ready: Path) -> None:
    assert digest(ready) == digest(ready)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: edit(root / "Pulumi.dev.yaml", r'pods: "20"', 'pods: "21"'),
        lambda root: edit(root / "Pulumi.yaml", r"^name: tenancy$", "name: tenancy # same"),
        lambda root: (root / ".sandbox/kubeconfig").write_text("clusters: [] # other\n"),
        lambda root: (root / "tools/pulumi").write_text("#!/bin/sh\n# newer\n"),
        lambda root: (root / "tools/pulumi-resource-kubernetes").unlink(),
        lambda root: (root / "home/plugins/resource-kubernetes-v4.29.0").mkdir(parents=True),
        lambda root: (root / "further.py").write_text("x = 1\n"),
    ],
)
def test_each_change_of_an_input_is_another_digest(
    ready: Path, change: Callable[[Path], object]
) -> None:
    before = digest(ready)
    change(ready)
    assert before != digest(ready)


@pytest.mark.parametrize(
    "name", ["PULUMI_K8S_CLIENT_QPS", "PULUMI_DEBUG_PROVIDERS", "TENANCY_NEW", "PYTHONPATH"]
)
def test_a_variable_that_reaches_the_program_counts(ready: Path, name: str) -> None:
    assert digest(ready) != digest(ready, **{name: "7"})


@pytest.mark.parametrize("name", ["PULUMI_PARALLEL", "TENANCY_STARTED_BY", "TENANCY_STRICT"])
def test_who_asks_and_how_fast_does_not_count(ready: Path, name: str) -> None:
    assert digest(ready) == digest(ready, **{name: "7"})


def test_another_stacks_files_do_not_count(ready: Path) -> None:
    before = digest(ready)
    with (ready / "Pulumi.prod.yaml").open("a") as file:
        file.write("# a remark\n")
    assert before == digest(ready)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "__main__.py").write_text("import tenancy\n"),
        lambda root: (root / "__main__.py").unlink(),
        lambda root: (root / ".venv").mkdir(),
        lambda root: shutil.copytree(ROOT / "tenancy", root / "tenancy"),
        lambda root: (root / "Pulumi.dev.yaml").write_text(
            (root / "Pulumi.dev.yaml").read_text() + "environment: [shared]\n"
        ),
    ],
)
def test_a_program_that_is_not_known_is_left_to_the_engine(
    ready: Path, change: Callable[[Path], object]
) -> None:
    digest(ready)
    change(ready)
    with pytest.raises(InDoubtError):
        digest(ready)


def test_an_update_of_some_namespaces_only_is_left_to_the_engine(ready: Path) -> None:
    with pytest.raises(InDoubtError):
        digest(ready, TENANCY_ONLY_NAMESPACES="acme-dev")


def test_the_programs_folder_has_to_be_the_projects(ready: Path, tmp_path: Path) -> None:
    other = session(tmp_path)
    assert os.path.realpath(tmp_path) != os.path.realpath(ready)
    with pytest.raises(InDoubtError):
        update_inputs(assessed(ready), other)

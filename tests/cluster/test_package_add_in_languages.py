"""
`pulumi package add` in projects of Python, Go and TypeScript, and a program that uses the SDK.

The engine generates the SDK into `sdks/`, makes the project depend on it, and installs it.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests import language_hosts
from tests.cluster.pool_stack import console_script
from tests.commands import succeed

pytestmark = [pytest.mark.cluster, pytest.mark.nightly]

PROGRAMS = Path(__file__).parent / "programs"
PYTHON = """
import pulumi_tenancy as tenancy

tenancy.OrganizationArgs(
    prefix="acme", namespaces=[tenancy.NamespaceSpecArgs(id="dev", quota={"pods": 20})]
)
print(tenancy.Organization.__name__)
"""
SKIPPED = pytest.mark.skipif(shutil.which("npm") is None, reason="Node is not installed")


@pytest.fixture
def variables(toolchain, tmp_path: Path) -> dict[str, str]:
    """An engine with a home of its own, and the hosts that generate SDKs before the others."""
    hosts = language_hosts.with_generators(tmp_path / "bin")
    others = [language_hosts.folder_of(runtime) for runtime in ("go", "nodejs")]
    path = [str(one) for one in (hosts, *others, toolchain.bin)]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*path, os.environ["PATH"]]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GOWORK": "off",
    }


def project(folder: Path, runtime: Mapping[str, object] | str) -> Path:
    """Write an empty project of *runtime* to *folder*."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "other", "runtime": runtime}))
    return folder


def add(toolchain, folder: Path, variables: Mapping[str, str]) -> None:
    """Add the package to the project in *folder*, which then names it."""
    plugin = console_script(folder.parent)
    succeed([toolchain.path("pulumi"), "package", "add", plugin], folder, variables)
    written = yaml.safe_load((folder / "Pulumi.yaml").read_text())
    assert ["tenancy"] == list(written["packages"])


def test_a_python_project_imports_the_sdk(toolchain, variables, tmp_path: Path) -> None:
    options = {"toolchain": "pip", "virtualenv": "venv"}
    folder = project(tmp_path / "project", {"name": "python", "options": options})
    (folder / "requirements.txt").write_text("pulumi>=3.255,<4\n")

    add(toolchain, folder, variables)

    assert "sdks/tenancy" in (folder / "requirements.txt").read_text()
    printed = succeed([folder / "venv" / "bin" / "python", "-c", PYTHON], folder, variables)
    assert "Organization\n" == printed


def test_a_go_project_builds_with_the_sdk(toolchain, variables, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", "go")
    for file in ("go.mod", "go.sum"):
        shutil.copy(PROGRAMS / "languages" / "go" / file, folder)
    shutil.copy(PROGRAMS / "typed" / "go" / "main.go", folder)

    add(toolchain, folder, variables)

    assert "=> ./sdks/tenancy" in (folder / "go.mod").read_text()
    succeed(["go", "build", "-o", os.devnull, "."], folder, variables)


@SKIPPED
def test_a_typescript_project_compiles_with_the_sdk(
    toolchain, variables, tmp_path: Path
) -> None:
    folder = project(tmp_path / "project", "nodejs")
    for file in ("package.json", "package-lock.json", "tsconfig.json"):
        shutil.copy(PROGRAMS / "languages" / "nodejs" / file, folder)
    typed = (PROGRAMS / "typed" / "nodejs" / "index.ts").read_text()
    (folder / "index.ts").write_text(typed.replace('"./tenancy"', '"@pulumi/tenancy"'))

    add(toolchain, folder, variables)

    assert '"@pulumi/tenancy": "file:sdks/tenancy"' in (folder / "package.json").read_text()
    compiled = ["node", "node_modules/typescript/bin/tsc", "--noEmit", "--project", "."]
    succeed(compiled, folder, variables)

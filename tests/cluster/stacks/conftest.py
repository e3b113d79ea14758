"""The shipped project on a control plane of its own, through the real engine."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from tenancy import engine as automation
from tenancy.engine import Engine, Result, Session
from tenancy.local import sandbox as local_sandbox
from tenancy.local.sandbox import Sandbox
from tenancy.local.tools import Toolchain

ROOT = Path(__file__).parents[3]
SHIPPED = (
    "Pulumi.yaml",
    "__main__.py",
    *(f"Pulumi.{s}.yaml" for s in ("platform", "dev", "staging", "prod")),
)


@attrs.frozen
class Project:
    """A copy of the shipped project, and what runs it."""

    root: Path
    box: Sandbox
    variables: Mapping[str, str] = attrs.field(factory=dict)

    def session(self, stack: str) -> Session:
        """Return the stack, its config read anew."""
        # The engine starts the program in the copy, where the packages are not.
        paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"}
        engine = Engine(variables={**self.box.environment(), **paths, **self.variables})
        return automation.local(self.root, stack, engine)

    def up(self, stack: str) -> Result:
        """Apply the stack as its files say now."""
        return self.session(stack).up()

    def edit(self, file: str, pattern: str, new: str) -> None:
        """Replace the one place in *file* that *pattern* finds."""
        path = self.root / file
        text, count = re.subn(pattern, new, path.read_text(), flags=re.MULTILINE)
        assert count == 1, f"{pattern!r} stands {count} times in {file}"
        path.write_text(text)


@pytest.fixture(scope="module")
def make_project(
    toolchain: Toolchain, sandboxes: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Project]]:
    """Return what copies the shipped project and starts a control plane for it."""
    roots: list[Path] = []

    def make() -> Project:
        name = request.module.__name__.rpartition(".")[2]
        root = sandboxes / f"{name}-{os.getpid()}-{len(roots)}"
        roots.append(root)
        root.mkdir()
        (root / f"used-by-{os.getpid()}").touch()
        for file in SHIPPED:
            shutil.copy(ROOT / file, root / file)
        shutil.copytree(ROOT / "organizations", root / "organizations")
        return Project(root, local_sandbox.up(root, toolchain=toolchain))

    yield make
    for root in roots:
        (root / f"used-by-{os.getpid()}").unlink()
        local_sandbox.down(root, wipe=True)


@pytest.fixture(scope="module")
def project(make_project: Callable[[], Project]) -> Project:
    """Return the shipped project with its platform applied."""
    made = make_project()
    made.up("platform")
    return made


@pytest.fixture
def tenancy() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs the real command line on a project, as a pipe of 80 columns sees it."""

    def run(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                sys.executable,
                "-c",
                "from tenancy.cli import main; main()",
                *arguments,
                f"--project={project.root}",
            ],
            env={**os.environ, "COLUMNS": "80", "PYTHONPATH": f"{ROOT}:{ROOT / 'components'}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run

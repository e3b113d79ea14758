"""The shipped project on a control plane of its own, through the real engine."""

import contextlib
import itertools
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from tenancy import engine as automation
from tenancy.engine import Engine, Result, Session
from tenancy.local.sandbox import Sandbox
from tests.cluster.templates import ONE_WRITE, PATHS, Templates
from tests.commands import TENANCY


@attrs.frozen
class Project:
    """A copy of the shipped project, and what runs it."""

    root: Path
    box: Sandbox
    variables: Mapping[str, str] = attrs.field(factory=dict)

    def session(self, stack: str) -> Session:
        """Return the stack, its config read again."""
        variables = {**self.box.environment(), **PATHS, **ONE_WRITE, **self.variables}
        return automation.local(self.root, stack, Engine(variables=variables))

    def up(self, stack: str) -> Result:
        """Apply the stack as its files describe it now."""
        return self.session(stack).up()

    def pulumi(self, stack: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run plain `pulumi` on the stack."""
        variables = {**os.environ, **self.session(stack).engine.variables}
        for name in ONE_WRITE:
            del variables[name]
        return subprocess.run(
            [
                str(self.box.toolchain.path("pulumi")),
                *arguments,
                f"--stack={stack}",
                "--non-interactive",
                "--color=never",
            ],
            cwd=self.root,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def edit(self, file: str, pattern: str, new: str) -> None:
        """Replace the one place in *file* that *pattern* finds."""
        path = self.root / file
        text, count = re.subn(pattern, new, path.read_text(), flags=re.MULTILINE)
        assert count == 1, f"{pattern!r} occurs {count} times in {file}"
        path.write_text(text)


@pytest.fixture(scope="module")
def make_project(
    templates: Templates, sandboxes: Path, user_of, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Project]]:
    """
    Return what makes a project of its own, with a control plane of its own.

    It takes the stacks that are to be applied, in their order, as the files are shipped:
    `make_project("platform", "dev")`. They are applied once in a session and copied.
    """
    name = request.module.__name__.rpartition(".")[2]
    numbers = itertools.count()
    with contextlib.ExitStack() as users:

        def make(*stacks: str) -> Project:
            root = sandboxes / f"{name}-{os.getpid()}-{next(numbers)}"
            users.enter_context(user_of(root))
            return Project(root, templates.start(root, stacks))

        yield make


@pytest.fixture(scope="module")
def project(make_project: Callable[..., Project]) -> Project:
    """Return the shipped project with its platform applied."""
    return make_project("platform")


@pytest.fixture
def tenancy() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs the real command line on a project, as a pipe of 80 columns sees it."""

    def run(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TENANCY, *arguments, f"--project={project.root}"],
            env={**os.environ, "COLUMNS": "80", **PATHS},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run

"""
The pipeline from a folder to a checked project: read, resolve, check.

The Pulumi program, every command and the Python API call `assess`, so all of them report and
refuse the same.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import attrs

from tenancy import checks, gpu
from tenancy.aws import instance_types_of
from tenancy.checks import Resolution, stack_view
from tenancy.config import (
    PROJECT_FILE,
    STACK_FILES,
    EngineConfig,
    Project,
    is_platform,
    stack_file,
    stack_of,
)
from tenancy.config import load as load_project
from tenancy.config.document import Document, read
from tenancy.diagnostics import (
    Finding,
    NotFoundError,
    Origin,
    RefusedError,
    UsageError,
    errors_in,
    only_causes,
    refusals,
)
from tenancy.model import Cluster, Tenancy, resolve

__all__ = [
    "STRICT_VARIABLE",
    "Assessment",
    "assess",
    "find_root",
    "load",
    "project_name",
    "require_valid",
]


STRICT_VARIABLE: Final = "TENANCY_STRICT"
"""Set in the environment of the program: what was not checked then refuses an update."""


@attrs.frozen(kw_only=True)
class Assessment:
    """
    A project after reading, resolving and checking.

    Attributes:
        root: The folder of `Pulumi.yaml`. name: The project's name.
        stack: The checked stack; None for all stacks.
        project: What people wrote.
        tenancy: The same, resolved. For one stack, stacks with errors are left out.
        findings: All findings. For one stack, only those that concern it, and one "not checked"
            for each file of another stack with errors.
    """

    root: Path
    name: str
    stack: str | None = None
    project: Project
    tenancy: Tenancy
    findings: tuple[Finding, ...]
    _resolution: Resolution = attrs.field(repr=False, eq=False)

    @property
    def documents(self) -> Mapping[str, Document]:
        """Every file that was read, for line numbers."""
        return self.project.documents

    @property
    def is_refused(self) -> bool:
        """Whether any finding is an error."""
        return bool(errors_in(self.findings))

    @property
    def stacks(self) -> tuple[str, ...]:
        """Every stack whose file could be read, platforms first."""
        return (*self.project.platforms, *self.project.environments)

    def of(self, stack: str) -> "Assessment":
        """
        Return the same files, checked for *stack* alone; nothing is read again.

        Raises:
            NotFoundError: No file describes it.
        """
        if stack not in self._files():
            raise _unknown_stack(stack, self._files())
        return _checked(self.root, self.name, self._resolution, stack)

    def in_order(self, stacks: Iterable[str] | None = None) -> tuple[str, ...]:
        """
        Return *stacks*, each once, platforms before environments.

        Stacks whose files have errors are included: they are refused one by one.

        Args:
            stacks: Default: every stack that has a file with config of ours.

        Raises:
            NotFoundError: No file describes one of them.
        """
        files = self._files()
        wanted = set(files) if stacks is None else set(stacks)
        for stack in sorted(wanted):
            if stack not in files:
                raise _unknown_stack(stack, files)
        platforms = {name for name, document in files.items() if is_platform(document)}
        return tuple(
            name for name in sorted(files, key=lambda n: n not in platforms) if name in wanted
        )

    def platform_of(self, stack: str) -> str | None:
        """Return the stack of the platform that *stack* is on; None for a platform."""
        environment = self.tenancy.environments.get(stack)
        return None if environment is None else environment.platform

    def cluster(self, stack: str) -> Cluster:
        """
        Return the cluster of *stack*.

        Raises:
            RefusedError: The file of the stack has errors.
            NotFoundError: No file describes it.
        """
        self.require(stack)
        if stack in self.tenancy.environments:
            return self.tenancy.environments[stack].cluster
        cluster = self.tenancy.platforms[stack].cluster
        assert cluster is not None
        return cluster

    def require(self, stack: str) -> str:
        """
        Return *stack*.

        Raises:
            RefusedError: The file of the stack has errors.
            NotFoundError: No file describes it.
        """
        if stack not in self.stacks:
            file = stack_file(stack)
            if any(one.origin.source == file for one in errors_in(self.findings)):
                raise _refused(self.of(stack))
            raise _unknown_stack(stack, self._files())
        return stack

    def _files(self) -> Mapping[str, Document]:
        """Return the config of each stack that has config or could not be read."""
        stacks = {
            stack_of(Origin(source).file): document
            for source, document in self.documents.items()
        }
        return {
            stack: document
            for stack, document in stacks.items()
            if stack is not None and (document.value or document.findings)
        }


def require_valid(found: Assessment, *, strict: bool = False) -> Assessment:
    """
    Return *found* if no finding refuses it.

    Args:
        found: The project.
        strict: Whether what was not checked refuses too. Default: only errors do.

    Raises:
        RefusedError: Something refuses it.
    """
    if refusals(found.findings, strict=strict):
        raise _refused(found, strict=strict)
    return found


def find_root(folder: Path | None) -> Path:
    """
    Return the project's folder: *folder* itself, or the nearest one above this one.

    Raises:
        UsageError: There is no `Pulumi.yaml`.
    """
    if folder is not None:
        if not (folder / PROJECT_FILE).is_file():
            raise UsageError(
                f"{folder}: no Pulumi.yaml in this folder; give the folder that contains it "
                "with --project"
            )
        return folder.resolve()
    here = Path.cwd()
    for candidate in (here, *here.parents):
        if (candidate / PROJECT_FILE).is_file():
            return candidate
    raise UsageError(
        f"{here}: no Pulumi.yaml here or above; "
        "change into the project, or give it with --project DIR"
    )


def assess(
    root: Path | None = None,
    stack: str | None = None,
    engine_config: EngineConfig | None = None,
    *,
    offline: bool = False,
) -> Assessment:
    """
    Read, resolve and check the project at *root*.

    A cloud is asked only if a platform's config names it as the catalogue of its instance
    types. Mistakes in the files are findings and raise nothing.

    Args:
        root: The folder that holds `Pulumi.yaml`. Default: this one, or the nearest above it.
        stack: Only this stack: findings that do not concern it are left out. Default: all
            stacks.
        engine_config: The config of *stack* from the engine, for a program that the engine
            runs. Default: the stack's file.
        offline: Whether to ask no cloud. Default: clouds are asked.

    Raises:
        UsageError: There is no project, or it has no stack files.
        NotFoundError: No file describes *stack*, and the engine has no config for it.
    """
    folder = find_root(root)
    name = project_name(folder)
    files = tuple(sorted((*folder.glob(STACK_FILES), *folder.glob("Pulumi.*.yml"))))
    if not files and engine_config is None:
        raise UsageError(
            f"{folder}: no stack files ({stack_file('<stack>')}); "
            f"write one with {name}:environment, {name}:cluster and {name}:organizations"
        )
    known = tuple(path.name.split(".", 1)[1].rsplit(".", 1)[0] for path in files)
    if stack is not None and engine_config is None and stack not in known:
        raise _unknown_stack(stack, known)
    project, reading = load_project(folder, project=name, engine=engine_config)
    answers = instance_types_of(project, stack=stack, offline=offline, is_on_ec2=gpu.is_on_ec2)
    tenancy, resolving = resolve(project, answers.lookups)
    resolution = Resolution(
        project=project,
        tenancy=tenancy,
        reading=(*reading, *answers.findings),
        resolving=resolving,
        lookups=answers.lookups,
    )
    return _checked(folder, name, resolution, stack)


def load(root: str | Path | None = None, stack: str | None = None) -> Assessment:
    """
    Read, resolve and check the project at *root*; see `assess`, which returns errors too.

    Args:
        root: The folder that holds `Pulumi.yaml`. Default: this one, or the nearest above it.
        stack: Only this stack; errors of others do not matter. Default: all stacks.

    Raises:
        UsageError: There is no project, or it has no stack files.
        RefusedError: The files have errors.
        NotFoundError: No file describes *stack*.
    """
    return require_valid(assess(None if root is None else Path(root), stack))


def project_name(root: Path) -> str:
    """
    Return the name of the project at *root*, the first part of each of its config keys.

    Raises:
        UsageError: Its `Pulumi.yaml` has no readable name.
    """
    document = read(root / PROJECT_FILE, PROJECT_FILE)
    name = document.at(("name",))
    if not isinstance(name, str) or not name:
        raise UsageError(
            f"{root / PROJECT_FILE}: it has no readable name; write `name: tenancy`"
        )
    return name


def _checked(root: Path, name: str, whole: Resolution, stack: str | None) -> Assessment:
    """Return the assessment of the resolved project, as a whole or for one stack."""
    tenancy: Tenancy
    if stack is None:
        tenancy, findings = whole.tenancy, (*whole.reading, *whole.resolving)
    else:
        view = stack_view(whole, stack)
        tenancy, findings = view.tenancy, view.findings
    checked = checks.check(tenancy, stack=stack, environments=_environments(whole))
    return Assessment(
        root=root,
        name=name,
        stack=stack,
        project=whole.project,
        tenancy=tenancy,
        findings=only_causes((*findings, *checked)),
        resolution=whole,
    )


def _refused(assessment: Assessment, *, strict: bool = False) -> RefusedError:
    return RefusedError(assessment.findings, assessment.documents, is_strict=strict)


def _unknown_stack(stack: str, known: Iterable[str]) -> NotFoundError:
    return NotFoundError("stack", stack, known, f"or write {stack_file(stack)}")


def _environments(whole: Resolution) -> frozenset[str]:
    """Return the environments of all stacks, including those whose files have errors."""
    names = {environment.name for environment in whole.tenancy.environments.values()}
    wrong = {
        one.origin.source for one in errors_in(whole.reading)
    } & whole.project.documents.keys()
    for source in wrong.union(whole.tenancy.unread):
        written = whole.project.documents[source].at(("environment",))
        if isinstance(written, str):
            names.add(written)
        if (stack := stack_of(Origin(source).file)) is not None:
            names.add(stack)
    return frozenset(names)

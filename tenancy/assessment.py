"""From a folder to what is written in it, resolved and checked."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs

from tenancy import checks
from tenancy.aws.instance_catalog import ask_all
from tenancy.config.document import Document, read
from tenancy.config.project import STACK_FILE, Project, load
from tenancy.diagnostics import report
from tenancy.diagnostics.causes import only_causes
from tenancy.diagnostics.errors import TenancyError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.diagnostics.finding import Finding, errors
from tenancy.diagnostics.suggestions import nearest
from tenancy.model import Cluster, Tenancy, resolve

__all__ = [
    "Assessment",
    "NoProjectError",
    "RefusedConfigError",
    "UnknownStackError",
    "assess",
    "find_root",
    "require_valid",
]


class NoProjectError(TenancyError):
    """There is no project where one was looked for."""


class UnknownStackError(TenancyError):
    """
    No file describes the stack.

    Attributes:
        stack: What was asked for.
        known: The stacks that have a file that can be read.
    """

    exit = Exit.USAGE

    def __init__(self, stack: str, known: tuple[str, ...]) -> None:
        super().__init__(stack, known)
        self.stack = stack
        self.known = known

    def __str__(self) -> str:
        guess = nearest(self.stack, self.known)
        remedy = f"did you mean {guess!r}?" if guess else f"write Pulumi.{self.stack}.yaml"
        return (
            f"stack {self.stack!r}: there is none of that name; "
            f"allowed: {', '.join(self.known) or 'there is no stack yet'}; {remedy}"
        )


@attrs.frozen(kw_only=True)
class Assessment:
    """
    A project as it was found.

    Attributes:
        root: The folder that holds `Pulumi.yaml`.
        name: The project's name.
        findings: Everything that was found, in reading, resolving and checking.
    """

    root: Path
    name: str
    project: Project
    tenancy: Tenancy
    findings: tuple[Finding, ...]

    @property
    def documents(self) -> Mapping[str, Document]:
        """Every file that was read, for line numbers."""
        return self.project.documents

    @property
    def is_refused(self) -> bool:
        """Whether anything found is an error."""
        return bool(errors(self.findings))

    @property
    def stacks(self) -> tuple[str, ...]:
        """Every stack that can be read, platforms first."""
        return (*self.project.platforms, *self.project.environments)

    def in_order(self, stacks: Iterable[str] | None = None) -> tuple[str, ...]:
        """
        Return *stacks*, each once, platforms before environments.

        Args:
            stacks: Default: every stack.

        Raises:
            UnknownStackError: There is one that no file describes.
        """
        if stacks is None:
            return self.stacks
        wanted = {self.require(stack) for stack in stacks}
        return tuple(stack for stack in self.stacks if stack in wanted)

    def platform_of(self, stack: str) -> str | None:
        """Return the stack of the platform that *stack* is on; None for a platform."""
        environment = self.tenancy.environments.get(stack)
        return None if environment is None else environment.platform

    def cluster(self, stack: str) -> Cluster:
        """
        Return the cluster of *stack*.

        Raises:
            UnknownStackError: There is no such stack.
        """
        self.require(stack)
        if stack in self.tenancy.environments:
            return self.tenancy.environments[stack].cluster
        found = self.tenancy.platforms[stack].cluster
        assert found is not None
        return found

    def require(self, stack: str) -> str:
        """
        Return *stack*.

        Raises:
            RefusedConfigError: It has a file, and that is wrong.
            UnknownStackError: There is no such stack.
        """
        if stack not in self.stacks:
            file = STACK_FILE.format(stack=stack)
            if any(v.origin.source == file for v in errors(self.findings)):
                raise RefusedConfigError(self)
            raise UnknownStackError(stack, self.stacks)
        return stack


class RefusedConfigError(TenancyError):
    """
    The config is wrong, so nothing was asked of any cluster.

    Attributes:
        found: The project and what was found.
    """

    exit = Exit.REFUSED

    def __init__(self, found: Assessment) -> None:
        super().__init__(found)
        self.found = found

    def __str__(self) -> str:
        refused = errors(self.found.findings)
        return f"{report.text(refused, self.found.documents)}\nNothing was changed."


def require_valid(found: Assessment) -> Assessment:
    """
    Return *found* where nothing refuses it.

    Raises:
        RefusedConfigError: Something does.
    """
    if found.is_refused:
        raise RefusedConfigError(found)
    return found


def find_root(folder: Path | None) -> Path:
    """
    Return the project's folder: *folder* itself, or the nearest one above this one.

    Raises:
        NoProjectError: No `Pulumi.yaml` is there.
    """
    if folder is not None:
        if not (folder / "Pulumi.yaml").is_file():
            raise NoProjectError(
                f"{folder}: no Pulumi.yaml there; name the folder that holds it with --project"
            )
        return folder.resolve()
    here = Path.cwd()
    for candidate in (here, *here.parents):
        if (candidate / "Pulumi.yaml").is_file():
            return candidate
    raise NoProjectError(
        f"{here}: no Pulumi.yaml here or above; "
        "change into the project, or name it with --project DIR"
    )


def assess(
    folder: Path | None, stack: str | None = None, *, offline: bool = False
) -> Assessment:
    """
    Read, resolve and check the project at *folder*.

    A cloud is asked only where a platform's config names it as the catalogue of its instance
    types.

    Args:
        folder: See `find_root`.
        stack: The one that matters; findings of others that do not touch it are left out.
            Default: all.
        offline: Ask nobody.

    Raises:
        NoProjectError: There is no project, or it has no stacks.
        UnknownStackError: *stack* has no file.
    """
    root = find_root(folder)
    name = _name(root)
    if not any(root.glob("Pulumi.*.yaml")):
        raise NoProjectError(
            f"{root}: no stack files there (Pulumi.<stack>.yaml); "
            "write one with tenancy:environment, tenancy:cluster and tenancy:organizations"
        )
    if stack is not None and not (root / f"Pulumi.{stack}.yaml").is_file():
        raise UnknownStackError(stack, _stacks(root))
    project, unreadable = load(root, project=name)
    asked = ask_all(project, offline=offline)
    tenancy, unresolved = resolve(project, asked.lookups)
    found = checks.check(tenancy, stack=stack)
    return Assessment(
        root=root,
        name=name,
        project=project,
        tenancy=tenancy,
        findings=only_causes((*unreadable, *asked.findings, *unresolved, *found)),
    )


def _name(root: Path) -> str:
    document = read(root / "Pulumi.yaml", "Pulumi.yaml")
    name = document.at(("name",))
    if not isinstance(name, str) or not name:
        raise NoProjectError(
            f"{root / 'Pulumi.yaml'}: it has no name that can be read; write `name: tenancy`"
        )
    return name


def _stacks(root: Path) -> tuple[str, ...]:
    return tuple(
        path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        for path in sorted(root.glob("Pulumi.*.yaml"))
    )

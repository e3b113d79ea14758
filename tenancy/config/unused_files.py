"""Findings about files of a project that are not read, and stack files without config."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from tenancy.config.document import Document
from tenancy.config.paths import ORGANIZATIONS, organization_file
from tenancy.config.spec import EnvironmentSpec, OrganizationOverrideSpec
from tenancy.diagnostics import Finding, Origin, Severity, nearest

__all__ = ["stacks_without_config", "unused_organizations", "wrong_extensions"]

_EXTENSIONS: Final = frozenset({".yml", ".json"})


def wrong_extensions(root: Path) -> Iterator[Finding]:
    """Yield a finding for each file at *root* that should end with .yaml, not .yml or .json."""
    for path in sorted((*root.glob("Pulumi.*.*"), *root.glob(f"{ORGANIZATIONS}/*.*"))):
        if path.suffix in _EXTENSIONS and path.is_file():
            file = str(path.relative_to(root))
            yield Finding(
                code="file-extension",
                origin=Origin(file),
                found=f"a file that ends with {path.suffix}, which is not read",
                allowed="stack files and organizations that end with .yaml",
                remedy=f"rename it to {path.stem}.yaml, or move it to another folder",
            )


def stacks_without_config(
    stacks: Mapping[str, Document], name: str, running: str | None
) -> Iterator[Finding]:
    """Yield a finding for each stack file without our keys, and one if no stack has any.

    `pulumi stack init` leaves a stack file without config; only that stack is then refused.

    Args:
        stacks: The config of each stack, cut down to our keys, by stack.
        name: The project's name, which begins each key.
        running: The stack that the engine runs; without config it is refused.
    """
    empty = {s: d for s, d in stacks.items() if not d.value and not d.findings}
    is_project_empty = len(empty) == len(stacks)
    for stack, document in empty.items():
        yield Finding(
            code="stack-without-config",
            origin=Origin(document.source),
            found=f"no config key that begins with `{name}:`",
            allowed=f"`{name}:environment` and `{name}:organizations` for an environment, or"
            f" `{name}:platform` for a platform",
            remedy=f"write these keys, or remove {document.source}",
            severity=Severity.ERROR
            if is_project_empty or stack == running
            else Severity.WARNING,
        )


def unused_organizations(
    environments: Collection[EnvironmentSpec], files: Collection[str]
) -> Iterator[Finding]:
    """
    Yield a finding for each organization's file that no environment names.

    Args:
        environments: Every environment; the result is right only where all could be read.
        files: The organizations' files, by their names without `.yaml`.
    """
    names = {name for environment in environments for name in environment.organizations}
    used = set(names)
    for environment in environments:
        for organization in environment.organizations.values():
            if isinstance(organization, OrganizationOverrideSpec) and organization.file:
                used.add(Path(organization.file).stem)
    for name in files:
        if name not in used:
            guess = nearest(name, names)
            hint = f"; did you mean {guess!r} there?" if guess else ""
            yield Finding(
                code="organization-unused",
                origin=Origin(organization_file(name)),
                found=f"the organization {name!r}, which no stack names",
                allowed="organizations that are named under `organizations` of a stack",
                remedy=f"write `{name}: {{}}` there, or remove the file{hint}",
                severity=Severity.WARNING,
                organization=name,
            )

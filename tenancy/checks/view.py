"""
The project as one stack sees it.

A mistake in the file of another stack does not refuse this one. Comparisons with that stack are
reported as not checked, once for each file.
"""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from tenancy.config import ORGANIZATIONS, Project, is_stack_file, organization_file, stack_file
from tenancy.config.spec import OrganizationOverrideSpec
from tenancy.diagnostics import Finding, Origin, Severity, errors_in
from tenancy.model import Tenancy, resolve
from tenancy.model.gpu_catalog import Lookup

__all__ = ["Resolution", "StackView", "stack_view"]


@attrs.frozen(kw_only=True, eq=False)
class Resolution:
    """
    A project after reading and resolving, before the checks.

    Attributes:
        project: What people wrote.
        tenancy: The same, resolved.
        reading: Findings from reading the files and from clouds.
        resolving: Findings from resolving.
        lookups: What clouds answered about instance types, by the platform's stack.
    """

    project: Project
    tenancy: Tenancy
    reading: tuple[Finding, ...]
    resolving: tuple[Finding, ...]
    lookups: Mapping[str, Lookup]


@attrs.frozen(kw_only=True, eq=False)
class StackView:
    """
    A project as one stack sees it.

    Attributes:
        tenancy: Every stack without errors of its own.
        findings: The findings of the stack's own files, and of the files that were left out.
    """

    tenancy: Tenancy
    findings: tuple[Finding, ...]


def stack_view(whole: Resolution, stack: str) -> StackView:
    """
    Return what concerns *stack*: its file, its platform's, and those of its organizations.

    A stack that has errors is left out of the comparisons (ceilings, environment order, unique
    names, capacity): a part of it would give wrong sums.
    """
    files = _files(whole.project, stack)
    own_errors = set(resolve(_only(whole.project, stack), whole.lookups)[1])
    findings = [
        *(one for one in whole.reading if _is_of(one, files)),
        *(one for one in whole.resolving if one in own_errors),
    ]
    elsewhere = [one for one in whole.reading if not _is_of(one, files)]
    wrong = {one.origin.file: None for one in errors_in(elsewhere)}
    if errors_in(set(whole.resolving) - own_errors):
        wrong |= {stack_file(name): None for name in _unresolved(whole, stack)}
    tenancy = attrs.evolve(
        whole.tenancy,
        environments={
            name: environment
            for name, environment in whole.tenancy.environments.items()
            if name == stack or stack_file(name) not in wrong
        },
    )
    not_compared = (_not_compared(file) for file in sorted(wrong))
    return StackView(tenancy=tenancy, findings=(*findings, *not_compared))


def _files(project: Project, stack: str) -> frozenset[str]:
    """Return the files whose mistakes refuse *stack*."""
    own = stack_file(stack)
    environment = project.environments.get(stack)
    if environment is None:
        return frozenset({own})
    spec = environment.spec
    held = (
        organization.file or organization_file(name)
        for name, organization in spec.organizations.items()
        if isinstance(organization, OrganizationOverrideSpec)
    )
    return frozenset({own, stack_file(spec.platform_stack), *held})


def _only(project: Project, stack: str) -> Project:
    """Return *project* with *stack* and its platform as the only stacks."""
    environment = project.environments.get(stack)
    stacks = {stack} if environment is None else {stack, environment.spec.platform_stack}
    return attrs.evolve(
        project,
        environments={} if environment is None else {stack: environment},
        platforms={name: one for name, one in project.platforms.items() if name in stacks},
    )


def _unresolved(whole: Resolution, stack: str) -> Iterator[str]:
    """Yield every other stack whose own files have errors."""
    for name in (*whole.project.platforms, *whole.project.environments):
        if name != stack and errors_in(resolve(_only(whole.project, name), whole.lookups)[1]):
            yield name


def _is_of(finding: Finding, files: Iterable[str]) -> bool:
    """Return whether *finding* is in one of *files*, or not in the file of any stack."""
    file = finding.origin.file
    return file in files or not (is_stack_file(file) or file.startswith(f"{ORGANIZATIONS}/"))


def _not_compared(file: str) -> Finding:
    return Finding(
        code="file-not-read",
        origin=Origin(file),
        found=f"errors in {file}, which this stack does not use",
        allowed="ceilings, the environment order, unique names and GPU capacity are compared "
        "over all files; here this file is left out",
        remedy=f"correct {file}; `tenancy check` lists its errors; --strict refuses them here",
        severity=Severity.NOT_CHECKED,
    )

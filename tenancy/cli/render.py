"""`tenancy render`: the manifests, for `kubectl diff` and for GitOps."""

from collections.abc import Iterator

import typer

from tenancy import gpu, manifests
from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cli.completion import complete_organizations
from tenancy.cli.options import NoColor, ProjectFolder, Stack, Strict
from tenancy.cli.terminal import terminal
from tenancy.diagnostics import NotFoundError, report

__all__ = ["EPILOG", "command"]

EPILOG = """
Examples:

  tenancy render --stack dev | kubectl diff -f -

  tenancy render --stack dev --organization acme > acme.yaml

Quotas, limits and policies are written before the first role binding, and objects of GPU node
pools last. Warnings, what could not be checked, and what is not a Kubernetes object to create
(node groups in AWS, labels and taints of nodes that exist) are written to standard error.
"""


def command(
    project: ProjectFolder = None,
    stack: Stack = None,
    organization: str | None = typer.Option(
        None,
        "--organization",
        "-o",
        metavar="NAME",
        help="Only objects of this organization. Default: everything.",
        show_default=False,
        autocompletion=complete_organizations,
    ),
    strict: Strict = False,
    no_color: NoColor = False,
) -> None:
    """Run `tenancy render`."""
    assessment = require_valid(assess(project, stack), strict=strict)
    shell = terminal(color=not no_color)
    if assessment.findings:
        shell.note(report.text(assessment.findings, assessment.documents))
    pools = gpu.pool_manifests(
        pool
        for name, platform in assessment.tenancy.platforms.items()
        if organization is None and stack in (None, name)
        for pool in platform.pools
    )
    written = [*_manifests(assessment, stack, organization), *pools.objects]
    shell.write(manifests.to_yaml(written))
    if pools.left_out:
        shell.note("Not in this output, because only `tenancy up` creates or changes it:")
    for line in pools.left_out:
        shell.note(f"  {line}")


def _manifests(
    found: Assessment, stack: str | None, organization: str | None
) -> Iterator[manifests.Manifest]:
    tenancy = found.tenancy
    environments = [e for e in tenancy.environments.values() if stack in (None, e.stack)]
    if organization is None:
        for name, platform in tenancy.platforms.items():
            if platform.is_written and stack in (None, name):
                yield from manifests.platform(platform)
    else:
        known = tuple(dict.fromkeys(o.name for e in environments for o in e.organizations))
        if organization not in known:
            raise NotFoundError("organization", organization, known)
        environments = [environment.with_only(organization) for environment in environments]
    for environment in environments:
        yield from manifests.environment(environment, tenancy.platform_of(environment))

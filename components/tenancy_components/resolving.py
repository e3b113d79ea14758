"""The arguments of each component as resolved values, for the component and for its plan."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from tenancy import checks, gpu, model
from tenancy.aws import instance_type_lookup
from tenancy.checks import deletable_of_platform, exact_names, listed_limits
from tenancy.config import Written
from tenancy.config.spec import (
    OrganizationSpec,
    PlatformSpec,
    PlatformStackSpec,
    StandaloneNamespaceSpec,
)
from tenancy.diagnostics import ARGUMENT, Finding, Origin, report
from tenancy.model import Cluster, Profiles, resolve_platform, standalone_tenancy
from tenancy_components.arguments import parse
from tenancy_components.refusal import refuse_errors

__all__ = [
    "resolved_namespace",
    "resolved_organization",
    "resolved_platform",
    "unwritten_platform",
]


def unwritten_platform(name: str) -> model.Platform:
    """Return a placeholder for the platform, which the program *name* does not describe."""
    origin = Origin(f"{ARGUMENT} of {name}", ("platform",))
    return model.Platform(stack="", origin=origin, is_written=False)


def resolved_organization(
    name: str,
    args: Mapping[str, object] | OrganizationSpec,
    platform: model.Platform,
    *,
    stack: str,
    environment: str | None = None,
    allow_deletion: Sequence[str] = (),
    allow_below_usage: Sequence[str] = (),
) -> tuple[model.Organization, tuple[Finding, ...]]:
    """
    Return the organization that *args* describe, and warnings about it.

    Args:
        name: The component's name.
        args: As written.
        platform: The platform of its cluster.
        stack: The running stack.
        environment: Namespaces of others are left out. Default: all exist.
        allow_deletion: Exact names of namespaces that may be deleted. Default: none.
        allow_below_usage: `<namespace>/<quota key>` that may be set below its use. Default:
            none.

    Raises:
        ComponentRefusedError: It has errors.
    """
    spec = parse(OrganizationSpec, args, name)
    origin = Origin(f"{ARGUMENT} of {name}")
    resolved, findings = model.organization(
        model.OrganizationInput(name=name, spec=spec, origin=origin),
        model.EnvironmentContext(
            stack=stack,
            environment=environment,
            platform=platform,
            profiles=Profiles.of_platform(platform),
            deletable=frozenset(allow_deletion),
        ),
    )
    known = {namespace.name for namespace in resolved.namespaces}
    return resolved, refuse_errors(
        [
            *findings,
            *exact_names(allow_deletion, known, origin / "allowDeletion"),
            *_listed(resolved, platform, allow_below_usage),
            *checks.check_organization(resolved, platform),
        ]
    )


def resolved_namespace(
    name: str,
    args: Mapping[str, object] | StandaloneNamespaceSpec,
    platform: model.Platform,
    *,
    stack: str,
) -> tuple[model.Organization, tuple[Finding, ...]]:
    """
    Return the standalone namespace that *args* describe, and warnings about it.

    Args:
        name: The component's name.
        args: As written.
        platform: The platform of its cluster.
        stack: The running stack.

    Returns:
        An organization of this namespace.

    Raises:
        ComponentRefusedError: It has errors.
    """
    spec = parse(StandaloneNamespaceSpec, args, name)
    resolved, findings = model.standalone_namespace(
        spec, Origin(f"{ARGUMENT} of {name}"), platform, stack=stack
    )
    found = checks.check_organization(resolved, platform)
    listed = _listed(resolved, platform, spec.allow_below_usage)
    return resolved, refuse_errors([*findings, *found, *listed])


def resolved_platform(
    name: str,
    args: Mapping[str, object] | PlatformSpec,
    allow_deletion: Sequence[str] = (),
    *,
    asks_aws: bool = True,
) -> tuple[model.Platform, tuple[Finding, ...]]:
    """
    Return the platform that *args* describe, and warnings about it; nothing is created.

    Args:
        name: The component's name.
        args: As written.
        allow_deletion: Exact names of its namespaces that may be deleted. Default: none.
        asks_aws: Whether EC2 is asked for the GPUs of its instance types. Default: it is.

    Raises:
        ComponentRefusedError: It has errors.
    """
    spec = parse(PlatformSpec, args, name)
    stack = PlatformStackSpec(cluster=name, platform=spec, allow_deletion=tuple(allow_deletion))
    origin = Origin(f"{ARGUMENT} of {name}")
    lookup, aws_findings = (
        instance_type_lookup(spec, origin, is_on_ec2=gpu.is_on_ec2) if asks_aws else (None, ())
    )
    resolved, findings = resolve_platform(name, Written(stack, origin), live=lookup)
    found = refuse_errors(
        [
            *aws_findings,
            *findings,
            *checks.check_platform(resolved),
            *deletable_of_platform(resolved),
        ]
    )
    if aws_findings:
        pulumi.warn(report.text(aws_findings, {}))
    return resolved, found


def _listed(
    organization: model.Organization, platform: model.Platform, limits: Sequence[str]
) -> Iterator[Finding]:
    """Yield findings about *limits* that may be set below their use."""
    cluster = Cluster(name="")
    alone = standalone_tenancy(organization, platform, cluster, allow_below_usage=limits)
    yield from listed_limits(alone.environments[organization.stack], platform)

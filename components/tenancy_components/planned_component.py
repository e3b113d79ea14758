"""The arguments of one component as the whole project that a plan compares."""

from collections.abc import Mapping

import attrs

from tenancy import manifests, model
from tenancy.config.document import JSON
from tenancy.diagnostics import Finding, TenancyError
from tenancy.manifests import Manifest
from tenancy.model import Cluster, Tenancy, standalone_tenancy
from tenancy.planning import snapshot
from tenancy_components.resolving import (
    resolved_namespace,
    resolved_organization,
    resolved_platform,
    unwritten_platform,
)
from tenancy_components.type_tokens import NAMESPACE, ORGANIZATION, PLATFORM
from tenancy_components.update_plan import ComponentPlan

__all__ = ["PlannedComponent", "planned_component"]


@attrs.frozen(kw_only=True)
class PlannedComponent:
    """
    A component as a project of one stack.

    Attributes:
        tenancy: The project.
        stack: Its stack: the running one, or for a platform the component's name.
        snapshot: What the update sets out to reach, for the plan of the next one; without the
            cluster, whose name is that of a context.
        findings: Warnings of the checks.
    """

    tenancy: Tenancy
    stack: str
    snapshot: Mapping[str, JSON]
    findings: tuple[Finding, ...]

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The objects that it creates."""
        environment = self.tenancy.environments.get(self.stack)
        if environment is None:
            return tuple(manifests.platform(self.tenancy.platforms[self.stack]))
        platform = self.tenancy.platform_of(environment)
        return tuple(manifests.environment(environment, platform))


def planned_component(written: ComponentPlan, stack: str, cluster: str) -> PlannedComponent:
    """
    Return the component that *written* describes.

    Args:
        written: What the program passed.
        stack: The running stack.
        cluster: The name of its cluster in messages.

    Raises:
        ComponentRefusedError: It has errors.
    """
    match written.type:
        case t if t == ORGANIZATION:
            return _organization(written, stack, cluster)
        case t if t == NAMESPACE:
            return _namespace(written, stack, cluster)
        case t if t == PLATFORM:
            return _platform(written, cluster)
    raise TenancyError(f"{written.type} has no plan; update the package tenancy-sdk")


def _organization(written: ComponentPlan, stack: str, cluster: str) -> PlannedComponent:
    platform = _ground(written)
    resolved, findings = resolved_organization(
        written.name,
        written.args,
        platform,
        stack=stack,
        environment=written.environment,
        allow_deletion=written.allow_deletion,
        allow_below_usage=written.allow_below_usage,
    )
    tenancy = standalone_tenancy(
        resolved,
        platform,
        Cluster(name=cluster),
        allow_deletion=written.allow_deletion,
        allow_below_usage=written.allow_below_usage,
    )
    return _of_environment(tenancy, stack, findings)


def _namespace(written: ComponentPlan, stack: str, cluster: str) -> PlannedComponent:
    platform = _ground(written)
    resolved, findings = resolved_namespace(written.name, written.args, platform, stack=stack)
    limits = written.args.get("allowBelowUsage")
    tenancy = standalone_tenancy(
        resolved,
        platform,
        Cluster(name=cluster),
        allow_deletion=[n.name for n in resolved.namespaces if not n.protect],
        allow_below_usage=[str(one) for one in limits] if isinstance(limits, list) else (),
    )
    return _of_environment(tenancy, stack, findings)


def _platform(written: ComponentPlan, cluster: str) -> PlannedComponent:
    resolved, findings = resolved_platform(
        written.name, written.args, written.allow_deletion, asks_aws=False
    )
    platform = attrs.evolve(resolved, cluster=Cluster(name=cluster))
    return PlannedComponent(
        tenancy=Tenancy(environments={}, platforms={written.name: platform}),
        stack=written.name,
        snapshot={**snapshot.platform(platform), "cluster": ""},
        findings=findings,
    )


def _ground(written: ComponentPlan) -> model.Platform:
    if written.platform is None:
        return unwritten_platform(written.name)
    name = written.platform_name
    return resolved_platform(name, written.platform, asks_aws=False)[0]


def _of_environment(
    tenancy: Tenancy, stack: str, findings: tuple[Finding, ...]
) -> PlannedComponent:
    return PlannedComponent(
        tenancy=tenancy,
        stack=stack,
        snapshot={**snapshot.environment(tenancy.environments[stack]), "cluster": ""},
        findings=findings,
    )

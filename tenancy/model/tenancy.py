"""Every environment and every platform of a project."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from tenancy.config import Project, Written, organization_file
from tenancy.config.spec import EnvironmentSpec, OrganizationOverrideSpec, OrganizationSpec
from tenancy.diagnostics import Finding, Origin, nearest
from tenancy.model.entitlements import Profiles
from tenancy.model.gpu_catalog import Lookup
from tenancy.model.organization import organization
from tenancy.model.organization_input import EnvironmentContext, OrganizationInput
from tenancy.model.platform import Platform
from tenancy.model.platform_resolution import resolve_platform
from tenancy.model.values import (
    Cluster,
    Environment,
    EnvironmentOrderException,
    Namespace,
    Organization,
)

__all__ = ["Tenancy", "resolve"]


@attrs.frozen(kw_only=True, slots=True, eq=False)
class Tenancy:
    """
    Everything that a project describes, resolved.

    Attributes:
        environments: By stack.
        platforms: By stack; one that no file describes is included, marked as such.
        unread: The files with errors; their content is missing here.
    """

    environments: Mapping[str, Environment]
    platforms: Mapping[str, Platform]
    unread: tuple[str, ...] = ()

    def environment_of(self, part: Organization | Namespace) -> Environment:
        """Return the environment of *part*."""
        return self.environments[part.stack]

    def platform_of(self, part: Environment | Organization | Namespace) -> Platform:
        """Return the platform of *part*'s cluster."""
        environment = part if isinstance(part, Environment) else self.environment_of(part)
        return self.platforms[environment.platform]

    def environments_on(self, platform: Platform) -> tuple[Environment, ...]:
        """Return the environments whose platform is *platform*."""
        return tuple(e for e in self.environments.values() if e.platform == platform.stack)

    @property
    def organizations(self) -> Iterator[Organization]:
        """Every organization of every environment, environment by environment."""
        for environment in self.environments.values():
            yield from environment.organizations

    @property
    def namespaces(self) -> Iterator[tuple[Environment, Namespace]]:
        """Every organization's namespace with its environment."""
        for environment in self.environments.values():
            for namespace in environment.namespaces:
                yield environment, namespace

    def across(self, name: str) -> tuple[Organization, ...]:
        """Return the organization *name* in each environment that has it."""
        return tuple(each for each in self.organizations if each.name == name)

    def in_order(self, organizations: Iterable[Organization]) -> tuple[Organization, ...]:
        """Return *organizations* by environment, as the platform orders those; others last."""
        return tuple(
            sorted(organizations, key=lambda each: self._place(each.stack, each.environment))
        )

    @property
    def environments_in_order(self) -> tuple[Environment, ...]:
        """The environments, as their platforms order them; others last."""
        return tuple(
            sorted(
                self.environments.values(), key=lambda each: self._place(each.stack, each.name)
            )
        )

    def _place(self, stack: str, name: str) -> tuple[int, str]:
        environment = self.environments.get(stack)
        order = () if environment is None else self.platform_of(environment).environment_order
        return (order.index(name) if name in order else len(order), stack)


def resolve(
    project: Project, live: Mapping[str, Lookup] | None = None
) -> tuple[Tenancy, tuple[Finding, ...]]:
    """
    Return *project* resolved, and the findings.

    Args:
        project: As it was written.
        live: Facts of instance types from clouds, by the platform's stack; they take precedence
            over the bundled snapshot. Default: no cloud was queried.
    """
    asked = live or {}
    findings: list[Finding] = []
    platforms: dict[str, Platform] = {}
    for stack, written in project.platforms.items():
        platforms[stack], found = resolve_platform(stack, written, live=asked.get(stack))
        findings.extend(found)
    environments: dict[str, Environment] = {}
    for stack, environment in project.environments.items():
        name = environment.spec.platform_stack
        if name not in platforms:
            platforms[name] = Platform(
                stack=name, origin=environment.origin / "platformStack", is_written=False
            )
        environments[stack], found = _environment(project, stack, environment, platforms[name])
        findings.extend(found)
    whole = Tenancy(
        environments=environments, platforms=platforms, unread=tuple(_unread(project))
    )
    # Each of its environments repeats the findings about an organization's file.
    return whole, tuple(dict.fromkeys(findings))


def _unread(project: Project) -> Iterator[str]:
    """Yield the source of each file that has content and is not in *project*."""
    read = {
        written.origin.file
        for part in (project.environments, project.platforms, project.organizations)
        for written in part.values()
    }
    for source, document in project.documents.items():
        is_empty = not document.value and not document.findings
        if not is_empty and Origin(source).file not in read:
            yield source


def _environment(
    project: Project, stack: str, written: Written[EnvironmentSpec], platform: Platform
) -> tuple[Environment, list[Finding]]:
    spec, origin = written.spec, written.origin
    findings: list[Finding] = []
    setting = EnvironmentContext(
        stack=stack,
        environment=spec.environment,
        platform=platform,
        profiles=Profiles(spec.profiles, origin / "profiles", Profiles.of_platform(platform)),
        name_template=spec.name_template,
        network=None if spec.network is None else (spec.network, origin / "network"),
        pod_security=None
        if spec.pod_security is None
        else (spec.pod_security, origin / "podSecurity"),
        deletable=frozenset(spec.allow_deletion),
    )
    by_source = {found.origin.source: found for found in project.organizations.values()}
    organizations = []
    for name, held in spec.organizations.items():
        found = _held(project, by_source, name, held, origin / "organizations" / name)
        if isinstance(found, Finding):
            findings.append(found)
            continue
        resolved, wrong = organization(found, setting)
        organizations.append(resolved)
        findings.extend(wrong)
    return (
        Environment(
            stack=stack,
            name=spec.environment,
            cluster=Cluster(
                name=spec.cluster,
                kubeconfig=spec.kubeconfig,
                context=spec.context,
                origin=origin / "cluster",
            ),
            platform=spec.platform_stack,
            names_platform="platform_stack" in spec.model_fields_set,
            origin=origin,
            organizations=tuple(organizations),
            name_template=spec.name_template,
            environment_order_exceptions=tuple(
                EnvironmentOrderException(
                    organization=e.organization,
                    resource=e.resource,
                    workload=e.workload,
                    reason=e.reason,
                    origin=origin / "environmentOrderExceptions" / i,
                )
                for i, e in enumerate(spec.environment_order_exceptions)
            ),
            allow_deletion=spec.allow_deletion,
            allow_below_usage=spec.allow_below_usage,
        ),
        findings,
    )


def _held(
    project: Project,
    by_source: Mapping[str, Written[OrganizationSpec]],
    name: str,
    held: OrganizationSpec | OrganizationOverrideSpec,
    origin: Origin,
) -> OrganizationInput | Finding:
    if isinstance(held, OrganizationSpec):
        return OrganizationInput(name=name, spec=held, origin=origin)
    source = held.file or organization_file(name)
    written = by_source.get(source)
    if written is not None:
        return OrganizationInput(
            name=name,
            spec=written.spec,
            origin=written.origin,
            override=held,
            override_origin=origin,
        )
    if source in project.documents:
        return Finding(
            code="organization-unreadable",
            origin=origin,
            found=f"the organization {name!r}, whose file {source} has an error",
            allowed="an organization whose file has no error",
            remedy=f"correct {source}; its own findings are listed too",
            organization=name,
            needs=source,
        )
    guess = nearest(name, project.organizations)
    return Finding(
        code="unknown-organization",
        origin=origin,
        found=f"the organization {name!r}; the file {source} does not exist",
        allowed="an organization with a file, or one written here with prefix and namespaces",
        remedy=f"did you mean {guess!r}?" if guess else f"write {source}",
        organization=name,
    )

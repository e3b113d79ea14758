"""
Small tenancies for tests, built as real ones are: what people write, resolved.

Every builder gives something that is right; a test changes the one thing that it is about.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tenancy import checks
from tenancy.config.project import Project, Written
from tenancy.config.spec import EnvironmentSpec, OrganizationSpec, PlatformStackSpec
from tenancy.diagnostics.finding import Finding, Severity
from tenancy.diagnostics.origin import Origin
from tenancy.model import Namespace, Organization, Platform, Tenancy, resolve

Written_ = Mapping[str, object]
NOTHING: Written_ = MappingProxyType({})

QUOTA = {
    "requests.cpu": "2",
    "requests.memory": "2Gi",
    "limits.cpu": "4",
    "limits.memory": "4Gi",
    "pods": "20",
}
CONTAINER = {
    "default": {"cpu": "250m", "memory": "256Mi"},
    "defaultRequest": {"cpu": "100m", "memory": "128Mi"},
    "max": {"cpu": "500m", "memory": "512Mi"},
    "min": {"cpu": "10m", "memory": "32Mi"},
}
POOL = {
    "name": "h100",
    "model": "H100",
    "gpusPerNode": 8,
    "nodes": {"min": 2, "max": 2},
}


def a_profile(
    quota: Written_ = NOTHING, container: Written_ | None = CONTAINER, **keys: object
) -> Written_:
    """A profile with the figures of a small dev environment, and *quota* added to it."""
    limits = {} if container is None else {"limitRange": {"container": container}}
    return {"quota": {**QUOTA, **quota}, **limits, **keys}


def a_namespace(identifier: str = "dev", **keys: object) -> Written_:
    """A namespace with the standard profile; None takes a key away."""
    return _without_none({"id": identifier, "profile": "standard", **keys})


def an_organization(*namespaces: Written_, prefix: str = "acme", **keys: object) -> Written_:
    """An organization with one namespace, unless others are given."""
    return _without_none(
        {"prefix": prefix, "namespaces": list(namespaces or [a_namespace()]), **keys}
    )


def an_environment(name: str = "dev", *organizations: str, **keys: object) -> Written_:
    """An environment on the sandbox with acme, unless others are given."""
    return _without_none(
        {
            "environment": name,
            "cluster": "sandbox",
            "organizations": {held: {} for held in organizations or ["acme"]},
            "profiles": {"standard": a_profile()},
            **keys,
        }
    )


def a_platform(**keys: object) -> Written_:
    """The content of a platform's file, with one operator."""
    return {"operators": [{"group": "platform-operators"}], **keys}


def a_pool(**keys: object) -> Written_:
    """A pool of two nodes with eight GPUs each."""
    return _without_none({**POOL, **keys})


def _without_none(keys: Written_) -> Written_:
    return {key: value for key, value in keys.items() if value is not None}


def a_project(
    *,
    environments: Mapping[str, Written_] | None = None,
    organizations: Mapping[str, Written_] | None = None,
    platform: Written_ | None = None,
    platform_stack: Written_ = NOTHING,
    is_platform_written: bool = True,
    environment: Written_ = NOTHING,
    organization: Written_ = NOTHING,
    namespace: Written_ = NOTHING,
    profile: Written_ | None = None,
) -> Project:
    """
    A project of one environment, one organization and one platform.

    Args:
        environments: By stack. Default: dev, with *environment*'s keys.
        organizations: By name. Default: acme, with *organization*'s keys.
        platform: The content of the platform's file. Default: one operator.
        platform_stack: Further keys of the platform's stack.
        is_platform_written: Whether there is a file for it.
        environment: Keys of the default environment.
        organization: Keys of the default organization.
        namespace: Keys of the default organization's namespace.
        profile: The default environment's standard profile.
    """
    if profile is not None:
        environment = {"profiles": {"standard": profile}, **environment}
    if environments is None:
        environments = {"dev": an_environment(**environment)}
    if organizations is None:
        organizations = {
            "acme": an_organization(
                a_namespace(**{"identifier": "dev", **namespace}), **organization
            )
        }
    platforms = {}
    if is_platform_written:
        stack = {"cluster": "sandbox", "platform": platform or a_platform(), **platform_stack}
        platforms["platform"] = Written(
            PlatformStackSpec.model_validate(stack), Origin("Pulumi.platform.yaml")
        )
    return Project(
        environments={
            stack: Written(EnvironmentSpec.model_validate(keys), Origin(f"Pulumi.{stack}.yaml"))
            for stack, keys in environments.items()
        },
        platforms=platforms,
        organizations={
            name: Written(
                OrganizationSpec.model_validate(keys), Origin(f"organizations/{name}.yaml")
            )
            for name, keys in organizations.items()
        },
    )


def a_tenancy(**keys: object) -> Tenancy:
    """A project that resolves without a finding, resolved."""
    tenancy, findings = resolve(a_project(**keys))  # type: ignore[arg-type]
    assert () == findings
    return tenancy


def the_organization(**keys: object) -> Organization:
    """The first organization of a tenancy."""
    return next(a_tenancy(**keys).organizations)


def the_namespace(**keys: object) -> Namespace:
    """The first namespace of a tenancy."""
    return the_organization(**keys).namespaces[0]


def the_platform(**keys: object) -> Platform:
    """The platform of a tenancy."""
    return a_tenancy(platform=a_platform(**keys)).platforms["platform"]


def said(findings: tuple[Finding, ...]) -> list[str]:
    """Findings as people read them; what does not refuse begins with its severity."""
    return [
        str(v) if v.severity is Severity.ERROR else f"{v.severity.value}: {v}" for v in findings
    ]


def findings(*, stack: str | None = None, **keys: object) -> list[str]:
    """All findings of the checks about a tenancy."""
    return said(checks.check(a_tenancy(**keys), stack=stack))


def about(code: str, **keys: object) -> list[str]:
    """Those findings of a tenancy whose codes begin with *code*."""
    return [found for found in findings(**keys) if f"[{code}" in found]


def unresolved(**keys: object) -> list[str]:
    """What cannot be resolved of a project."""
    return said(resolve(a_project(**keys))[1])  # type: ignore[arg-type]

"""What an organization is resolved from: what people wrote, and its environment."""

import attrs

from tenancy.config.spec import (
    NamespaceSpec,
    NetworkSpec,
    OrganizationOverrideSpec,
    OrganizationSpec,
    PodSecuritySpec,
)
from tenancy.diagnostics import Origin
from tenancy.model.entitlements import Profiles
from tenancy.model.platform import Platform

__all__ = ["EnvironmentContext", "OrganizationInput"]

_NO_OVERRIDE = OrganizationOverrideSpec()


@attrs.frozen(kw_only=True, slots=True)
class EnvironmentContext:
    """
    The environment of an organization: its stack, and its settings for all organizations.

    Attributes:
        environment: The environment's name; None if a program names none; every
            namespace of an organization then exists.
        deletable: Exact names of namespaces that may be deleted.
    """

    stack: str
    environment: str | None
    platform: Platform
    profiles: Profiles
    name_template: str = "{prefix}-{id}"
    network: tuple[NetworkSpec, Origin] | None = None
    pod_security: tuple[PodSecuritySpec, Origin] | None = None
    deletable: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True, slots=True)
class OrganizationInput:
    """
    An organization of an environment, and its differences there.

    Attributes:
        namespace_origins: Where each namespace is written. Default: below the organization.
    """

    name: str
    spec: OrganizationSpec
    origin: Origin
    override: OrganizationOverrideSpec = _NO_OVERRIDE
    override_origin: Origin | None = None
    namespace_origins: tuple[Origin, ...] = ()

    @property
    def namespaces(self) -> tuple[tuple[NamespaceSpec, Origin], ...]:
        """Each namespace as written, and its origin."""
        below = (self.origin / "namespaces" / i for i in range(len(self.spec.namespaces)))
        return tuple(zip(self.spec.namespaces, self.namespace_origins or below, strict=True))

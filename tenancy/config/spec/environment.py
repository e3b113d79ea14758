"""An environment: one stack's config."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from tenancy.config.spec.access import NonEmpty
from tenancy.config.spec.cluster import KubeconfigPath
from tenancy.config.spec.model import Listed, Spec
from tenancy.config.spec.network import NetworkSpec
from tenancy.config.spec.organization import (
    OrganizationOverrideSpec,
    OrganizationSpec,
    PodSecuritySpec,
)
from tenancy.config.spec.quota import ProfileSpec

__all__ = ["EnvironmentOrderExceptionSpec", "EnvironmentSpec", "HeldOrganization"]


class EnvironmentOrderExceptionSpec(Spec):
    """A resource that may be larger here than in the next environment."""

    organization: NonEmpty
    """The organization."""
    resource: NonEmpty
    """The quota key, or the GPU node pool whose devices are not compared."""
    workload: NonEmpty | None = None
    """The workload, where namespaces are paired. Default: the organization's sum."""
    reason: NonEmpty
    """Why the resource may be larger."""


def _kind(value: object) -> str:
    """Return whether an organization is written inline or described in its file."""
    if isinstance(value, OrganizationSpec):
        return "inline"
    if isinstance(value, dict) and (
        "prefix" in value or isinstance(value.get("namespaces"), list)
    ):
        return "inline"
    return "override"


HeldOrganization = Annotated[
    Annotated[OrganizationSpec, Tag("inline")]
    | Annotated[OrganizationOverrideSpec, Tag("override")],
    Discriminator(_kind),
]
"""An organization of an environment: written inline, or what differs from its file."""


class EnvironmentSpec(Spec):
    """One environment on one cluster, with the organizations that it holds."""

    environment: NonEmpty
    """The name of the environment: `dev`, `staging`, `prod`, or another."""
    cluster: NonEmpty
    """The cluster's name, which permanently identifies its provider; `sandbox` is the local one."""
    kubeconfig: KubeconfigPath | None = None
    """The path of a kubeconfig, relative to the project. Default: none; the cluster `sandbox` needs none."""
    context: NonEmpty | None = None
    """The context in that kubeconfig; needed with `kubeconfig`."""
    platform_stack: NonEmpty = "platform"
    """The stack that describes the cluster's platform."""
    organizations: dict[str, HeldOrganization]
    """The organizations by name; `{}` uses `organizations/<name>.yaml` unchanged."""
    profiles: dict[str, ProfileSpec] = Field(default={})
    """Profiles by name; they take precedence over the platform's."""
    name_template: str = "{prefix}-{id}"
    """The template of namespace names; use `{environment}` if one cluster has the same id in several environments."""
    pod_security: PodSecuritySpec | None = None
    """The Pod Security level of namespaces that do not set one. Default: `restricted`."""
    network: NetworkSpec | None = None
    """Allowed traffic of namespaces that do not set it."""
    environment_order_exceptions: Listed[EnvironmentOrderExceptionSpec] = ()
    """Exceptions from dev ≤ staging ≤ prod. Default: none."""
    allow_deletion: Listed[str] = ()
    """Exact names of namespaces that may be deleted with everything in them. Default: none."""
    allow_below_usage: Listed[str] = ()
    """`<namespace>/<quota key>` that may be set below what is used now. Default: none."""

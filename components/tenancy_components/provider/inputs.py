"""The inputs of each component in other languages: the models of the config."""

from tenancy.config.spec import (
    GpuNodePoolSpec,
    Listed,
    NonEmpty,
    OrganizationSpec,
    PlatformSpec,
    StandaloneNamespaceSpec,
)

__all__ = [
    "GpuNodePoolInputs",
    "NamespaceInputs",
    "OrganizationInputs",
    "PlatformInputs",
]


class OrganizationInputs(OrganizationSpec):
    """An organization on one cluster: its namespaces, each with its guardrails and role bindings."""

    platform: PlatformSpec | None = None
    """The platform, as in its own stack; nothing of it is created here. Default: what needs it is not checked, and each namespace has Roles instead of ClusterRoles."""
    environment: NonEmpty | None = None
    """The environment; namespaces of others are left out. Default: all exist."""
    allow_deletion: Listed[str] = ()
    """Exact names of namespaces in the cluster that may be deleted with everything in them; apply this before you remove them. Default: none."""
    allow_below_usage: Listed[str] = ()
    """`<namespace>/<quota key>` that may be set below its use. Default: none."""


class NamespaceInputs(StandaloneNamespaceSpec):
    """A namespace without an organization, its quotas, limits, network policies and role bindings."""

    platform: PlatformSpec | None = None
    """The platform, as in its own stack; nothing of it is created here. Default: what needs it is not checked, and the namespace has Roles instead of ClusterRoles."""


class PlatformInputs(PlatformSpec):
    """The cluster-wide resources of one cluster."""

    allow_deletion: Listed[str] = ()
    """Exact names of the public and the shared namespaces that may be deleted with everything in them. Default: none."""
    mutating: bool = False
    """Whether the cluster serves MutatingAdmissionPolicy v1, which sets the node selector of GPU pods. Default: it does not, and people write the node selector."""


class GpuNodePoolInputs(GpuNodePoolSpec):
    """Nodes with GPUs of one model, created or labelled by the backend that is named."""

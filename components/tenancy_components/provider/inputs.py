"""What a program in another language writes for each component: the models of the config."""

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
    """What is cluster-wide, as it stands in the platform's own stack; nothing of it is made here. Default: what needs it is not checked, and roles are written into each namespace."""
    environment: NonEmpty | None = None
    """The environment; namespaces of others are left out. Default: all exist."""
    allow_deletion: Listed[str] = ()
    """Exact names of namespaces in the cluster that may be deleted with what they hold; applied first, the removal follows. Default: none."""


class NamespaceInputs(StandaloneNamespaceSpec):
    """A namespace that stands alone, its quotas, limits, network policies and role bindings."""

    platform: PlatformSpec | None = None
    """What is cluster-wide, as it stands in the platform's own stack; nothing of it is made here. Default: what needs it is not checked, and roles are written into the namespace."""


class PlatformInputs(PlatformSpec):
    """What is cluster-wide on one cluster."""

    allow_deletion: Listed[str] = ()
    """Exact names of the public and the shared namespaces that may be deleted with what they hold. Default: none."""
    mutating: bool = False
    """Whether the cluster serves MutatingAdmissionPolicy v1, which draws GPU pods to their pools. Default: it does not, and people write the node selector."""


class GpuNodePoolInputs(GpuNodePoolSpec):
    """Nodes with GPUs of one model, made or labelled by the backend that is named."""

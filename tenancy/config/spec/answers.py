"""What `tenancy init` asks; an answers file has the same keys."""

from typing import Annotated

from pydantic import Field, StringConstraints

from tenancy.config.paths import SANDBOX
from tenancy.config.spec.access import NonEmpty
from tenancy.config.spec.cluster import KubeconfigPath
from tenancy.config.spec.model import Listed, Spec
from tenancy.config.spec.platform import GpuNodePoolSpec

__all__ = ["AnswersSpec", "ClusterAnswerSpec"]

_Label = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$")]
_Project = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,99}$")]


class ClusterAnswerSpec(Spec):
    """A cluster of the project; its platform becomes a stack."""

    kubeconfig: KubeconfigPath | None = None
    """The path of a kubeconfig, relative to the project. Default: none; the cluster `sandbox` needs none."""
    context: NonEmpty | None = None
    """The context in that kubeconfig; needed with `kubeconfig`."""
    gpu_node_pools: Listed[GpuNodePoolSpec] = ()
    """GPU node pools, as in a platform's stack. Default: none."""


class AnswersSpec(Spec):
    """A new project. Every key has a default."""

    project: _Project = "tenancy"
    """The project's name, which begins the keys of its stack files. Default: `tenancy`."""
    clusters: dict[_Label, ClusterAnswerSpec] = Field(
        default={SANDBOX: ClusterAnswerSpec()}, min_length=1
    )
    """Clusters by name. Default: the sandbox on this machine."""
    environments: dict[_Label, str | None] = Field(default={"dev": None}, min_length=1)
    """The cluster of each environment; null is the first cluster. Default: `dev`."""
    teams: Listed[_Label] = ("acme",)
    """The teams; each gets an organization with a namespace in every environment. Default: `acme`."""
    operators: NonEmpty = "platform-operators"
    """The group that may change what Tenancy manages. Default: `platform-operators`."""
    identity_prefix: str = "oidc:"
    """The prefix that the API server adds to names of users and groups. Default: `oidc:`."""

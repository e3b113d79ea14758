"""What only Karpenter reads of a pool's options."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from tenancy.config.spec import Listed, Spec, TaintSpec

__all__ = [
    "BudgetSpec",
    "KarpenterOptions",
    "NodeClassRefSpec",
    "NodeClassSpec",
    "RequirementSpec",
    "SelectorTermSpec",
]

EC2: Final = "karpenter.k8s.aws"

Duration = Annotated[str, StringConstraints(pattern=r"^([0-9]+(s|m|h))+$")]
DurationOrNever = Annotated[str, StringConstraints(pattern=r"^(([0-9]+(s|m|h))+|Never)$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class RequirementSpec(Spec):
    """One requirement of a NodePool, as Karpenter spells it."""

    key: Text
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]
    values: Listed[str] = ()
    """Default: none, for Exists and DoesNotExist."""
    min_values: int | None = Field(default=None, ge=1, le=50)
    """How many different values there must be to choose from. Default: any."""


class BudgetSpec(Spec):
    """How many nodes may be disrupted at a time."""

    nodes: Annotated[str, StringConstraints(pattern=r"^((100|[0-9]{1,2})%|[0-9]+)$")]
    """A number, or a percentage."""
    schedule: Text | None = None
    """When it begins to hold, as cron says it in UTC; with a duration. Default: always."""
    duration: Annotated[str, StringConstraints(pattern=r"^[0-9hm]+$")] | None = None
    """How long it holds from then on."""
    reasons: Listed[Literal["Underutilized", "Empty", "Drifted"]] = ()
    """Default: every reason."""


class SelectorTermSpec(Spec):
    """Something of AWS by its id, or by its tags."""

    id: Text | None = None
    tags: dict[str, str] = Field(default={})
    """Default: none, for a term by id."""


class NodeClassSpec(Spec):
    """An EC2NodeClass, made together with the pool."""

    role: Text | None = None
    """The IAM role of the nodes. Default: `instanceProfile` names it."""
    instance_profile: Text | None = None
    """Default: Karpenter makes one of the role."""
    ami: Annotated[str, StringConstraints(pattern=r"^(al2023|bottlerocket)@.+$")]
    """An AMI family and its version, `al2023@v20261001`; `@latest` changes nodes by itself."""
    subnets: Annotated[Listed[SelectorTermSpec], Field(min_length=1)]
    """Where nodes are started."""
    security_groups: Annotated[Listed[SelectorTermSpec], Field(min_length=1)]
    """Of the nodes."""
    disk_size: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(Gi|Ti)$")] = "200Gi"
    """The root disk; images with CUDA are large. Default: 200Gi."""
    instance_store: Literal["RAID0"] | None = None
    """How local disks are used. Default: not at all."""
    tags: dict[str, str] = Field(default={})
    """Tags of the machines, for cost reports. Default: none."""


class NodeClassRefSpec(Spec):
    """A node class that somebody else makes."""

    group: Text = EC2
    """Default: that of EC2NodeClass. A change replaces the NodePool."""
    kind: Text = "EC2NodeClass"
    """Default: EC2NodeClass. A change replaces the NodePool."""
    name: Text


class KarpenterOptions(Spec):
    """What only Karpenter reads of a pool's options."""

    node_class: NodeClassSpec | None = None
    """Made together with the pool. Default: `nodeClassRef` names one."""
    node_class_ref: NodeClassRefSpec | None = None
    """One that is there. Default: `nodeClass` makes it."""
    zones: Listed[Text] = ()
    """Availability zones. Default: every zone of the subnets."""
    requirements: Listed[RequirementSpec] = ()
    """Further requirements. Default: none."""
    startup_taints: Listed[TaintSpec] = ()
    """Taints that a daemon takes away once a node is ready. Default: none."""
    expire_after: DurationOrNever = "Never"
    """Default: never, for Karpenter's own 30 days end a training run in its middle."""
    termination_grace_period: Duration | None = None
    """The longest that pods may hold up a node's end. Default: as long as they like."""
    consolidation_policy: Literal["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"] = (
        "WhenEmpty"
    )
    """Default: only empty nodes go."""
    consolidate_after: DurationOrNever = "10m"
    """How long a node is left alone. Default: 10 minutes."""
    budgets: Annotated[Listed[BudgetSpec], Field(max_length=50)] = ()
    """How many nodes may be disrupted at a time. Default: Karpenter's own, a tenth."""
    weight: int | None = Field(default=None, ge=1, le=100)
    """Which pool is tried first; the greater. Default: no preference."""

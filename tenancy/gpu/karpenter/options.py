"""The options of Karpenter."""

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
    """One requirement of a NodePool, in Karpenter's form."""

    key: Text
    """A label of nodes."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]
    """How the label is compared with the values."""
    values: Listed[str] = ()
    """The values. Default: none, for Exists and DoesNotExist."""
    min_values: int | None = Field(default=None, ge=1, le=50)
    """The smallest number of different values to choose from. Default: any."""


class BudgetSpec(Spec):
    """How many nodes may be disrupted at a time."""

    nodes: Annotated[str, StringConstraints(pattern=r"^((100|[0-9]{1,2})%|[0-9]+)$")]
    """The number of nodes, or a percentage of them."""
    schedule: Text | None = None
    """When the budget starts, as a cron schedule in UTC; needs a duration. Default: always."""
    duration: Annotated[str, StringConstraints(pattern=r"^[0-9hm]+$")] | None = None
    """How long the budget applies from each start."""
    reasons: Listed[Literal["Underutilized", "Empty", "Drifted"]] = ()
    """The reasons of disruption to which the budget applies. Default: every reason."""


class SelectorTermSpec(Spec):
    """Selects AWS resources by id or by tags."""

    id: Text | None = None
    """The id. Default: selected by tags."""
    tags: dict[str, str] = Field(default={})
    """Tags that all must match. Default: none, for a term by id."""


class NodeClassSpec(Spec):
    """An EC2NodeClass, created together with the pool."""

    role: Text | None = None
    """The IAM role of the nodes. Default: `instanceProfile` names it."""
    instance_profile: Text | None = None
    """The instance profile of the nodes. Default: Karpenter creates one from the role."""
    ami: Annotated[str, StringConstraints(pattern=r"^(al2023|bottlerocket)@.+$")]
    """An AMI family and its version, `al2023@v20261001`; `@latest` changes nodes by itself."""
    subnets: Annotated[Listed[SelectorTermSpec], Field(min_length=1)]
    """The subnets of the nodes."""
    security_groups: Annotated[Listed[SelectorTermSpec], Field(min_length=1)]
    """The security groups of the nodes."""
    disk_size: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(Gi|Ti)$")] = "200Gi"
    """The root disk; images with CUDA are large. Default: 200Gi."""
    instance_store: Literal["RAID0"] | None = None
    """How local disks are used. Default: unused."""
    tags: dict[str, str] = Field(default={})
    """Tags of the machines, for cost reports. Default: none."""


class NodeClassRefSpec(Spec):
    """An existing node class, which Tenancy does not create."""

    group: Text = EC2
    """Its API group. Default: the group of EC2NodeClass. A change replaces the NodePool."""
    kind: Text = "EC2NodeClass"
    """Its kind. Default: EC2NodeClass. A change replaces the NodePool."""
    name: Text
    """Its name."""


class KarpenterOptions(Spec):
    """The options of Karpenter."""

    node_class: NodeClassSpec | None = None
    """A node class to create with the pool. Default: `nodeClassRef` names one."""
    node_class_ref: NodeClassRefSpec | None = None
    """An existing node class. Default: `nodeClass` describes one to create."""
    zones: Listed[Text] = ()
    """Availability zones. Default: every zone of the subnets."""
    requirements: Listed[RequirementSpec] = ()
    """Further requirements. Default: none."""
    startup_taints: Listed[TaintSpec] = ()
    """Taints that a daemon removes once a node is ready. Default: none."""
    expire_after: DurationOrNever = "Never"
    """The age at which a node is replaced. Default: never; Karpenter's is 30 days."""
    termination_grace_period: Duration | None = None
    """The longest time that pods may delay a node's removal. Default: unlimited."""
    consolidation_policy: Literal["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"] = (
        "WhenEmpty"
    )
    """Which nodes are consolidated. Default: only empty ones."""
    consolidate_after: DurationOrNever = "10m"
    """How long a node must be unchanged before it is consolidated. Default: 10 minutes."""
    budgets: Annotated[Listed[BudgetSpec], Field(max_length=50)] = ()
    """How many nodes may be disrupted at a time. Default: 10%, as in Karpenter."""
    weight: int | None = Field(default=None, ge=1, le=100)
    """The pool with the greater weight is tried first. Default: no preference."""

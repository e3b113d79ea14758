"""Codes of findings: GPUs."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "GPUs",
    (
        Code(
            "unknown-pool",
            "a pool that does not exist",
            "`pool: h200`",
            "name an existing pool",
        ),
        Code(
            "duplicate-grant",
            "two grants of one pool and resource",
            "`h100` twice",
            "write one grant with the sum",
        ),
        Code(
            "mig-profile",
            "a profile that the pool's layout does not have",
            "`9g.90gb`",
            "name a profile of the layout",
        ),
        Code(
            "gpu-overcommit",
            "grants over all environments exceed the devices that the pool can have",
            "grants of 17 GPUs, and 16 GPUs in the pool",
            "lower grants, raise `nodes.max`, or overcommit with a reason",
        ),
        Code(
            "gpu-stranded",
            "the largest pods of all grants do not fit on the nodes at the same time",
            "three pods with 5 GPUs each, on two nodes with 8 GPUs each",
            "write a `maxPerPod` that divides the devices of a node, or raise `nodes.max`",
            (Severity.WARNING,),
        ),
        Code(
            "gpu-overcommit-factor",
            "an overcommit factor that is not above 0",
            "`overcommit: 0.0`",
            "write 1, or a larger factor with a reason",
        ),
        Code(
            "gpu-overcommit-reason",
            "an overcommit factor of more than 1 without a reason",
            "`overcommit: 1.5`",
            "write `overcommitReason`",
        ),
        Code(
            "gpu-max-per-pod",
            "a pod may be larger than a node",
            "`maxPerPod: 9`, and nodes with 8 GPUs",
            "lower `maxPerPod`",
        ),
        Code(
            "gpu-grant-below-max-per-pod",
            "a pod may be larger than the grant",
            "`maxPerPod: 5` under a grant of 4 GPUs",
            "lower `maxPerPod`, or raise `gpus`",
        ),
        Code(
            "gpu-max-per-claim",
            "a claim may be larger than a pod, or the pool's devices are not claimed",
            "`maxPerClaim: 4` with `maxPerPod: 2`",
            "lower `maxPerClaim`, or remove it",
        ),
        Code(
            "gpu-grant-inherited",
            "a namespace inherits GPU grants, so the organization gets them a second time",
            "`inheritFrom: train` without `gpus`",
            "write `gpus: []` for no grant, or the grants that the namespace needs",
            (_WARNING,),
        ),
        Code(
            "gpu-pool-dedicated",
            "a grant of a pool that is dedicated to other organizations",
            "a grant of globex's pool to acme",
            "grant another pool",
        ),
        Code(
            "gpu-pool-owner-unknown",
            "a pool is dedicated to an organization that is not on the cluster",
            "`dedicatedTo: acmee`",
            "correct the organization's name",
            (_WARNING,),
        ),
        Code(
            "gpu-capacity-unknown",
            "the number of GPUs of a node is unknown",
            "no `gpusPerNode`",
            "write `gpusPerNode`",
            (_NOT_CHECKED,),
        ),
        Code(
            "gpu-capacity-not-checked",
            "the grants of other organizations are not known here",
            "a component alone",
            "run `tenancy check` in the project that describes all organizations",
            (_NOT_CHECKED,),
        ),
        Code(
            "gpus-per-node-unknown",
            "neither the config nor the catalog has the node's GPUs",
            "an unknown instance type",
            "write `gpusPerNode`",
        ),
        Code(
            "gpus-per-node-differ",
            "another number of GPUs than the instance type has",
            "`gpusPerNode: 4` for an instance type with 8 GPUs",
            "correct `gpusPerNode`",
            (_WARNING,),
        ),
        Code(
            "instance-types-not-asked",
            "EC2 did not answer or was not queried; the bundled snapshot was used",
            "no credentials",
            "run the command again where EC2 can be reached",
            (_NOT_CHECKED,),
        ),
        Code(
            "instance-type-not-offered",
            "the region does not offer the instance type",
            "`p5.48xlarge` in a small region",
            "correct the instance type or the region",
            (_WARNING,),
        ),
        Code(
            "gpu-model-differs",
            "another GPU model than the instance type has",
            "`model: A100` for H100 nodes",
            "correct the model",
            (_WARNING,),
        ),
        Code(
            "pool-name",
            "a pool's name is not a DNS label, or two pools have it",
            "`H100`",
            "write it in lower case",
        ),
        Code(
            "pool-model",
            "a model that is not valid as a label",
            "`H100 SXM`",
            "leave out the space",
        ),
        Code(
            "pool-resource",
            "a resource that is not an extended resource which a quota can limit",
            "`gpu`",
            "write `nvidia.com/gpu`",
        ),
        Code("pool-nodes", "min is over max", "`{min: 3, max: 2}`", "correct one"),
        Code(
            "pool-node-names",
            "another number of node names than `nodes.max`, a name twice, or a name that is not valid",
            "one node name with `nodes: {max: 2}`",
            "correct the names or `nodes.max`",
        ),
        Code(
            "pool-sharing",
            "`replicas` or `layout` is missing, or this way of sharing does not have it",
            "`mps` without replicas",
            "write or remove `replicas` or `layout`",
        ),
        Code(
            "pool-allocation",
            "one quota cannot count all devices of the pool with this `allocation`",
            "`allocation: dra` without `deviceClass`",
            "write an allocation that is allowed, and the device class for `dra` and `both`",
        ),
        Code(
            "pool-device-class",
            "one device class for two pools or MIG profiles",
            "`gpu.nvidia.com` for `h100` and `a100`",
            "create a device class for each, which selects its devices only",
        ),
        Code(
            "pool-unit",
            "one resource is a whole GPU in one pool and a share in another",
            "`rename: false` beside a pool that is not shared",
            "rename the shares, or give the pool another resource",
        ),
        Code(
            "pool-priority-unused",
            "`priorityClasses` of a pool whose resource no other pool has",
            "`priorityClasses: [urgent]` of the only pool",
            "remove the list: pods name the platform's classes themselves",
            (_WARNING,),
        ),
        Code(
            "gpu-priority-lost",
            "pods with GPUs of several pools of one resource cannot have a granted priority class",
            "`urgent`, in a namespace with grants of `h100` and `l40s`",
            "list the class under `priorityClasses` of the pools, or give each pool its own resource or device class",
            (_WARNING,),
        ),
        Code(
            "pool-mig-profile",
            "a name that is not a MIG profile, or a MIG profile twice",
            "`1g10gb`",
            "write the profile as NVIDIA does, such as `1g.10gb`",
        ),
        Code(
            "pool-mig-layout",
            "more than seven slices of a GPU",
            "eight instances of `1g.10gb`",
            "lower `perGpu`",
        ),
        Code(
            "pool-reservation",
            "a reservation's id is missing, or this kind of capacity does not use it",
            "`capacity-block` without an id",
            "write or remove `reservationId`",
        ),
        Code("pool-label", "a label or taint is not valid", "`rack: a b`", "correct it"),
        Code(
            "pool-label-reserved",
            "a label of Kubernetes or Tenancy",
            "`tenancy.dev/gpu-pool`",
            "use a domain of your own",
        ),
    ),
    intro="""\
The facts of a node are taken from the first of these that has them: the pool's own `gpusPerNode`,
`cpuPerNode` and `memoryPerNode`; EC2, if the platform has
`instanceTypeCatalogue: {source: ec2, region: …}`; the bundled snapshot. If none has them, a
finding reports it; nothing is guessed. The program, `tenancy check` and `tenancy plan` query EC2,
with the credentials and the endpoint of the AWS configuration; `--offline` never does. The plan
names the source.""",
)

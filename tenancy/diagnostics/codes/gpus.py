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
            "combine them",
        ),
        Code(
            "mig-profile",
            "a profile that the pool's layout does not have",
            "`9g.90gb`",
            "name one of them",
        ),
        Code(
            "gpu-overcommit",
            "more is granted than the pool can have, over all environments",
            "17 of 16",
            "lower grants, raise `nodes.max`, or overcommit with a reason",
        ),
        Code(
            "gpu-stranded",
            "the largest pods of all grants do not fit on the nodes at the same time",
            "three pods of 5 on two nodes of 8",
            "write a `maxPerPod` that divides the devices of a node, or raise `nodes.max`",
            (Severity.WARNING,),
        ),
        Code(
            "gpu-overcommit-factor",
            "a factor below 1",
            "`overcommit: 0.0`",
            "write 1, or more with a reason",
        ),
        Code(
            "gpu-overcommit-reason",
            "a factor of more than 1 without a reason",
            "`overcommit: 1.5`",
            "write `overcommitReason`",
        ),
        Code(
            "gpu-max-per-pod",
            "a pod may be larger than a node",
            "`maxPerPod: 9` of 8",
            "lower it",
        ),
        Code(
            "gpu-grant-below-max-per-pod",
            "a pod may be larger than the grant",
            "`maxPerPod: 5` of 4",
            "lower it, or raise `gpus`",
        ),
        Code(
            "gpu-max-per-claim",
            "a claim may be larger than a pod, or the pool's devices are not claimed",
            "`maxPerClaim: 4` of `maxPerPod: 2`",
            "lower it, or remove it",
        ),
        Code(
            "gpu-grant-inherited",
            "a namespace inherits GPU grants, so the organization gets them a second time",
            "`inheritFrom: train` without `gpus`",
            "write `gpus`: `[]` for none, or what it needs",
            (_WARNING,),
        ),
        Code(
            "gpu-pool-dedicated",
            "a pool that is dedicated to other organizations",
            "a grant of globex's pool",
            "grant another",
        ),
        Code(
            "gpu-pool-owner-unknown",
            "a pool is dedicated to an organization that is not on the cluster",
            "`dedicatedTo: acmee`",
            "correct it",
            (_WARNING,),
        ),
        Code(
            "gpu-capacity-unknown",
            "the number of GPUs of a node is unknown",
            "no `gpusPerNode`",
            "write it",
            (_NOT_CHECKED,),
        ),
        Code(
            "gpu-capacity-not-checked",
            "the grants of other organizations are not known here",
            "a component alone",
            "run `tenancy check` in the project that describes them all",
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
            "another number than the instance type has",
            "`gpusPerNode: 4` of 8",
            "correct it",
            (_WARNING,),
        ),
        Code(
            "instance-types-not-asked",
            "EC2 did not answer or was not queried; the bundled snapshot was used",
            "no credentials",
            "run it again where EC2 can be reached",
            (_NOT_CHECKED,),
        ),
        Code(
            "instance-type-not-offered",
            "the region does not offer the instance type",
            "`p5.48xlarge` in a small region",
            "correct it, or the region",
            (_WARNING,),
        ),
        Code(
            "gpu-model-differs",
            "another model than the instance type has",
            "`model: A100` for H100 nodes",
            "correct it",
            (_WARNING,),
        ),
        Code(
            "pool-name",
            "a pool's name is not a DNS label, or used twice",
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
            "not an extended resource that a quota can limit",
            "`gpu`",
            "write `nvidia.com/gpu`",
        ),
        Code("pool-nodes", "min is over max", "`{min: 3, max: 2}`", "correct one"),
        Code(
            "pool-node-names",
            "another number of names than `nodes.max`, a name twice, or one that is not valid",
            "one name of two",
            "correct it",
        ),
        Code(
            "pool-sharing",
            "replicas or a layout that this way of sharing does not have, or needs",
            "`mps` without replicas",
            "write or remove them",
        ),
        Code(
            "pool-allocation",
            "pods cannot request the pool's devices in this way under one quota",
            "`allocation: dra` without `deviceClass`",
            "write an allocation that is allowed, and the device class for `dra` and `both`",
        ),
        Code(
            "pool-device-class",
            "one device class for two pools or MIG profiles",
            "`gpu.nvidia.com` for `h100` and `a100`",
            "a class for each, which selects its devices only",
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
            "remove them: pods name the platform's classes themselves",
            (_WARNING,),
        ),
        Code(
            "gpu-priority-lost",
            "pods with GPUs of several pools of one resource cannot have a granted priority class",
            "`urgent`, in a namespace with grants of `h100` and `l40s`",
            "list it under `priorityClasses` of the pools, or give each pool its own resource or"
            " device class",
            (_WARNING,),
        ),
        Code(
            "pool-mig-profile",
            "not a MIG profile, or one twice",
            "`1g10gb`",
            "write it as NVIDIA does",
        ),
        Code(
            "pool-mig-layout",
            "more than seven slices of a GPU",
            "eight `1g.10gb`",
            "lower `perGpu`",
        ),
        Code(
            "pool-reservation",
            "a reservation is missing or not used",
            "`capacity-block` without an id",
            "write or remove it",
        ),
        Code("pool-label", "a label or taint is not valid", "`rack: a b`", "correct it"),
        Code(
            "pool-label-reserved",
            "a label of Kubernetes or Tenancy",
            "`tenancy.dev/gpu-pool`",
            "use your own domain",
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

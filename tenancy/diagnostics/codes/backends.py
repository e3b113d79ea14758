"""Codes of findings: backends of pools."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "Backends of pools",
    (
        Code(
            "unknown-backend",
            "a backend that does not exist",
            "`backend: kapenter`",
            "name an existing one, or install its package",
        ),
        Code(
            "node-missing",
            "a named node that the cluster does not have",
            "`nodeNames: [gpu-9]`",
            "correct it, or add the node first",
        ),
        Code(
            "nodes-missing",
            "fewer nodes with the pool's label than `nodes.min`",
            "1 of 2",
            "label them, or lower `nodes.min`",
            (_WARNING,),
        ),
        Code(
            "node-not-named",
            "a node with the pool's label that `nodeNames` does not list",
            "a node added by hand",
            "name it, or remove the label",
            (_WARNING,),
        ),
        Code(
            "node-label-missing",
            "a node lacks a label of the pool that Tenancy does not write",
            "no `tenancy.dev/gpu-model`",
            "label it, or name the nodes",
            (_WARNING,),
        ),
        Code(
            "taint-missing",
            "a node of a dedicated pool lacks its taint; a *warning* on a shared pool and for further taints",
            "an untainted node",
            "taint it, or set `writeTaints`",
            (
                _ERROR,
                _WARNING,
            ),
        ),
        Code(
            "taint-of-another-pool",
            "a node has another pool's taint, so pods of that pool may run on it; a *warning* as above",
            "`tenancy.dev/gpu-pool=l40s` on a node of `h100`",
            "correct it, or set `writeTaints`",
            (
                _ERROR,
                _WARNING,
            ),
        ),
        Code(
            "devices-missing",
            "a node has fewer devices for pods than the config; *not checked* where it reports none",
            "7 of 8",
            "check its device plugin, or correct `gpusPerNode`",
            (
                _WARNING,
                _NOT_CHECKED,
            ),
        ),
        Code(
            "device-class-missing",
            "the device class of a pool is not on the cluster",
            "`deviceClass: b200.example.com` before its driver is installed",
            "install the DRA driver with its class, or correct the name",
            (_WARNING,),
        ),
        Code(
            "device-class-differs",
            "the device class of a pool with `allocation: both` does not have the pool's resource",
            "a class without `extendedResourceName`",
            "set `extendedResourceName` of the class, or choose one allocation",
            (_ERROR,),
        ),
        Code(
            "devices-served-twice",
            "a device plugin and a DRA driver serve the same devices of a node",
            "`nvidia.com/gpu` of a plugin, and ResourceSlices of `gpu.nvidia.com`",
            "turn one of them off on the node",
            (_ERROR,),
        ),
        Code(
            "device-class-wide",
            "a device class of a pool selects devices of another pool or MIG profile too",
            "`device.driver == 'gpu.nvidia.com'`, and two pools with that driver",
            "add a selector to the class",
            (_ERROR,),
        ),
        Code(
            "taints-without-nodes",
            "`writeTaints` without the names of the nodes",
            "no `nodeNames`",
            "name them",
        ),
        Code(
            "instance-type-missing",
            "an instance type is missing",
            "`instanceTypes: []`",
            "write at least one",
        ),
        Code(
            "instance-type-unknown",
            "an instance type that the catalog does not have",
            "a new instance type",
            "check the AMI type yourself",
            (_NOT_CHECKED,),
        ),
        Code(
            "mixed-architectures",
            "one AMI for two architectures",
            "`g5g` with `p5`",
            "make two pools",
        ),
        Code(
            "ami-architecture",
            "an AMI for another architecture",
            "x86 for `g5g`",
            "choose another",
        ),
        Code(
            "ami-without-driver",
            "an AMI without NVIDIA's driver",
            "`AL2023_x86_64_STANDARD`",
            "choose an NVIDIA one",
        ),
        Code(
            "ami-type-missing",
            "neither an AMI type nor a launch template",
            "EKS would choose one",
            "write `amiType`",
        ),
        Code(
            "custom-ami-without-launch-template",
            "`CUSTOM` without a launch template",
            "`amiType: CUSTOM`",
            "name the template",
        ),
        Code(
            "version-with-custom-ami",
            "a version for a custom image",
            '`version: "1.36"`',
            "remove it",
        ),
        Code(
            "launch-template-identity", "both or neither of id and name", "neither", "write one"
        ),
        Code(
            "disk-size-with-launch-template",
            "a disk size beside a launch template",
            "`diskSize: 200`",
            "set it in the template",
        ),
        Code(
            "capacity-block-instance-types",
            "instance types beside a capacity block",
            "`p5.48xlarge`",
            "set it in the template",
        ),
        Code(
            "capacity-block-without-launch-template",
            "a capacity block without a template",
            "`CAPACITY_BLOCK`",
            "name a template",
        ),
        Code(
            "reservation-without-launch-template",
            "reserved capacity without a template",
            "`type: reserved`",
            "name a template",
        ),
        Code(
            "spot-not-offered",
            "spot for an instance type without spot",
            "a P6",
            "use another kind of capacity",
        ),
        Code(
            "node-range",
            "sizes that contradict each other",
            "`desiredSize` over `maxSize`",
            "correct one",
        ),
        Code(
            "count-and-percentage",
            "both a count and a percentage",
            "`maxUnavailable` and its percentage",
            "remove one",
        ),
        Code("too-many-instance-types", "more than EKS accepts", "21", "remove some"),
        Code("too-many-tags", "more than EKS accepts", "51", "remove some"),
        Code("written-twice", "one value twice", "a subnet twice", "remove one"),
        Code(
            "reserved-label",
            "a label that belongs to the backend",
            "`eks.amazonaws.com/x`",
            "use your own domain",
        ),
        Code("reserved-tag", "a tag that belongs to AWS", "`aws:x`", "rename it"),
        Code(
            "reserved-requirement",
            "a requirement on a label that a node gets only once it exists",
            "`kubernetes.io/hostname`",
            "remove it",
        ),
        Code(
            "minimum-not-supported",
            "Karpenter does not keep a minimum of nodes",
            "`{min: 1, max: 4}`",
            "write 0, or a fixed size",
        ),
        Code(
            "node-class",
            "both or neither of nodeClass and nodeClassRef",
            "neither",
            "write one",
        ),
        Code(
            "node-class-identity",
            "both or neither of role and instanceProfile",
            "neither",
            "write the role",
        ),
        Code("selector-term", "both or neither of id and tags", "both", "split it"),
        Code(
            "budget-schedule",
            "only one of schedule and duration",
            "`schedule` alone",
            "write the other",
        ),
        Code(
            "weight-of-a-fixed-pool",
            "a weight for a pool of fixed size",
            "`weight: 10`",
            "remove it",
        ),
        Code(
            "one-instance-type",
            "not exactly one instance type for CoreWeave",
            "two",
            "make a pool for each",
        ),
        Code(
            "capacity-of-another-cloud",
            "capacity that CoreWeave does not sell",
            "`capacity-block`",
            "write `on-demand`",
        ),
        Code(
            "racks-do-not-scale",
            "racks with a range of nodes",
            "`targetRacks`, min ≠ max",
            "make them equal",
        ),
        Code(
            "coreweave-not-validated",
            "CoreWeave's API server was not queried",
            "any such pool",
            "read the first preview",
            (_NOT_CHECKED,),
        ),
    ),
    intro="""\
The nodes of a pool of the backend `existing` are read where its platform is previewed or applied.
What is missing there is an error where it opens a dedicated pool to others, and a warning
elsewhere: on a shared pool the admission policies still keep GPU pods apart.
A named node that is missing is an error too: the patch that labels it would create a Node of that
name without a machine. What the update itself writes (labels of named nodes, taints with
`writeTaints`) is never reported as missing.""",
)

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
            "name an existing backend, or install the package of the backend",
        ),
        Code(
            "node-missing",
            "a node under `nodeNames` that the cluster does not have",
            "`nodeNames: [gpu-9]`",
            "correct the name, or add the node first",
        ),
        Code(
            "nodes-missing",
            "fewer nodes with the pool's label than `nodes.min`",
            "1 node with the label, and `nodes.min: 2`",
            "label more nodes, or lower `nodes.min`",
            (_WARNING,),
        ),
        Code(
            "node-not-named",
            "a node with the pool's label that `nodeNames` does not list",
            "a node added by hand",
            "add the node to `nodeNames`, or remove the label",
            (_WARNING,),
        ),
        Code(
            "node-label-missing",
            "a node lacks a label of the pool that Tenancy does not write",
            "a node without `tenancy.dev/gpu-model`",
            "label the node, or write `nodeNames`",
            (_WARNING,),
        ),
        Code(
            "taint-missing",
            "a node of a dedicated pool lacks its taint; a *warning* on a shared pool and for further taints",
            "an untainted node",
            "taint the node, or set `writeTaints`",
            (
                _ERROR,
                _WARNING,
            ),
        ),
        Code(
            "taint-of-another-pool",
            "a node has another pool's taint, so pods of that pool may run on it; a *warning* on a shared pool",
            "`tenancy.dev/gpu-pool=l40s` on a node of `h100`",
            "correct the taint, or set `writeTaints`",
            (
                _ERROR,
                _WARNING,
            ),
        ),
        Code(
            "devices-missing",
            "a node has fewer devices for pods than the config; *not checked* where it reports none",
            "a node with 7 devices, and `gpusPerNode: 8`",
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
            "set `extendedResourceName` of the class, or write another `allocation`",
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
            "`writeTaints` without `nodeNames`",
            "`writeTaints: true` alone",
            "write `nodeNames`",
        ),
        Code(
            "instance-type-missing",
            "a pool without an instance type",
            "`instanceTypes: []`",
            "write at least one instance type",
        ),
        Code(
            "instance-type-unknown",
            "an instance type that the catalog does not have",
            "a new instance type",
            "check that the AMI type fits the instance type",
            (_NOT_CHECKED,),
        ),
        Code(
            "mixed-architectures",
            "one AMI type for instance types of two architectures",
            "`g5g.xlarge` and `p5.48xlarge` in one pool",
            "make a pool for each architecture",
        ),
        Code(
            "ami-architecture",
            "an AMI type for another architecture than the instance type's",
            "an x86 AMI type for `g5g.xlarge`",
            "choose an AMI type for the architecture",
        ),
        Code(
            "ami-without-driver",
            "an AMI type without NVIDIA's driver",
            "`AL2023_x86_64_STANDARD`",
            "choose an NVIDIA AMI type",
        ),
        Code(
            "ami-type-missing",
            "neither an AMI type nor a launch template",
            "a pool without `amiType`; EKS would choose one",
            "write `amiType`",
        ),
        Code(
            "custom-ami-without-launch-template",
            "the AMI type `CUSTOM` without a launch template",
            "`amiType: CUSTOM`",
            "name the launch template",
        ),
        Code(
            "version-with-custom-ami",
            "a version for a custom image",
            '`version: "1.36"`',
            "remove the version",
        ),
        Code(
            "launch-template-identity",
            "a launch template with both or neither of `id` and `name`",
            "`launchTemplate: {}`",
            "write `id` or `name`",
        ),
        Code(
            "disk-size-with-launch-template",
            "a disk size beside a launch template",
            "`diskSize: 200`",
            "set the disk size in the launch template",
        ),
        Code(
            "capacity-block-instance-types",
            "instance types of a pool with a capacity block",
            "`instanceTypes: [p5.48xlarge]`",
            "set the instance type in the launch template",
        ),
        Code(
            "capacity-block-without-launch-template",
            "a capacity block without a launch template",
            "`CAPACITY_BLOCK`",
            "name a launch template",
        ),
        Code(
            "reservation-without-launch-template",
            "reserved capacity without a launch template",
            "`type: reserved`",
            "name a launch template",
        ),
        Code(
            "spot-not-offered",
            "spot capacity for an instance type that AWS does not offer as spot",
            "`SPOT` for a P6 instance type",
            "use another kind of capacity",
        ),
        Code(
            "node-range",
            "numbers of nodes that contradict each other",
            "`desiredSize` over `maxSize`",
            "correct one of the numbers",
        ),
        Code(
            "count-and-percentage",
            "both a number of nodes and a percentage",
            "`maxUnavailable` and `maxUnavailablePercentage`",
            "remove one of them",
        ),
        Code(
            "too-many-instance-types",
            "more instance types than EKS accepts",
            "21 instance types",
            "remove instance types",
        ),
        Code("too-many-tags", "more tags than EKS accepts", "51 tags", "remove tags"),
        Code("written-twice", "one value twice", "a subnet twice", "remove one of the entries"),
        Code(
            "reserved-label",
            "a label that belongs to the backend",
            "`eks.amazonaws.com/x`",
            "use a domain of your own",
        ),
        Code("reserved-tag", "a tag that belongs to AWS", "`aws:x`", "rename the tag"),
        Code(
            "reserved-requirement",
            "a requirement on a label that Kubernetes sets only after the node is created",
            "`kubernetes.io/hostname`",
            "remove the requirement",
        ),
        Code(
            "minimum-not-supported",
            "Karpenter does not keep a minimum of nodes",
            "`{min: 1, max: 4}`",
            "write `min: 0`, or `min` equal to `max`",
        ),
        Code(
            "node-class",
            "both or neither of nodeClass and nodeClassRef",
            "neither of them",
            "write `nodeClass` or `nodeClassRef`",
        ),
        Code(
            "node-class-identity",
            "both or neither of role and instanceProfile",
            "neither of them",
            "write `role`",
        ),
        Code(
            "selector-term",
            "a term with both or neither of `id` and `tags`",
            "`{id: subnet-1, tags: {tier: gpu}}`",
            "write a term for each",
        ),
        Code(
            "budget-schedule",
            "a budget with only one of `schedule` and `duration`",
            "`schedule` alone",
            "write the missing one",
        ),
        Code(
            "weight-of-a-fixed-pool",
            "a weight for a pool of fixed size",
            "`weight: 10`",
            "remove the weight",
        ),
        Code(
            "one-instance-type",
            "a pool of CoreWeave without exactly one instance type",
            "two instance types",
            "make a pool for each instance type",
        ),
        Code(
            "capacity-of-another-cloud",
            "a kind of capacity that CoreWeave does not offer",
            "`capacity-block`",
            "write `on-demand`",
        ),
        Code(
            "racks-do-not-scale",
            "racks in a pool whose number of nodes may change",
            "`targetRacks` with `nodes: {min: 1, max: 4}`",
            "make `nodes.min` and `nodes.max` equal",
        ),
        Code(
            "coreweave-not-validated",
            "CoreWeave's API server was not queried",
            "any pool with the backend `coreweave`",
            "review its first preview on the cluster",
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

"""Check a node group for what EKS would refuse or silently do wrong, before any request."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tenancy.aws.node_group import NodeGroup
from tenancy.diagnostics import ARGUMENT, Finding, Origin, Severity
from tenancy.model.gpu_catalog import InstanceType, Lookup, bundled

__all__ = ["findings", "is_gpu_ami", "nvidia_ami_type"]

_RESERVED_LABELS = ("kubernetes.io/", "k8s.io/", "eks.amazonaws.com/")
"""EKS answers "Label cannot contain reserved prefixes" to these."""


def is_gpu_ami(ami_type: str) -> bool:
    """
    Return whether *ami_type* has NVIDIA's driver.

    >>> is_gpu_ami("AL2023_x86_64_NVIDIA"), is_gpu_ami("AL2023_x86_64_STANDARD")
    (True, False)
    """
    return "_NVIDIA" in ami_type or ami_type == "AL2_x86_64_GPU"


def nvidia_ami_type(architecture: str) -> str:
    """
    Return the AMI type of AL2023 with NVIDIA's driver for *architecture*.

    >>> nvidia_ami_type("arm64")
    'AL2023_ARM_64_NVIDIA'
    """
    return "AL2023_ARM_64_NVIDIA" if architecture == "arm64" else "AL2023_x86_64_NVIDIA"


def findings(
    group: NodeGroup,
    origin: Origin | None = None,
    *,
    lookup: Lookup = bundled,
    is_partial: bool = False,
) -> Iterator[Finding]:
    """
    Yield every finding about *group*.

    Args:
        group: The node group.
        origin: Where it is written. Default: an argument.
        lookup: Facts of instance types. Default: the bundled snapshot.
        is_partial: Whether some values are placeholders for values that are not known yet;
            then unknown instance types give no finding.
    """
    at = Origin(ARGUMENT) if origin is None else origin
    yield from _scaling(group, at)
    yield from _repeated(group, at)
    yield from _reserved(group, at)
    yield from _launch_template(group, at)
    yield from _rates(group, at)
    yield from _machines(group, at, lookup, is_partial=is_partial)


def _finding(
    code: str,
    origin: Origin,
    found: str,
    allowed: str,
    remedy: str,
) -> Finding:
    return Finding(code=code, origin=origin, found=found, allowed=allowed, remedy=remedy)


def _scaling(group: NodeGroup, at: Origin) -> Iterator[Finding]:
    scaling = group.scaling_config
    origin = at / "scalingConfig"
    if scaling.min_size > scaling.max_size:
        yield _finding(
            "node-range",
            origin / "minSize",
            f"minSize {scaling.min_size} over maxSize {scaling.max_size}",
            f"0 to {scaling.max_size}",
            "lower minSize or raise maxSize",
        )
    desired = scaling.desired_size
    if desired is not None and not scaling.min_size <= desired <= scaling.max_size:
        yield _finding(
            "node-range",
            origin / "desiredSize",
            f"desiredSize {desired}",
            f"{scaling.min_size} to {scaling.max_size}",
            "leave desiredSize out, or put it between minSize and maxSize",
        )


def _twice(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _repeated(group: NodeGroup, at: Origin) -> Iterator[Finding]:
    for key, values in (
        ("subnets", group.subnets),
        ("instanceTypes", group.instance_types),
        ("taints", [f"{taint.key}:{taint.effect}" for taint in group.taints]),
    ):
        for value in _twice(values):
            yield _finding(
                "written-twice",
                at / key,
                f"{value} twice",
                "each value once",
                "remove one of the two entries",
            )
    if len(group.instance_types) > 20:
        yield _finding(
            "too-many-instance-types",
            at / "instanceTypes",
            f"{len(group.instance_types)} instance types",
            "at most 20",
            "remove some, or write a second pool",
        )


def _reserved(group: NodeGroup, at: Origin) -> Iterator[Finding]:
    for label in group.labels:
        if label.startswith(_RESERVED_LABELS):
            yield _finding(
                "reserved-label",
                at / "labels" / label,
                f"the label {label}",
                f"a label outside of {', '.join(_RESERVED_LABELS)}",
                "use a domain of your own",
            )
    for tag in group.tags:
        if tag.lower().startswith("aws:"):
            yield _finding(
                "reserved-tag",
                at / "tags" / tag,
                f"the tag {tag}",
                "a tag that does not begin with aws:",
                "give it another name",
            )
    if len(group.tags) > 50:
        yield _finding(
            "too-many-tags", at / "tags", f"{len(group.tags)} tags", "at most 50", "remove some"
        )


def _launch_template(group: NodeGroup, at: Origin) -> Iterator[Finding]:
    template = group.launch_template
    origin = at / "launchTemplate"
    if template is None:
        if group.capacity_type == "CAPACITY_BLOCK":
            yield _finding(
                "capacity-block-without-launch-template",
                at / "capacityType",
                "CAPACITY_BLOCK without a launch template",
                "a launch template with the market type capacity-block, the reservation's id"
                " and the instance type",
                "create such a launch template and set launchTemplate",
            )
        elif not group.instance_types:
            yield _finding(
                "instance-type-missing",
                at / "instanceTypes",
                "no instance type and no launch template",
                "at least one instance type; EKS would use t3.medium, which has no GPU",
                "write instanceTypes",
            )
        if group.ami_type is None:
            yield _finding(
                "ami-type-missing",
                at / "amiType",
                "no amiType and no launch template",
                "an AMI type; EKS would use one without NVIDIA's driver",
                "write amiType",
            )
        elif group.ami_type == "CUSTOM":
            yield _finding(
                "custom-ami-without-launch-template",
                at / "amiType",
                "CUSTOM without a launch template",
                "CUSTOM with a launch template that names the image",
                "name the launch template, or choose an AMI type of EKS",
            )
        return
    if (template.id is None) == (template.name is None):
        yield _finding(
            "launch-template-identity",
            origin,
            "a launch template with"
            f" {'neither id nor' if template.id is None else 'both id and'}"
            " name",
            "exactly one of id and name",
            "write id or name",
        )
    if group.disk_size is not None:
        yield _finding(
            "disk-size-with-launch-template",
            at / "diskSize",
            f"diskSize {group.disk_size} with a launch template",
            "the disk in the launch template",
            "remove diskSize and set the disk in the launch template",
        )
    if group.capacity_type == "CAPACITY_BLOCK" and group.instance_types:
        yield _finding(
            "capacity-block-instance-types",
            at / "instanceTypes",
            f"{', '.join(group.instance_types)} with CAPACITY_BLOCK",
            "the instance type only in the launch template",
            "remove instanceTypes here and set the type in the launch template",
        )
    if group.ami_type == "CUSTOM" and (group.version or group.release_version):
        yield _finding(
            "version-with-custom-ami",
            at / ("version" if group.version else "releaseVersion"),
            "a version with a custom image",
            "no version, because the image determines it",
            "remove version and releaseVersion",
        )


def _rates(group: NodeGroup, at: Origin) -> Iterator[Finding]:
    update, repair = group.update_config, group.node_repair_config
    pairs: list[tuple[Origin, str, object, str, object]] = []
    if update is not None:
        pairs.append(
            (
                at / "updateConfig",
                "maxUnavailable",
                update.max_unavailable,
                "maxUnavailablePercentage",
                update.max_unavailable_percentage,
            )
        )
    if repair is not None:
        pairs += [
            (
                at / "nodeRepairConfig",
                "maxUnhealthyNodeThresholdCount",
                repair.max_unhealthy_node_threshold_count,
                "maxUnhealthyNodeThresholdPercentage",
                repair.max_unhealthy_node_threshold_percentage,
            ),
            (
                at / "nodeRepairConfig",
                "maxParallelNodesRepairedCount",
                repair.max_parallel_nodes_repaired_count,
                "maxParallelNodesRepairedPercentage",
                repair.max_parallel_nodes_repaired_percentage,
            ),
        ]
    for origin, count, one, percentage, other in pairs:
        if one is not None and other is not None:
            yield _finding(
                "count-and-percentage",
                origin,
                f"{count} and {percentage}",
                "a count or a percentage",
                f"remove {count} or {percentage}",
            )


def _machines(
    group: NodeGroup, at: Origin, lookup: Lookup, *, is_partial: bool
) -> Iterator[Finding]:
    known = [fact for fact in map(lookup, group.instance_types) if fact is not None]
    unknown = sorted(set(group.instance_types) - {fact.name for fact in known})
    if unknown and not is_partial:
        yield Finding(
            code="instance-type-unknown",
            origin=at / "instanceTypes",
            found=f"{', '.join(unknown)}, which the GPU catalog does not contain",
            allowed="an instance type in the catalog, so that the AMI type can be checked",
            remedy="check by hand that amiType fits its processor and GPU",
            severity=Severity.NOT_CHECKED,
        )
    if len({fact.architecture for fact in known}) > 1:
        yield _finding(
            "mixed-architectures",
            at / "instanceTypes",
            ", ".join(f"{fact.name} is {fact.architecture}" for fact in known),
            "instance types of one architecture, because one AMI serves them all",
            "write one pool for each architecture",
        )
        return
    if group.ami_type is not None and group.ami_type != "CUSTOM":
        for fact in known:
            yield from _image(group.ami_type, fact, at / "amiType")
    if group.capacity_type == "SPOT":
        for fact in known:
            if "spot" not in fact.usage_classes:
                yield _finding(
                    "spot-not-offered",
                    at / "capacityType",
                    f"SPOT for {fact.name}",
                    " or ".join(fact.usage_classes),
                    "choose another capacityType or another instance type",
                )


def _image(ami_type: str, fact: InstanceType, origin: Origin) -> Iterator[Finding]:
    is_arm = "ARM_64" in ami_type
    if is_arm != (fact.architecture == "arm64"):
        yield _finding(
            "ami-architecture",
            origin,
            f"{ami_type} for {fact.name}, which is {fact.architecture}",
            f"an AMI type for {fact.architecture}, such as"
            f" {nvidia_ami_type(fact.architecture)}",
            "choose an AMI type of the instance type's architecture",
        )
    if fact.gpus > 0 and not is_gpu_ami(ami_type):
        yield _finding(
            "ami-without-driver",
            origin,
            f"{ami_type} for {fact.name}, which has {fact.gpus} {fact.gpu}",
            f"an AMI type with NVIDIA's driver, such as {nvidia_ami_type(fact.architecture)}",
            "choose an NVIDIA AMI type; without it pods cannot use the GPUs",
        )

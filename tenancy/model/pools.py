"""A GPU node pool from its spec: facts of its nodes, and the names by which pods request it."""

from tenancy.config.spec import GpuNodePoolSpec, MigSpec
from tenancy.diagnostics import Finding, Origin
from tenancy.kubernetes.quantity import InvalidQuantityError, Quantity
from tenancy.model.gpu_catalog import Lookup, node_facts
from tenancy.model.platform import GpuNodePool

__all__ = ["gpu_node_pool"]


def gpu_node_pool(
    spec: GpuNodePoolSpec, origin: Origin, *, live: Lookup | None = None
) -> tuple[GpuNodePool, list[Finding]]:
    """
    Return the pool that *spec* describes, and the findings.

    Facts that config does not state come from the catalogue of instance types; unknown facts
    are reported and never guessed.

    Args:
        spec: As it was written.
        origin: Where.
        live: Queries AWS before the bundled snapshot is used. Default: AWS is not queried.
    """
    findings: list[Finding] = []

    def quantity(key: str, value: str | int | None) -> Quantity | None:
        if value is None:
            return None
        try:
            return Quantity.parse(value)
        except InvalidQuantityError as error:
            findings.append(
                Finding(
                    code="invalid-quantity",
                    origin=origin / key,
                    found=repr(value),
                    allowed="a Kubernetes quantity such as 96 or 1Ti",
                    remedy=error.remedy,
                )
            )
            return None

    facts = node_facts(
        name=spec.name,
        model=spec.model,
        origin=origin,
        instance_types=spec.instance_types,
        gpus_per_node=spec.gpus_per_node,
        cpu=quantity("cpuPerNode", spec.cpu_per_node),
        memory=quantity("memoryPerNode", spec.memory_per_node),
        live=live,
    )
    if spec.instance_types:
        # Your own machines are in no catalogue: if grants need the number of GPUs, the checks
        # report it.
        findings += facts.findings
    return (
        GpuNodePool(
            name=spec.name,
            model=spec.model,
            backend=spec.backend,
            origin=origin,
            gpus_per_node=facts.gpus_per_node,
            resource=spec.resource,
            resources=_resources(spec, facts.gpus_per_node or 0),
            min_nodes=spec.nodes.min,
            max_nodes=spec.nodes.max,
            node_names=spec.node_names,
            instance_types=spec.instance_types,
            facts=facts.instance_types,
            gpus_from=facts.source,
            cpu_per_node=facts.cpu,
            memory_per_node=facts.memory,
            capacity=spec.capacity,
            sharing=spec.sharing,
            dedicated_to=spec.dedicated_to,
            allocation=spec.allocation,
            device_class=spec.device_class,
            device_classes=_device_classes(spec),
            priority_classes=tuple(dict.fromkeys(spec.priority_classes)),
            labels=spec.labels,
            taints=spec.taints,
            write_taints=spec.write_taints,
            overcommit=1.0 if spec.overcommit is None else spec.overcommit,
            overcommit_reason=spec.overcommit_reason,
            options=spec.options,
        ),
        findings,
    )


def _resources(spec: GpuNodePoolSpec, gpus: int) -> dict[str, int]:
    """Return the devices of a node by extended resource, after sharing."""
    sharing = spec.sharing
    if sharing.type == "mig":
        return {_mig_resource(m): gpus * m.per_gpu for m in sharing.layout}
    if sharing.type in {"time-slicing", "mps"}:
        name = f"{spec.resource}.shared" if sharing.rename else spec.resource
        return {name: gpus * (sharing.replicas or 1)}
    return {spec.resource: gpus}


def _device_classes(spec: GpuNodePoolSpec) -> dict[str, str]:
    """Return the device class of each extended resource that has one."""
    if spec.sharing.type == "mig":
        return {_mig_resource(m): m.device_class for m in spec.sharing.layout if m.device_class}
    return {} if spec.device_class is None else {spec.resource: spec.device_class}


def _mig_resource(profile: MigSpec) -> str:
    return f"nvidia.com/mig-{profile.profile}"

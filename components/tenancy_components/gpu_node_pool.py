"""Nodes with GPUs of one model, created or labelled by the backend that config names."""

from collections.abc import Mapping, Sequence

import pulumi

from tenancy import gpu, model
from tenancy.aws import NodeGroup as NodeGroupSpec
from tenancy.config.spec import GpuNodePoolSpec
from tenancy.diagnostics import ARGUMENT, Origin
from tenancy.model import gpu_node_pool
from tenancy_components.argument_types import GpuNodePoolArgs
from tenancy_components.arguments import (
    parse,
    refuse_deleted_with,
    refuse_other_types,
    require_provider,
)
from tenancy_components.manifests import child, create
from tenancy_components.node_group import NodeGroup
from tenancy_components.node_taints import NodeTaints
from tenancy_components.refusal import refuse_errors
from tenancy_components.type_tokens import GPU_NODE_POOL

__all__ = ["GpuNodePool"]


class GpuNodePool(pulumi.ComponentResource):
    """
    A GPU node pool.

    Args:
        name: The logical name.
        args: An entry of `gpuNodePools`, as a dict or a `GpuNodePoolSpec`; or a pool
            that is already resolved and checked.
        opts: An explicit provider is required for the backends that use the cluster.

    Attributes:
        resource_names: The extended resources that pods request, sorted.

    Raises:
        ComponentRefusedError: It has errors; all are listed, and nothing is created.
    """

    resource_names: Sequence[str]

    def __init__(
        self,
        name: str,
        args: GpuNodePoolArgs | GpuNodePoolSpec | model.GpuNodePool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        kinds = (Mapping, GpuNodePoolSpec, model.GpuNodePool)
        refuse_other_types(name, opts, {"args": (args, kinds)})
        refuse_deleted_with(name, opts)
        pool = args if isinstance(args, model.GpuNodePool) else _resolve(name, args)
        made = gpu.render(pool)
        inputs = {"name": pool.name, "backend": pool.backend, "model": pool.model}
        super().__init__(GPU_NODE_POOL, name, inputs, opts)
        if not all(isinstance(rendered, NodeGroupSpec) for rendered in made):
            require_provider(name, self)
        for rendered in made:
            ignored = gpu.autoscaled_fields(pool, rendered)
            self._create(f"{name}-{gpu.identity(rendered)}", rendered, ignored)
        self.resource_names = sorted(pool.resources)
        self.register_outputs({"resourceNames": list(self.resource_names)})

    def _create(
        self, name: str, rendered: gpu.Rendered, ignored: tuple[str, ...]
    ) -> pulumi.Resource:
        match rendered:
            case gpu.NodePatch():
                return create(name, rendered.to_manifest(), child(self), patch=True)
            case NodeGroupSpec():
                return NodeGroup(name, rendered, child(self))
            case gpu.NodeTaints():
                return NodeTaints(name, rendered, child(self))
            case _:
                opts = child(self)
                opts.ignore_changes = list(ignored)
                return create(name, rendered, opts)


def _resolve(name: str, args: Mapping[str, object] | GpuNodePoolSpec) -> model.GpuNodePool:
    spec = parse(GpuNodePoolSpec, args, name)
    pool, findings = gpu_node_pool(spec, Origin(f"{ARGUMENT} of {name}"))
    refuse_errors([*findings, *gpu.problems([pool])])
    return pool

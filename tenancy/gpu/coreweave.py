"""
The backend `coreweave`: node pools of CoreWeave's own Kubernetes service.

Written from the documented fields; CoreWeave publishes no CRD for a test, and each run reports
that. Source: https://docs.coreweave.com/docs/products/cks/reference/node-pool.
"""

from collections.abc import Iterator
from typing import Final

import attrs
from pydantic import Field

from tenancy.config.spec import Spec
from tenancy.diagnostics import Finding, Severity
from tenancy.gpu.objects import Rendered
from tenancy.gpu.options import options, parsed
from tenancy.gpu.placement import node_labels, node_taints
from tenancy.kubernetes import labels
from tenancy.model import GpuNodePool

__all__ = ["BACKEND", "CoreWeave", "CoreWeaveOptions"]

_DOMAINS = (".coreweave.cloud", ".coreweave.com")


class CoreWeaveOptions(Spec):
    """The options of CoreWeave."""

    compute_class: str | None = None
    """The compute class of the nodes. Default: `default`, or `spot` for spot capacity."""
    target_racks: int | None = Field(default=None, ge=1)
    """The number of racks, for NVL72. Default: nodes are counted instead."""
    autoscaling: bool | None = None
    """Whether nodes are added and removed. Default: yes if nodes.min and nodes.max differ."""
    node_annotations: dict[str, str] = Field(default={})
    """Annotations of the nodes. Default: none."""
    idle_only: bool = True
    """Whether only idle nodes are removed. Default: yes."""


@attrs.frozen
class CoreWeave:
    """A NodePool custom resource of `compute.coreweave.com`."""

    is_on_ec2: bool = False
    options: type[Spec] = CoreWeaveOptions

    def autoscaled_fields(self, rendered: Rendered) -> tuple[str, ...]:
        """Return the target of nodes, if the autoscaler is on."""
        spec = rendered.get("spec") if isinstance(rendered, dict) else None
        is_scaled = isinstance(spec, dict) and spec.get("autoscaling") is True
        return ("spec.targetNodes",) if is_scaled else ()

    def validate(self, pool: GpuNodePool) -> Iterator[Finding]:
        """Yield every problem of *pool* for CoreWeave."""
        found = parsed(pool, CoreWeaveOptions)
        if not isinstance(found, Spec):
            yield from found
        elif found.target_racks is not None and pool.min_nodes != pool.max_nodes:
            yield Finding(
                code="racks-do-not-scale",
                origin=pool.origin / "options" / "targetRacks",
                found=f"targetRacks with nodes from {pool.min_nodes} to {pool.max_nodes}",
                allowed="racks with nodes.min = nodes.max",
                remedy="set both to the number of nodes in the racks",
            )
        if len(pool.instance_types) != 1:
            yield Finding(
                code="one-instance-type",
                origin=pool.origin / "instanceTypes",
                found=f"{len(pool.instance_types)} instance types",
                allowed="exactly one, such as gd-8xh100ib-i128",
                remedy="write one instance type, or make one pool for each",
            )
        if pool.capacity.type in {"reserved", "capacity-block"}:
            yield Finding(
                code="capacity-of-another-cloud",
                origin=pool.origin / "capacity" / "type",
                found=f"capacity {pool.capacity.type}",
                allowed="on-demand or spot; CoreWeave manages reserved nodes itself",
                remedy="write on-demand",
            )
        for label in pool.labels:
            if label.partition("/")[0].endswith(_DOMAINS):
                yield Finding(
                    code="reserved-label",
                    origin=pool.origin / "labels" / label,
                    found=f"the label {label}",
                    allowed="labels outside of coreweave.cloud and coreweave.com",
                    remedy="use a domain of your own",
                )
        yield Finding(
            code="coreweave-not-validated",
            origin=pool.origin / "backend",
            found=f"the pool {pool.name} follows CoreWeave's documented fields",
            allowed="what CoreWeave's API server accepts, which was not tested",
            remedy="review its first preview on the cluster",
            severity=Severity.NOT_CHECKED,
        )

    def render(self, pool: GpuNodePool) -> list[Rendered]:
        """Return one NodePool."""
        given = options(pool, CoreWeaveOptions)
        is_spot = pool.capacity.type == "spot"
        autoscaling = given.autoscaling
        if autoscaling is None:
            autoscaling = pool.min_nodes != pool.max_nodes
        spec: dict[str, object] = {
            "computeClass": given.compute_class or ("spot" if is_spot else "default"),
            "instanceType": pool.instance_types[0],
            "nodeLabels": node_labels(pool),
            "nodeTaints": [
                {"key": taint.key, "value": taint.value, "effect": taint.effect}
                for taint in node_taints(pool)
            ],
            "lifecycle": {"scaleDownStrategy": "IdleOnly" if given.idle_only else "PreferIdle"},
        }
        if given.node_annotations:
            spec["nodeAnnotations"] = dict(given.node_annotations)
        if given.target_racks is not None:
            spec["targetRacks"] = given.target_racks
        elif autoscaling:
            # The autoscaler changes targetNodes, so the minimum is only the start.
            spec |= {
                "autoscaling": True,
                "minNodes": pool.min_nodes,
                "maxNodes": pool.max_nodes,
                "targetNodes": pool.min_nodes,
            }
        else:
            spec |= {"autoscaling": False, "targetNodes": pool.max_nodes}
        return [
            {
                "apiVersion": "compute.coreweave.com/v1alpha1",
                "kind": "NodePool",
                "metadata": {"name": pool.name, "labels": {labels.MANAGED_BY: labels.MANAGER}},
                "spec": spec,
            }
        ]


BACKEND: Final = CoreWeave()

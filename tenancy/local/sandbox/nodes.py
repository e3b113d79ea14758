"""The fake nodes: two with GPUs and two without, labelled and tainted as real nodes are."""

from typing import Final

from tenancy.kubernetes import labels as ours

__all__ = ["GPU_NODES", "MODEL", "NODES"]

MODEL: Final = "NVIDIA-H100-80GB-HBM3"
"""The product label that GPU feature discovery sets for the GPUs of the GPU nodes."""

_POOL: Final = "h100"
"""The pool that the shipped `Pulumi.platform.yaml` declares for the GPU nodes."""


def _node(
    name: str,
    zone: str,
    size: str,
    capacity: dict[str, str],
    labels: dict[str, str],
    *,
    taints: tuple[dict[str, str], ...] = (),
) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
            "labels": {
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node-role.kubernetes.io/worker": "",
                "node.kubernetes.io/instance-type": size,
                "topology.kubernetes.io/region": "sandbox",
                "topology.kubernetes.io/zone": zone,
                **labels,
            },
        },
        "spec": {"taints": list(taints)} if taints else {},
        "status": {"capacity": capacity, "allocatable": capacity},
    }


def _cpu(number: int, zone: str) -> dict[str, object]:
    capacity = {"cpu": "96", "memory": "1Ti", "ephemeral-storage": "2Ti", "pods": "250"}
    return _node(f"sandbox-cpu-{number}", zone, "sandbox.cpu", capacity, {})


def _gpu(number: int, zone: str) -> dict[str, object]:
    capacity = {
        "cpu": "192",
        "memory": "2Ti",
        "ephemeral-storage": "8Ti",
        "nvidia.com/gpu": "8",
        "pods": "250",
    }
    # As GPU feature discovery sets them on a node with eight of these GPUs.
    labels = {
        "nvidia.com/gpu.count": "8",
        "nvidia.com/gpu.family": "hopper",
        "nvidia.com/gpu.memory": "81559",
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": MODEL,
        "nvidia.com/mig.capable": "true",
        "nvidia.com/mig.strategy": "single",
    }
    # As GPU nodes should be set up: closed to pods without a GPU grant.
    taint = {"key": ours.GPU_POOL, "value": _POOL, "effect": "NoSchedule"}
    return _node(
        f"sandbox-gpu-{number}", zone, "sandbox.gpu-8", capacity, labels, taints=(taint,)
    )


NODES: Final = (
    _cpu(1, "sandbox-a"),
    _cpu(2, "sandbox-b"),
    _gpu(1, "sandbox-a"),
    _gpu(2, "sandbox-b"),
)
"""The manifests of the nodes; kwok keeps the capacity that they state."""

GPU_NODES: Final = ("sandbox-gpu-1", "sandbox-gpu-2")
"""The names of the nodes with GPUs."""

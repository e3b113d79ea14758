"""
The most GPUs of a pod.

A quota bounds a namespace's sum; a pod that asks for more than a node has would stay pending
for ever. It is refused at once, counted as the quota counts it: the largest init container or
the sum of the containers, whichever is more, and the sidecars on top.
"""

from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.policies.guard import (
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    guard,
    text,
)

__all__ = ["NAME", "gpus_per_pod"]

NAME: Final = "tenancy-gpus-per-pod"


def gpus_per_pod() -> Guard:
    """Return the guard of how many devices of a granted resource one pod asks for."""
    return guard(
        NAME,
        [Resources("", ("pods",), ("CREATE",))],
        [
            PolicyRule(
                f"variables.bounds.all(b, {_elsewhere()}"
                f" || {_asked()} <= int(b.split('=')[1]))",
                "'a pod of this namespace may ask for at most ' + variables.bounds.join(', ')"
                " + ' (largest init container or sum of containers, and sidecars)'",
                computed=True,
            )
        ],
        variables=[
            Condition("bounds", annotation(labels.MAX_PER_POD)),
            Condition(
                "selected", f"object.spec.?nodeSelector[{text(labels.GPU_POOL)}].orValue('')"
            ),
            Condition("started", "object.spec.?initContainers.orValue([])"),
        ],
        namespaces=ORGANIZATIONS,
    )


def _elsewhere() -> str:
    """Return whether the bound `b` is that of a pool which the pod does not select."""
    return f"(b.contains('@') && {_NAME}.split('@')[1] != variables.selected)"


_NAME: Final = "b.split('=')[0]"


def _asked() -> str:
    sidecar = "c.?restartPolicy.orValue('') == 'Always'"
    count = (
        "int(quantity(string(dyn(c).?resources.?limits[b.split('=')[0].split('@')[0]].orValue('0')))"
        ".asApproximateFloat())"
    )
    init = f"variables.started.filter(c, !({sidecar})).map(c, {count})"
    sidecars = f"variables.started.filter(c, {sidecar}).map(c, {count}).sum()"
    containers = f"object.spec.containers.map(c, {count}).sum()"
    return f"(({init} + [{containers}]).max() + {sidecars})"

"""
The most GPUs of a pod, by resources and by claims.

A quota limits a namespace's sum; a pod that requests more than a node has would stay Pending
forever. It is refused at creation, and counted as the quota counts it: the largest init
container or the sum of the containers, whichever is more, and the sidecars on top. A claim
counts as the most that a claim of its class may request, because a policy for pods cannot read
claims.
"""

from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.policies.applicability import ASKS_FOR_DEVICES, HAS_CLAIMS, applicable
from tenancy.manifests.policies.device_classes import DEVICE_BOUNDS
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
    """Return the guard of how many devices of a granted resource or class one pod requests."""
    return guard(
        NAME,
        [Resources("", ("pods",), ("CREATE",))],
        [
            PolicyRule(
                f"variables.bounds.all(b, {_elsewhere()}"
                f" || {_asked(_RESOURCE)} <= int(b.split('=')[1]))",
                "'a pod of this namespace may request at most ' + variables.bounds.join(', ')"
                " + ' (largest init container or sum of containers, and sidecars)'",
                computed=True,
            ),
            PolicyRule(
                "variables.claims == 0 || variables.classes.all(b,"
                f" variables.claims * int(b[1]) + (b[3] == '' ? 0 : {_asked('b[3]')})"
                " <= int(b[2]))",
                "'a pod of this namespace may have at most '"
                " + variables.classes.map(b, b[2] + ' devices of ' + b[0]).join(', ')"
                " + ', and each claim that it names counts as '"
                " + variables.classes.map(b, b[1]).join(', ')",
                computed=True,
            ),
        ],
        conditions=[applicable(HAS_CLAIMS, ASKS_FOR_DEVICES)],
        variables=[
            Condition("bounds", annotation(labels.MAX_PER_POD)),
            Condition(
                "selected", f"object.spec.?nodeSelector[{text(labels.GPU_POOL)}].orValue('')"
            ),
            Condition("started", "object.spec.?initContainers.orValue([])"),
            Condition("classes", DEVICE_BOUNDS.expression),
            Condition("claims", "object.spec.?resourceClaims.orValue([]).size()"),
        ],
        namespaces=ORGANIZATIONS,
    )


def _elsewhere() -> str:
    """Return whether the bound `b` is of a pool that the pod does not select."""
    return "(b.contains('@') && b.split('=')[0].split('@')[1] != variables.selected)"


_RESOURCE: Final = "b.split('=')[0].split('@')[0]"


def _asked(resource: str) -> str:
    sidecar = "c.?restartPolicy.orValue('') == 'Always'"
    count = (
        f"int(quantity(string(dyn(c).?resources.?limits[{resource}].orValue('0')))"
        ".asApproximateFloat())"
    )
    init = f"variables.started.filter(c, !({sidecar})).map(c, {count})"
    sidecars = f"variables.started.filter(c, {sidecar}).map(c, {count}).sum()"
    containers = f"object.spec.containers.map(c, {count}).sum()"
    return f"(({init} + [{containers}]).max() + {sidecars})"

"""Attacks by tolerations: of nodes that have failed, and of taints of devices."""

from collections.abc import Iterator, Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import (
    Attack,
    changes,
    creations,
    guarded,
    post,
)
from tests.cluster.security.objects import LAB, Object
from tests.cluster.security.world import World

__all__ = ["device_taints", "failed_nodes", "pods_of_controllers"]

_NODE = "node.kubernetes.io/"


def failed_nodes(world: World) -> Iterator[Attack]:
    """Yield tolerations by which a pod stays on a failed node, or is placed there."""
    held = {"apiVersion": "v1", "kind": "Pod", **world.live(make.pod(name="seed"))}
    there = held["spec"]["tolerations"]
    evicted = {"operator": "Exists", "effect": "NoExecute"}
    for name, bad, good in (
        ("not-ready", evicted, {**evicted, "tolerationSeconds": 600}),
        ("not-ready", {**evicted, "effect": "NoSchedule"}, None),
        ("unreachable", {**evicted, "tolerationSeconds": 601}, None),
        ("unreachable", {"operator": "Exists", "tolerationSeconds": 1}, None),
        ("unreachable", {"operator": "Exists"}, {**evicted, "tolerationSeconds": 0}),
        ("memory-pressure", {"operator": "Exists"}, {**evicted, "effect": "NoSchedule"}),
        ("memory-pressure", evicted, None),
    ):
        # The API server takes seconds with the effect NoExecute only.
        if "effect" not in bad:
            bad.pop("tolerationSeconds", None)
        wrong = {"key": f"{_NODE}{name}", **bad}
        right = [{"key": f"{_NODE}{name}", **good}] if good else []
        others = [one for one in there if one["key"] != wrong["key"]]
        for path, attack, control in (
            *creations(make.pod(tolerations=[wrong]), make.pod(tolerations=right)),
            *changes(
                held,
                {"spec": {"tolerations": [*there, wrong]}},
                {"spec": {"tolerations": [*there, *(right if not others else [])]}},
            ),
        ):
            # An apply over it names no containers, and a patch merges by keys.
            if path in ("create", "apply", "update", "merge patch"):
                yield Attack(
                    rule=f"pods: toleration of {name} as {bad}",
                    path=path,
                    person="developer",
                    request=attack,
                    reasons=guarded("tenancy-pods", f"those of {_NODE}memory-pressure the"),
                    control=control,
                )


def pods_of_controllers() -> Iterator[Attack]:
    """Yield what only pods of DaemonSets may have, in pods of other workloads."""
    field = {"key": "metadata.name", "operator": "In", "values": ["sandbox-cpu-1"]}
    terms = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    placed = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    for what, spec, reason in (
        (
            "a cordoned node",
            {"tolerations": [{"key": f"{_NODE}unschedulable", "operator": "Exists"}]},
            "tolerations may name only taints of granted GPU node pools",
        ),
        (
            "a failed node",
            {"tolerations": [{"key": f"{_NODE}unreachable", "operator": "Exists"}]},
            "need the effect NoExecute",
        ),
        (
            "a node by its name",
            {"affinity": {"nodeAffinity": placed}},
            "node affinity may not match fields",
        ),
    ):
        for kind, is_controller in (("ReplicaSet", True), ("DaemonSet", False)):
            yield Attack(
                rule=f"pods: {what} for a pod of a {kind}, its controller: {is_controller}",
                path="create",
                person="controllers",
                request=post(_owned(kind, is_controller, spec)),
                reasons=guarded("tenancy-pods", reason),
                control=post(_owned("DaemonSet", True, spec)),
            )


def _owned(kind: str, is_controller: bool, spec: Mapping) -> Object:
    found = make.pod(**spec)
    owner = {"apiVersion": "apps/v1", "kind": kind, "name": "a", "uid": "a"}
    found["metadata"]["ownerReferences"] = [{**owner, "controller": is_controller}]
    return found


def device_taints() -> Iterator[Attack]:
    """Yield claims that tolerate taints of devices, of every kind of request."""
    listed = {"key": "example.com/reserved", "operator": "Exists", "effect": "NoSchedule"}
    for what, toleration in {
        "every taint": {"operator": "Exists"},
        "every taint that evicts": {"operator": "Exists", "effect": "NoExecute"},
        "a taint of a driver": {"key": "gpu.nvidia.com/unhealthy", "operator": "Exists"},
        "a listed key with more": {"key": "example.com/reserved-too", "value": "a"},
    }.items():
        for kind, bad, good in (
            ("claim", _claim(toleration), _claim(listed)),
            ("claim beside a listed one", _claim(listed, toleration), _claim(listed)),
            ("alternative", _alternative(toleration), _alternative(listed)),
            ("template", _template(_claim(toleration)), _template(_claim(listed))),
            (
                "template's alternative",
                _template(_alternative(toleration)),
                _template(_alternative(listed)),
            ),
        ):
            yield Attack(
                rule=f"device-classes: tolerates {what} in a {kind}",
                path="create",
                person="rival",
                request=post(bad),
                reasons=guarded(
                    "tenancy-device-classes",
                    "a claim may tolerate only the device taints example.com/reserved,",
                ),
                control=post(good),
            )


def _claim(*tolerations: Mapping) -> Object:
    found = make.device_claim(LAB)
    found["spec"]["devices"]["requests"][0]["exactly"]["tolerations"] = list(tolerations)
    return found


def _alternative(toleration: Mapping) -> Object:
    found = make.device_claim(LAB)
    plain = {"name": "first", "deviceClassName": "gpu.nvidia.com"}
    second = {**plain, "name": "second", "tolerations": [toleration]}
    found["spec"]["devices"]["requests"] = [{"name": "one", "firstAvailable": [plain, second]}]
    return found


def _template(claim: Object) -> Object:
    found = make.device_claim_template(LAB)
    found["spec"] = {"spec": claim["spec"]}
    return found

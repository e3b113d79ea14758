"""Attacks by what a pod asks of its node: images, priorities, hosts, devices and GPUs."""

import copy
from collections.abc import Iterator, Mapping, Sequence

from tests.cluster.api import (
    MERGE_PATCH,
)
from tests.cluster.security import objects as make
from tests.cluster.security.attacks.writing import (
    CREATING,
    HARMLESS,
    Attack,
    changes,
    creations,
    everyway,
    guarded,
    patch,
    put,
)
from tests.cluster.security.objects import (
    POOL,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import Request, World

# Pods


def pods(world: World) -> Iterator[Attack]:
    """Yield what pods may not ask for, though their namespace's members may create them."""
    only = "tolerations may name only taints of granted GPU node pools: "
    tolerations = {
        "toleration of every taint": ({"operator": "Exists"}, "a toleration must name a key"),
        "toleration of GPUs": ({"key": "nvidia.com/gpu", "operator": "Exists"}, only),
        "toleration of a pool": ({"key": POOL, "value": "l40s"}, only),
        "toleration of every pool": ({"key": POOL, "operator": "Exists"}, only),
        "toleration of a cordon": (
            {"key": "node.kubernetes.io/unschedulable", "operator": "Exists"},
            only,
        ),
        "toleration of the control plane": (
            {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"},
            only,
        ),
    }
    held = world.live(make.named(make.pod(), "seed"))
    held = {"apiVersion": "v1", "kind": "Pod", **held}
    for what, (toleration, reason) in tolerations.items():
        reasons = guarded("tenancy-pods", reason)
        bad = make.pod(tolerations=[toleration])
        ways = [
            *creations(bad, make.pod()),
            *changes(
                held,
                {"spec": {"tolerations": [*held["spec"]["tolerations"], toleration]}},
                {"metadata": {"labels": HARMLESS}},
            ),
        ]
        for path, attack, control in ways:
            yield Attack(
                rule=f"pods: {what}",
                path=path,
                person="developer",
                request=attack,
                control=control,
                reasons=reasons,
            )
    yield from everyway(
        world,
        "pods: toleration of another's pool beside one's own",
        make.pod(TRAIN, tolerations=[{"key": POOL, "value": "l40s"}]),
        guarded("tenancy-pods", f"{only}nvidia.com/gpu=*:NoSchedule"),
        good=make.pod(TRAIN, tolerations=[{"key": POOL, "value": "h100"}]),
        person="developer",
        paths=CREATING,
    )
    yield from everyway(
        world,
        "pods: class not granted beside one that is",
        make.pod(TRAIN, priorityClassName="system-cluster-critical"),
        guarded("tenancy-pods", "is reserved for the cluster"),
        good=make.pod(TRAIN, priorityClassName="urgent"),
        person="developer",
        paths=CREATING,
    )
    fields = {
        "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["sandbox-gpu-1"]}]
    }
    wrong: dict[str, tuple[Mapping, str]] = {
        "node by name": ({"nodeName": "sandbox-cpu-1"}, "spec.nodeName may not be set"),
        "node by field": (_affinity([fields]), "node affinity may not match fields"),
        "preferred node by field": (
            _affinity(preferred=[{"weight": 1, "preference": fields}]),
            "node affinity may not match fields",
        ),
        "class of the cluster": (
            {"priorityClassName": "system-node-critical"},
            "priority class system-node-critical is reserved for the cluster",
        ),
        "class not granted": (
            {"priorityClassName": "urgent"},
            "priority class urgent is not granted to this namespace: none",
        ),
        "devices by mounts": (
            {
                "main": {
                    "volumeMounts": [
                        {"name": "a", "mountPath": "/var/run/nvidia-container-devices/all"}
                    ]
                },
                "volumes": [{"name": "a", "emptyDir": {}}],
            },
            "nothing may be mounted under /nvidia-container-devices",
        ),
        "devices by prefix": (
            {"main": {"envFrom": [{"prefix": "NVIDIA_", "configMapRef": {"name": "a"}}]}},
            "an envFrom prefix may not begin a variable",
        ),
        "init container's devices by prefix": (
            {
                "initContainers": [
                    make.container(
                        "a", envFrom=[{"prefix": "NVIDIA_", "secretRef": {"name": "a"}}]
                    )
                ]
            },
            "an envFrom prefix may not begin a variable",
        ),
        "init container's devices": (
            {"initContainers": [make.container("a", env=env("NVIDIA_VISIBLE_DEVICES"))]},
            "env may not set NVIDIA_VISIBLE_DEVICES",
        ),
        **{
            f"devices by {name}": ({"main": {"env": env(name)}}, "env may not set NVIDIA_")
            for name in DEVICES
        },
    }
    for what, (spec, reason) in wrong.items():
        yield from everyway(
            world,
            f"pods: {what}",
            make.pod(**spec),
            guarded("tenancy-pods", reason),
            good=make.pod(),
            person="developer",
            paths=CREATING,
        )
    yield from ephemeral_container(
        held,
        "pods: ephemeral container's devices",
        {"env": env("NVIDIA_VISIBLE_DEVICES")},
        guarded("tenancy-pods", "env may not set NVIDIA_VISIBLE_DEVICES"),
    )
    yield from ephemeral_container(
        held,
        "image-pull: ephemeral container's image",
        {"imagePullPolicy": "IfNotPresent"},
        guarded("tenancy-image-pull", "imagePullPolicy must be Always"),
    )
    for what, spec in {
        "container": {"main": {"imagePullPolicy": "Never"}},
        "init container": {
            "initContainers": [make.container("a", imagePullPolicy="IfNotPresent")]
        },
    }.items():
        yield from everyway(
            world,
            f"image-pull: {what}",
            make.pod(**spec),
            guarded("tenancy-image-pull", "imagePullPolicy must be Always in every container"),
            good=make.pod(),
            person="developer",
            paths=CREATING,
        )
    yield from _gpu_pods(world)
    for path, request, verb in (
        (
            "binding",
            Request(
                "POST",
                f"/api/v1/namespaces/{WEB}/pods/seed/binding",
                make.thing(
                    "v1",
                    "Binding",
                    "seed",
                    WEB,
                    target={"kind": "Node", "name": "sandbox-cpu-1"},
                ),
            ),
            'cannot create resource "pods/binding"',
        ),
        (
            "resize",
            put(held, "/resize"),
            'cannot update resource "pods/resize"',
        ),
        (
            "ephemeralcontainers",
            put(held, "/ephemeralcontainers"),
            'cannot update resource "pods/ephemeralcontainers"',
        ),
        ("status", put(held, "/status"), 'cannot update resource "pods/status"'),
    ):
        yield Attack(
            rule=f"rights: {path} of a pod",
            path=path,
            person="admin",
            request=request,
            reasons=("is forbidden: User", verb),
            control=patch(held, {"metadata": {"labels": HARMLESS}}, MERGE_PATCH),
        )


DEVICES = (
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_IMEX_CHANNELS",
    "NVIDIA_MIG_CONFIG_DEVICES",
    "NVIDIA_MIG_MONITOR_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
)


def _gpu_pods(world: World) -> Iterator[Attack]:
    """Yield GPU pods that no granted pool has room for, and those that select another node."""
    sidecar = make.gpus(3)
    helper = copy.deepcopy(sidecar["spec"]["containers"][0])
    sidecar["spec"]["initContainers"] = [{**helper, "name": "a", "restartPolicy": "Always"}]
    init = make.gpus(1)
    largest = copy.deepcopy(make.gpus(5)["spec"]["containers"][0])
    init["spec"]["initContainers"] = [{**largest, "name": "a"}]
    most = "a pod of this namespace may request at most nvidia.com/gpu=4"
    for what, bad in {
        "one more than a pod may have": make.gpus(5),
        "a sidecar's on top": sidecar,
        "an init container's": init,
    }.items():
        yield from everyway(
            world,
            f"gpus-per-pod: {what}",
            bad,
            guarded("tenancy-gpus-per-pod", most),
            good=make.gpus(2),
            person="developer",
            paths=CREATING,
        )
    only = f"node affinity may name {POOL} only with the operator In and granted pools"

    def term(operator: str, *values: str) -> Object:
        found = {"key": POOL, "operator": operator, **({"values": values} if values else {})}
        return {"matchExpressions": [found]}

    for what, (spec, reason) in {
        "another's pool by selector": (
            {"nodeSelector": {POOL: "l40s"}},
            "the GPU node pool l40s is not granted to this namespace; granted: a100, h100",
        ),
        "another's pool by affinity": (_affinity([term("In", "l40s")]), only),
        "another's pool among one's own": (_affinity([term("In", "h100", "l40s")]), only),
        "every pool but one": (_affinity([term("NotIn", "h100")]), only),
        "every pool": (_affinity([term("Exists")]), only),
        "another's pool by preference": (
            _affinity(preferred=[{"weight": 1, "preference": term("In", "l40s")}]),
            only,
        ),
    }.items():
        yield from everyway(
            world,
            f"placement: {what}",
            make.pod(TRAIN, **spec),
            guarded("tenancy-placement", reason),
            good=make.pod(TRAIN, nodeSelector={POOL: "h100"}),
            person="developer",
            paths=CREATING,
        )

    # The pods of gated ones may still be sent elsewhere.
    held = make.pod(TRAIN, "seed-gated")
    held = {"apiVersion": "v1", "kind": "Pod", **world.live(held)}
    for path, attack, control in changes(
        held,
        {"spec": {"nodeSelector": {POOL: "l40s"}}},
        {"spec": {"nodeSelector": {POOL: "h100"}}},
    ):
        if path not in {"JSON patch", "apply over"}:
            yield Attack(
                rule="placement: another's pool, later",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-placement", "the GPU node pool l40s is not granted"),
                control=control,
            )
    both = make.gpus(1)
    second = copy.deepcopy(make.gpus(1, TRAIN, "nvidia.com/mig-1g.10gb"))
    both["spec"]["containers"].append({**second["spec"]["containers"][0], "name": "second"})
    chosen = make.gpus(1)
    chosen["spec"]["nodeSelector"] = {POOL: "h100"}
    yield from everyway(
        world,
        "placement: no pool, where several are granted",
        both,
        guarded(
            "tenancy-placement", "several pools have nvidia.com/gpu: nodeSelector must have"
        ),
        good=chosen,
        person="developer",
        paths=CREATING,
    )
    parts = make.gpus(1, TRAIN, "nvidia.com/mig-1g.10gb")
    there, elsewhere = copy.deepcopy(parts), copy.deepcopy(parts)
    there["spec"]["nodeSelector"] = {POOL: "a100"}
    elsewhere["spec"]["nodeSelector"] = {POOL: "h100"}
    yield from everyway(
        world,
        "placement: a resource of one granted pool on another",
        elsewhere,
        guarded("tenancy-placement", "nvidia.com/mig-1g.10gb is of the GPU node pool a100"),
        good=there,
        person="developer",
        paths=CREATING,
    )


def _affinity(required: Sequence[Object] = (), preferred: Sequence[Object] = ()) -> Object:
    found: Object = {}
    if required:
        found["requiredDuringSchedulingIgnoredDuringExecution"] = {
            "nodeSelectorTerms": list(required)
        }
    if preferred:
        found["preferredDuringSchedulingIgnoredDuringExecution"] = list(preferred)
    return {"affinity": {"nodeAffinity": found}}


def env(name: str) -> list[Object]:
    return [{"name": name, "value": "all"}]


def ephemeral_container(
    held: Object, rule: str, bad: Mapping, reasons: Sequence[str]
) -> Iterator[Attack]:
    """Yield the ways in which a user who may debug adds an ephemeral container."""

    def added(**more: object) -> Object:
        found = make.container("debug", **more)
        del found["resources"]
        return {"spec": {"ephemeralContainers": [found]}}

    part = "/ephemeralcontainers"
    for path, attack, control in changes(held, added(**bad), added(), part):
        if path != "apply over":
            yield Attack(
                rule=rule,
                path=f"{path} of ephemeralcontainers",
                person="helper",
                request=attack,
                control=control,
                reasons=reasons,
            )

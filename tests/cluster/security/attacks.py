"""
Attacks: a rule that is broken, on a write path, by somebody, beside what is accepted there.

Each is refused for the reason that it states. Nothing of it is stored: the API server is asked
to go through all of admission and to forget the outcome.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs

from tests.cluster.api import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    path_of,
)
from tests.cluster.security import objects as make
from tests.cluster.security.objects import (
    DOMAIN,
    LAB,
    MANAGED,
    NAME,
    ORGANIZATION,
    POOL,
    TRAIN,
    WEB,
    Object,
)
from tests.cluster.security.world import EDGE, FILLERS, Request, World

CREATING = ("create", "apply")
CHANGING = ("update", "JSON patch", "merge patch", "strategic merge patch", "apply over")
EVERY = (*CREATING, *CHANGING)
APPLY = {"fieldManager": "attacker", "force": "true"}
HARMLESS = {"probe": "harmless"}


@attrs.frozen(kw_only=True)
class Attack:
    """
    One attack.

    Attributes:
        rule: What it breaks: `<family>: <what>`.
        path: The write path.
        person: Who attacks, as in `PEOPLE`.
        request: What they send.
        reasons: What the refusal says.
        control: What differs in that one thing, and is accepted.
        controller: Who sends it. Default: the same person.
        reaches: Where nothing can be accepted, because the object is made up: what the answer
            says that shows that the request got through.
    """

    rule: str
    path: str
    person: str
    request: Request
    reasons: Sequence[str]
    control: Request
    controller: str = ""
    reaches: str = ""
    status: int = 403

    @property
    def family(self) -> str:
        return self.rule.partition(":")[0]

    def __str__(self) -> str:
        return f"{self.rule} by {self.path} as {self.person}"

    def attack(self, world: World) -> str:
        """Return what is wrong with the answer to the attack; nothing if it is refused."""
        answer = world.send(self.person, self.request)
        if answer.ok:
            return f"{self}: was accepted"
        missing = [reason for reason in self.reasons if reason not in answer.message]
        if missing or answer.status != self.status:
            return f"{self}: {answer.status} without {missing}: {answer.message}"
        return ""

    def controlled(self, world: World) -> str:
        """Return what is wrong with the answer to the control; nothing if it is accepted."""
        answer = world.send(self.controller or self.person, self.control)
        if answer.ok or (self.reaches and self.reaches in answer.message):
            return ""
        return f"{self}: its control was refused: {answer.status} {answer.message}"

    def outcome(self, world: World) -> str:
        """Return what is wrong with either."""
        return self.attack(world) or self.controlled(world)


def guarded(policy: str, *reasons: str) -> tuple[str, ...]:
    """Return what a refusal by the admission policy *policy* says."""
    return (f"ValidatingAdmissionPolicy '{policy}'", *reasons)


def table(world: World) -> list[Attack]:
    """Return every attack."""
    return [
        *pods(world),
        *pod_security(world),
        *device_environment(world),
        *storage_claims(),
        *services(world),
        *endpoints(world),
        *network_policies(world),
        *bindings(world),
        *roles(world),
        *managed(world),
        *forged(world),
        *service_accounts(world),
        *namespaces(world),
        *other_namespaces(world),
        *quotas(),
        *limits(),
        *others(),
        *cluster(),
    ]


# Write paths


def post(found: Object) -> Request:
    """Return the creation of *found*."""
    return Request("POST", path_of(found, collection=True), found)


def put(found: Object, part: str = "") -> Request:
    """Return the update to *found*."""
    return Request("PUT", path_of(found) + part, found)


def patch(found: Object, change: object, kind: str, part: str = "") -> Request:
    """Return a patch of *found*."""
    query = APPLY if kind == APPLY_PATCH else {}
    return Request("PATCH", path_of(found) + part, change, kind, query)


def creations(bad: Object, good: Object) -> Iterator[tuple[str, Request, Request]]:
    """Yield the two ways in which *bad* comes into being, each with *good*."""
    yield "create", post(bad), post(good)
    yield "apply", patch(bad, bad, APPLY_PATCH), patch(good, good, APPLY_PATCH)


def changes(
    held: Object, change: Mapping[str, object], good: Mapping[str, object], part: str = ""
) -> Iterator[tuple[str, Request, Request]]:
    """Yield the ways in which *held* becomes something with *change*, each with *good*."""
    bare = make.thing(
        held["apiVersion"],
        held["kind"],
        held["metadata"]["name"],
        held["metadata"].get("namespace"),
    )
    steps = [_steps(held, found) for found in (change, good)]
    merges = [_without_nothing(found) for found in (change, good)]
    yield "update", *(put(_merged(held, found), part) for found in (change, good))
    yield "JSON patch", *(patch(held, found, JSON_PATCH, part) for found in steps)
    for name, kind in (("merge", MERGE_PATCH), ("strategic merge", STRATEGIC_PATCH)):
        yield f"{name} patch", *(patch(held, found, kind, part) for found in (change, good))
    if merges[0]:
        yield (
            "apply over",
            *(patch(held, _merged(bare, found), APPLY_PATCH, part) for found in merges),
        )


def _merged(held: Mapping, change: Mapping) -> Object:
    """Return *held* with *change*, whose values `None` take away."""
    made = copy.deepcopy(dict(held))
    for key, value in change.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, Mapping):
            made[key] = _merged(made.get(key) or {}, value)
        else:
            made[key] = copy.deepcopy(value)
    return made


def _without_nothing(change: Mapping) -> Object:
    """Return *change* without what it takes away, which an apply cannot say."""
    made = {}
    for key, value in change.items():
        if isinstance(value, Mapping):
            if inner := _without_nothing(value):
                made[key] = inner
            elif not value:
                made[key] = {}
        elif value is not None:
            made[key] = value
    return made


def _steps(held: Mapping, change: Mapping) -> list[Object]:
    """Return *change* as a JSON patch that replaces whole top-level fields."""
    made = _merged(held, change)
    found = []
    for key, value in change.items():
        if key == "metadata":
            found += [
                {"op": "add", "path": f"/metadata/{name}", "value": made["metadata"][name]}
                for name in value
            ]
        elif key in made:
            found.append({"op": "add", "path": f"/{key}", "value": made[key]})
        else:
            found.append({"op": "remove", "path": f"/{key}"})
    return found


def everyway(
    world: World,
    rule: str,
    bad: Object,
    reasons: Sequence[str],
    *,
    good: Object,
    person: str = "admin",
    paths: Sequence[str] = EVERY,
) -> Iterator[Attack]:
    """Yield the attack that makes *good* into *bad*, on every write path."""
    found = [*creations(bad, good)]
    if set(paths) & set(CHANGING):
        held = world.live(make.named(good, "seed"))
        held = {"apiVersion": good["apiVersion"], "kind": good["kind"], **held}
        change = {
            key: value
            for key, value in bad.items()
            if key not in {"apiVersion", "kind", "metadata"} and value != good.get(key)
        }
        if labels := bad["metadata"].get("labels"):
            change["metadata"] = {"labels": labels}
        found += changes(held, change, {"metadata": {"annotations": HARMLESS}})
    for path, attack, control in found:
        if path in paths:
            yield Attack(
                rule=rule,
                path=path,
                person=person,
                request=attack,
                control=control,
                reasons=reasons,
            )


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
        guarded("tenancy-pods", "is for the cluster alone"),
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
            "priority class system-node-critical is for the cluster alone",
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
            {"initContainers": [make.container("a", env=_env("NVIDIA_VISIBLE_DEVICES"))]},
            "env may not set NVIDIA_VISIBLE_DEVICES",
        ),
        **{
            f"devices by {name}": ({"main": {"env": _env(name)}}, "env may not set NVIDIA_")
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
    yield from _ephemeral(
        held,
        "pods: ephemeral container's devices",
        {"env": _env("NVIDIA_VISIBLE_DEVICES")},
        guarded("tenancy-pods", "env may not set NVIDIA_VISIBLE_DEVICES"),
    )
    yield from _ephemeral(
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
    """Yield the GPU pods that no granted pool has room for, and those that go elsewhere."""
    sidecar = make.gpus(3)
    helper = copy.deepcopy(sidecar["spec"]["containers"][0])
    sidecar["spec"]["initContainers"] = [{**helper, "name": "a", "restartPolicy": "Always"}]
    init = make.gpus(1)
    largest = copy.deepcopy(make.gpus(5)["spec"]["containers"][0])
    init["spec"]["initContainers"] = [{**largest, "name": "a"}]
    most = "a pod of this namespace may ask for at most nvidia.com/gpu=4"
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
    chosen = copy.deepcopy(both)
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


def _affinity(required: Sequence[Object] = (), preferred: Sequence[Object] = ()) -> Object:
    found: Object = {}
    if required:
        found["requiredDuringSchedulingIgnoredDuringExecution"] = {
            "nodeSelectorTerms": list(required)
        }
    if preferred:
        found["preferredDuringSchedulingIgnoredDuringExecution"] = list(preferred)
    return {"affinity": {"nodeAffinity": found}}


def _env(name: str) -> list[Object]:
    return [{"name": name, "value": "all"}]


def _ephemeral(
    held: Object, rule: str, bad: Mapping, reasons: Sequence[str]
) -> Iterator[Attack]:
    """Yield the ways in which somebody who may debug adds an ephemeral container."""

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


def pod_security(world: World) -> Iterator[Attack]:
    """Yield what Pod Security's `restricted` refuses, one thing at a time."""
    violates = 'violates PodSecurity "restricted:v1.36"'
    wrong: dict[str, tuple[Mapping, str]] = {
        "host PIDs": ({"hostPID": True}, "host namespaces (hostPID=true)"),
        "host IPC": ({"hostIPC": True}, "host namespaces (hostIPC=true)"),
        "host network": ({"hostNetwork": True}, "host namespaces (hostNetwork=true)"),
        "host port": (
            {"main": {"ports": [{"containerPort": 80, "hostPort": 8086}]}},
            "hostPort (container",
        ),
        "host path": (
            {"volumes": [{"name": "a", "hostPath": {"path": "/"}}]},
            "restricted volume types (volume",
        ),
        "network file system": (
            {"volumes": [{"name": "a", "nfs": {"server": "a", "path": "/"}}]},
            "restricted volume types (volume",
        ),
        "sysctl": (
            {"security": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
            "forbidden sysctls (kernel.msgmax)",
        ),
        "root by the pod": ({"security": {"runAsUser": 0}}, "runAsUser=0"),
        "Windows host process": (
            {"security": {"windowsOptions": {"hostProcess": True}}, "hostNetwork": True},
            "hostProcess",
        ),
        "SELinux of the pod": (
            {"security": {"seLinuxOptions": {"type": "spc_t"}}},
            "seLinuxOptions (pod",
        ),
        "AppArmor of the pod": (
            {"security": {"appArmorProfile": {"type": "Unconfined"}}},
            "forbidden AppArmor profile (pod",
        ),
    }
    inner: dict[str, tuple[Mapping, str]] = {
        "privileged": (
            {"privileged": True, "allowPrivilegeEscalation": True},
            "privileged (container",
        ),
        "privilege escalation": (
            {"allowPrivilegeEscalation": True},
            "allowPrivilegeEscalation != false",
        ),
        "SETPCAP": (
            {"capabilities": {"drop": ["ALL"], "add": ["SETPCAP"]}},
            "unrestricted capabilities",
        ),
        "SYS_ADMIN": (
            {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}},
            "unrestricted capabilities",
        ),
        "capabilities kept": ({"capabilities": {}}, "unrestricted capabilities"),
        "root allowed": ({"runAsNonRoot": False}, "runAsNonRoot != true"),
        "root": ({"runAsUser": 0}, "runAsUser=0"),
        "seccomp": ({"seccompProfile": {"type": "Unconfined"}}, "seccompProfile (container"),
        "unmasked /proc": ({"procMount": "Unmasked"}, "procMount"),
        "SELinux": ({"seLinuxOptions": {"user": "system_u"}}, "seLinuxOptions (container"),
        "AppArmor": (
            {"appArmorProfile": {"type": "Unconfined"}},
            "forbidden AppArmor profile (container",
        ),
    }
    for what, (security, reason) in inner.items():
        wrong[what] = ({"main": {"security": security}}, reason)
        wrong[f"init container's {what}"] = (
            {"initContainers": [make.container("a", security=security)]},
            reason,
        )
    for what, (spec, reason) in wrong.items():
        bad = make.pod(**spec)
        if "unmasked" in what:
            bad["spec"]["hostUsers"] = False
        yield from everyway(
            world,
            f"pod-security: {what}",
            bad,
            (violates, reason),
            good=make.pod(),
            person="developer",
            paths=CREATING,
        )
    held = {"apiVersion": "v1", "kind": "Pod", **world.live(make.named(make.pod(), "seed"))}
    for what, (security, reason) in inner.items():
        if "unmasked" not in what:
            yield from _ephemeral(
                held,
                f"pod-security: ephemeral container's {what}",
                {"security": security},
                (violates, reason),
            )


def device_environment(world: World) -> Iterator[Attack]:
    """Yield the maps and secrets that would hand out devices through `envFrom`."""
    for kind in ("ConfigMap", "Secret"):
        for name in DEVICES:
            yield from everyway(
                world,
                f"device-environment: {name} in a {kind}",
                make.config_map(kind=kind, **{name: "YWxs"}),
                guarded("tenancy-device-environment", "data may not hold NVIDIA_VISIBLE"),
                good=make.config_map(kind=kind),
                person="developer",
            )

    token = make.config_map(kind="Secret")
    token["type"] = "kubernetes.io/service-account-token"
    token["metadata"]["annotations"] = {"kubernetes.io/service-account.name": "seed"}
    yield from everyway(
        world,
        "token-secrets: a token for ever",
        token,
        guarded("tenancy-token-secrets", "secrets of type kubernetes.io/service-account-token"),
        good=make.config_map(kind="Secret"),
        person="developer",
        paths=CREATING,
    )
    annotated = {"cdi.k8s.io/a": "nvidia.com/gpu=all"}
    reasons = guarded("tenancy-device-annotations", "a pod may have no annotation cdi.k8s.io/")
    held = {"apiVersion": "v1", "kind": "Pod", **world.live(make.named(make.pod(), "seed"))}
    for path, attack, control in (
        *creations(make.pod(annotations=annotated), make.pod(annotations=HARMLESS)),
        *changes(
            held,
            {"metadata": {"annotations": annotated}},
            {"metadata": {"annotations": HARMLESS}},
        ),
    ):
        yield Attack(
            rule="device-annotations: every device",
            path=path,
            person="developer",
            request=attack,
            control=control,
            reasons=reasons,
        )


def storage_claims() -> Iterator[Attack]:
    """Yield claims of volumes that exist already, with what is on them."""
    named, unnamed, filled = make.volume_claim(), make.volume_claim(), make.volume_claim()
    named["spec"]["volumeName"] = "somebodys"
    unnamed["spec"]["storageClassName"] = ""
    filled["spec"]["dataSourceRef"] = {
        "apiGroup": "snapshot.storage.k8s.io",
        "kind": "VolumeSnapshot",
        "name": "a",
        "namespace": LAB,
    }
    for what, bad, reason in (
        ("a volume by name", named, "a claim may not name its volume"),
        ("no class", unnamed, "a claim must name a storage class"),
    ):
        for path, attack, control in creations(bad, make.volume_claim()):
            yield Attack(
                rule=f"storage-claims: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=guarded("tenancy-storage-claims", reason),
                control=control,
            )
    held = make.named(make.volume_claim(), "seed")
    for path, change, kind in (
        ("merge patch", {"spec": {"volumeName": "somebodys"}}, MERGE_PATCH),
        (
            "JSON patch",
            [{"op": "add", "path": "/spec/volumeName", "value": "somebodys"}],
            JSON_PATCH,
        ),
        ("strategic merge patch", {"spec": {"volumeName": "somebodys"}}, STRATEGIC_PATCH),
    ):
        yield Attack(
            rule="storage-claims: a volume by name, later",
            path=path,
            person="developer",
            request=patch(held, change, kind),
            reasons=guarded("tenancy-storage-claims", "a claim may not name its volume"),
            control=patch(held, {"metadata": {"labels": HARMLESS}}, MERGE_PATCH),
        )


# Services and networks


def services(world: World) -> Iterator[Attack]:
    """Yield the services that lead past what the platform lets in and out."""
    for what, spec, reason in (
        ("NodePort", {"type": "NodePort"}, "services of type NodePort are refused"),
        (
            "ExternalName",
            {"type": "ExternalName", "externalName": "example.com"},
            "services of type ExternalName are refused",
        ),
        (
            "LoadBalancer",
            {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": False},
            "services of type LoadBalancer are not granted to this namespace",
        ),
        (
            "external addresses",
            {"externalIPs": ["198.51.100.7"]},
            "spec.externalIPs may not be set",
        ),
    ):
        yield from everyway(
            world,
            f"services: {what}",
            make.service(**spec),
            guarded("tenancy-services", reason),
            good=make.service(),
        )


def endpoints(world: World) -> Iterator[Attack]:
    """Yield endpoints by hand: by helpers, for members have no such right at all."""
    addresses = {"addresses": [{"ip": "10.0.0.9"}], "ports": [{"port": 80}]}
    for bad in (
        make.thing("v1", "Endpoints", "probe", WEB, subsets=[addresses]),
        make.thing(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            "probe",
            WEB,
            addressType="IPv4",
            endpoints=[{"addresses": ["10.0.0.9"]}],
        ),
    ):
        for path, attack, control in creations(bad, bad):
            yield Attack(
                rule=f"endpoints: {bad['kind']}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-endpoints", "endpoints are written by Kubernetes"),
                control=control,
                controller="operating helper",
            )
            yield Attack(
                rule=f"rights: {bad['kind']}",
                path=path,
                person="admin",
                request=attack,
                reasons=("is forbidden: User", 'resource "endpoint'),
                control=control,
                controller="operating helper",
            )

    label = {"metadata": {"labels": HARMLESS}}
    for api_version, kind in (("v1", "Endpoints"), ("discovery.k8s.io/v1", "EndpointSlice")):
        held = {
            "apiVersion": api_version,
            "kind": kind,
            **world.live(make.thing(api_version, kind, "seed", WEB)),
        }
        for path, attack, _ in changes(held, label, {}):
            yield Attack(
                rule=f"endpoints: {kind}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-endpoints", "endpoints are written by Kubernetes"),
                control=attack,
                controller="operating helper",
            )


def network_policies(world: World) -> Iterator[Attack]:
    """Yield the peers that lie outside of the organization and of its grants."""
    own = "a namespaceSelector must have, under matchLabels"
    among = {"key": ORGANIZATION, "operator": "In", "values": ["acme", "globex"]}
    peers: dict[str, tuple[Object, str]] = {
        "every namespace": ({"namespaceSelector": {}}, own),
        "another organization": (_by(ORGANIZATION, "globex"), own),
        "another organization's namespace": (_by(NAME, LAB), own),
        "the cluster's own namespace": (_by(NAME, "kube-system"), own),
        "a shared namespace not granted": (_by(NAME, "registry"), own),
        "whatever is managed": (_by(f"{DOMAIN}/managed", "true"), own),
        "every organization": (
            {
                "namespaceSelector": {
                    "matchExpressions": [{"key": ORGANIZATION, "operator": "Exists"}]
                }
            },
            own,
        ),
        "one's own and another": ({"namespaceSelector": {"matchExpressions": [among]}}, own),
        "addresses not granted": (
            {"ipBlock": {"cidr": "203.0.113.0/24"}},
            "an ipBlock must lie inside of the granted egressCidrs",
        ),
        "every address": (
            {"ipBlock": {"cidr": "0.0.0.0/0"}},
            "an ipBlock must lie inside of the granted egressCidrs",
        ),
        "every v6 address": (
            {"ipBlock": {"cidr": "::/0"}},
            "an ipBlock must lie inside of the granted egressCidrs",
        ),
    }
    good = make.network_policy()
    for what, (peer, reason) in peers.items():
        for towards, spec in _towards(peer).items():
            yield from everyway(
                world,
                f"network-policies: {what} by {towards}",
                make.network_policy(**spec),
                guarded("tenancy-network-policies", reason),
                good=good,
            )
    for what, spec, reason in (
        ("ingress from everywhere", {"ingress": [{}]}, "an ingress rule must say from where"),
        (
            "egress to everywhere",
            {"policyTypes": ["Egress"], "egress": [{}]},
            "an egress rule must say to where",
        ),
        (
            "ingress from everywhere to a port",
            {"ingress": [{"ports": [{"port": 80}]}]},
            "an ingress rule must say from where",
        ),
    ):
        yield from everyway(
            world,
            f"network-policies: {what}",
            make.network_policy(**spec),
            guarded("tenancy-network-policies", reason),
            good=good,
        )
    # Where far more was granted than the checks let anybody, the nodes' metadata stay closed.
    local = "an ipBlock may not reach 169.254.0.0/16"
    good = make.network_policy(
        EDGE, **_towards({"ipBlock": {"cidr": "168.1.0.0/16"}})["egress"]
    )
    for what, block in {
        "the metadata address": {"cidr": "169.254.169.254/32"},
        "a block around it": {"cidr": "168.0.0.0/7"},
        "a block with too little out": {"cidr": "168.0.0.0/7", "except": ["169.254.169.0/25"]},
        "the credentials' v6 address": {"cidr": "fd00:ec2::23/128"},
    }.items():
        for towards, spec in _towards({"ipBlock": block}).items():
            yield from everyway(
                world,
                f"network-policies: {what} by {towards}",
                make.network_policy(EDGE, **spec),
                guarded("tenancy-network-policies", local),
                good=good,
                paths=CREATING,
            )


def _towards(peer: Object) -> dict[str, Object]:
    return {
        "ingress": {"policyTypes": ["Ingress"], "ingress": [{"from": [peer]}]},
        "egress": {"policyTypes": ["Egress"], "egress": [{"to": [peer]}]},
    }


def _by(key: str, value: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {key: value}}}


# Access


def bindings(world: World) -> Iterator[Attack]:
    """Yield the bindings that name others, or roles that others widen."""
    named = "subjects may not be named system:"
    foreign = "service accounts of other namespaces may not be bound here"
    for what, subject, reason in (
        ("everybody", make.group("system:authenticated"), named),
        ("everybody unknown", make.group("system:unauthenticated"), named),
        ("every service account", make.group("system:serviceaccounts"), named),
        ("another's service accounts", make.group(f"system:serviceaccounts:{LAB}"), named),
        ("anonymous", make.user("system:anonymous"), named),
        ("an account as a user", make.user(f"system:serviceaccount:{LAB}:default"), named),
        ("the masters", make.group("system:masters"), named),
        ("another's service account", make.account(LAB, "default"), foreign),
        ("a wildcard", make.group("*"), "a subject may not be *"),
        ("a wildcard user", make.user("*"), "a subject may not be *"),
    ):
        yield from everyway(
            world,
            f"role-bindings: {what}",
            make.binding(make.group("oidc:friends"), subject),
            guarded("tenancy-role-bindings", reason),
            good=make.binding(),
        )
    for name in ("cluster-admin", "admin", "edit", "view", "helpers"):
        bad = make.binding(to=("ClusterRole", name))
        # Who holds `bind` on everything is stopped by the guard, a member by Kubernetes itself.
        yield from everyway(
            world,
            f"role-bindings: to {name}",
            bad,
            guarded("tenancy-role-bindings", "of ClusterRoles only tenancy:admin"),
            good=make.binding(),
            person="helper",
            paths=CREATING,
        )
        if name != "view":
            yield from everyway(
                world,
                f"rights: a binding to {name}",
                bad,
                ("is attempting to grant RBAC permissions not currently held",),
                good=make.binding(),
                paths=CREATING,
            )


def roles(world: World) -> Iterator[Attack]:
    """Yield roles that give more than an admin holds, or what nobody can foresee."""
    for what, rule in {
        "every group": {"groups": ("*",)},
        "every resource": {"resources": ("*",)},
        "every verb": {"verbs": ("*",)},
        "impersonate": {"resources": ("serviceaccounts",), "verbs": ("impersonate",)},
        "escalate": {"groups": (make.RBAC,), "resources": ("roles",), "verbs": ("escalate",)},
        "bind": {"groups": (make.RBAC,), "resources": ("roles",), "verbs": ("bind",)},
        "quotas": {"resources": ("resourcequotas",), "verbs": ("update",)},
        "nodes/proxy": {"resources": ("nodes/proxy",), "verbs": ("get",)},
        "namespaces": {"resources": ("namespaces",), "verbs": ("patch",)},
        "secrets' finalizers": {"resources": ("namespaces/finalize",), "verbs": ("update",)},
    }.items():
        bad = make.role(**rule)
        yield from everyway(
            world,
            f"rights: a role of {what}",
            bad,
            ("is attempting to grant RBAC permissions not currently held",),
            good=make.role(),
        )
        verbs = {"impersonate", "escalate", "bind"} & set(rule.get("verbs", ()))
        if verbs or "*" in next(iter(rule.values())):
            yield from everyway(
                world,
                f"roles: {what}",
                bad,
                guarded(
                    "tenancy-roles",
                    "a role may not have the verbs"
                    if verbs
                    else "a role may have no wildcards",
                ),
                good=make.role(),
                person="helper",
            )


def managed(world: World) -> Iterator[Attack]:
    """Yield every write over what this tool manages."""
    note = {"metadata": {"annotations": {"probe": "changed"}}}
    wider = {"spec": {"policyTypes": ["Ingress"]}}
    more = {"spec": {"hard": {"pods": "999"}}}
    v1, rbac = "v1", f"{make.RBAC}/v1"
    friends = {"subjects": [make.group("oidc:friends")]}
    mapped = make.labelled(make.named(make.config_map(), "operators"), MANAGED)
    secret = make.labelled(make.named(make.config_map(kind="Secret"), "operators"), MANAGED)
    served = make.labelled(make.named(make.service(), "operators"), MANAGED)
    role = make.labelled(make.named(make.role(), "operators"), MANAGED)
    for made in (mapped, secret, served, role):
        world.apply(made)
    targets: list[tuple[str, Object, Mapping]] = [
        ("admin", make.thing("networking.k8s.io/v1", "NetworkPolicy", name, WEB), wider)
        for name in ("default-deny", "allow-same-organization")
    ]
    targets += [
        ("admin", make.thing(rbac, "RoleBinding", "tenancy:developer", WEB), friends),
        ("admin", role, {"rules": []}),
        ("admin", mapped, {"data": {"a": "b"}}),
        ("admin", secret, {"data": {"a": "YQ=="}}),
        ("admin", served, {"spec": {"selector": {"app": "other"}}}),
        ("helper", make.thing(rbac, "RoleBinding", "tenancy:admin", LAB), friends),
        ("helper", make.thing(v1, "ResourceQuota", "quota", WEB), more),
        ("helper", make.thing(v1, "ResourceQuota", "gpus", WEB), more),
        ("helper", make.thing(v1, "LimitRange", "limits", WEB), {"spec": {"limits": []}}),
        ("helper", make.thing(rbac, "ClusterRole", "tenancy:viewer"), {"rules": []}),
        ("helper", make.thing(rbac, "ClusterRole", "tenancy:operator"), {"rules": []}),
        ("helper", make.thing(rbac, "ClusterRoleBinding", "tenancy:operator"), friends),
        ("helper", make.thing("scheduling.k8s.io/v1", "PriorityClass", "urgent"), note),
    ]
    off = {"metadata": {"labels": {f"{DOMAIN}/managed": None}}}
    for person, target, change in targets:
        held = world.live(target)
        held = {"apiVersion": target["apiVersion"], "kind": target["kind"], **held}
        plural = path_of(target, collection=True).rpartition("/")[2]
        name = target["metadata"]["name"]
        reasons = guarded(
            "tenancy-objects", f"{plural} {name} is managed by tenancy", "refused for"
        )
        ways = [
            (f"{what}|{path}", attack, reasons)
            for what, found in (("changed", change), ("label taken off", off))
            for path, attack, _ in changes(held, found, {})
        ]
        ways.append(("deleted|delete", Request("DELETE", path_of(target)), reasons))
        ways.append(
            (
                "deleted|deletecollection",
                Request("DELETE", path_of(target, collection=True)),
                guarded("tenancy-objects", f"{plural} ", "is managed by tenancy"),
            )
        )
        for way, request, said in ways:
            what, _, path = way.partition("|")
            yield Attack(
                rule=f"objects: {name} ({target['kind']}) {what}",
                path=path,
                person=person,
                request=request,
                reasons=said,
                control=request,
                controller="operating helper",
            )
        if person == "helper" and target["kind"] in {"ResourceQuota", "LimitRange"}:
            for way, request, _ in ways:
                what, _, path = way.partition("|")
                yield Attack(
                    rule=f"rights: {name} ({target['kind']}) {what}",
                    path=path,
                    person="admin",
                    request=request,
                    reasons=("is forbidden: User", f'resource "{plural}"'),
                    control=request,
                    controller="operating helper",
                )


def forged(world: World) -> Iterator[Attack]:
    """Yield the label of what is managed, on what people made themselves."""
    for good in (
        make.network_policy(),
        make.binding(),
        make.role(),
        make.service(),
        make.config_map(),
        make.config_map(kind="Secret"),
    ):
        yield from everyway(
            world,
            f"objects: forged {good['kind']}",
            make.labelled(good, MANAGED),
            guarded("tenancy-objects", "is managed by tenancy (label tenancy.dev/managed)"),
            good=good,
        )

    for good in (
        make.thing("scheduling.k8s.io/v1", "PriorityClass", "probe", value=1),
        make.thing(f"{make.RBAC}/v1", "ClusterRole", "probe", rules=[]),
        make.thing("v1", "LimitRange", "probe", WEB, spec={"limits": []}),
        make.named(make.quota(), "probe"),
    ):
        for path, attack, control in creations(make.labelled(good, MANAGED), good):
            yield Attack(
                rule=f"objects: forged {good['kind']}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-objects", "is managed by tenancy"),
                control=control,
            )


def service_accounts(world: World) -> Iterator[Attack]:
    """Yield the ways to have tokens mounted unasked."""
    default = make.thing("v1", "ServiceAccount", "default", WEB)
    held = {"apiVersion": "v1", "kind": "ServiceAccount", **world.live(default)}
    reasons = guarded(
        "tenancy-service-accounts", "serviceaccounts default is managed by tenancy"
    )
    good = {"imagePullSecrets": [{"name": "registry"}]}
    for what, change in {
        "token mounted": {"automountServiceAccountToken": True},
        "token mounted by default": {"automountServiceAccountToken": None},
        "label taken off": {"metadata": {"labels": {f"{DOMAIN}/managed": None}}},
    }.items():
        for path, attack, control in changes(held, change, good):
            yield Attack(
                rule=f"service-accounts: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=reasons,
                control=control,
            )
    for path, target in (("delete", path_of(default)), ("deletecollection", "")):
        request = Request("DELETE", target or path_of(default, collection=True))
        yield Attack(
            rule="service-accounts: deleted",
            path=path,
            person="developer",
            request=request,
            reasons=reasons,
            control=request,
            controller="operating helper",
        )
    yield from everyway(
        world,
        "service-accounts: forged",
        make.labelled(make.service_account(), MANAGED),
        guarded("tenancy-service-accounts", "is managed by tenancy"),
        good=make.service_account(),
        person="developer",
    )


def namespaces(world: World) -> Iterator[Attack]:
    """Yield every write over what a namespace's labels say, through all three resources."""
    level = "pod-security.kubernetes.io/enforce"
    labels: dict[str, Mapping[str, str | None]] = {
        "moved": {ORGANIZATION: "globex"},
        "unmanaged": {f"{DOMAIN}/managed": None},
        "nobody's": {ORGANIZATION: None},
        "privileged": {level: "privileged"},
        "old standards": {f"{level}-version": "v1.0"},
        "no standards": {level: None},
        "every device": {"resource.kubernetes.io/admin-access": "true"},
        "a new label": {"example.com/a": "b"},
    }
    notes: dict[str, Mapping[str, str | None]] = {
        "addresses": {f"{DOMAIN}/egress-cidrs": "0.0.0.0/0"},
        "shared services taken": {f"{DOMAIN}/shared-services": None},
        "tolerations": {f"{DOMAIN}/tolerations": f"{POOL}=l40s:NoSchedule"},
        "pools": {f"{DOMAIN}/gpu-pools": "l40s"},
        "classes": {f"{DOMAIN}/priority-classes": "urgent"},
        "shared services": {f"{DOMAIN}/shared-services": "registry"},
        "load balancers": {f"{DOMAIN}/load-balancers": "true"},
        "a node selector": {"scheduler.alpha.kubernetes.io/node-selector": "a=b"},
    }
    owner = {"apiVersion": "v1", "kind": "Node", "name": "a", "uid": "a"}
    wrong: dict[str, tuple[Mapping, str]] = {
        **{what: ({"labels": found}, "other labels") for what, found in labels.items()},
        **{
            what: ({"annotations": found}, f"other annotations of {DOMAIN} or of the scheduler")
            for what, found in notes.items()
        },
        "owner": ({"ownerReferences": [owner]}, "other owners or finalizers"),
        "finalizer": ({"finalizers": ["example.com/a"]}, "other owners or finalizers"),
    }
    held = {"apiVersion": "v1", "kind": "Namespace", **world.live(make.space(WEB))}
    good = {"metadata": {"annotations": {"example.com/note": "seen"}}}
    for what, (metadata, reason) in wrong.items():
        reasons = guarded(
            "tenancy-namespaces",
            f"namespace {WEB} may be given {reason} only by who may manage tenancy.tenancy.dev;"
            " you are oidc:mallory",
        )
        for part, path, attack, control in _parts(held, {"metadata": metadata}, good):
            way = f"{path} of {part[1:]}" if part else path
            yield Attack(
                rule=f"namespaces: {what}",
                path=way,
                person="helper",
                request=attack,
                reasons=reasons,
                control=control,
            )
            if what in {"moved", "privileged", "addresses"}:
                verb = "update" if path == "update" else "patch"
                yield Attack(
                    rule=f"rights: a namespace {what}",
                    path=way,
                    person="admin",
                    request=attack,
                    reasons=(
                        "is forbidden: User",
                        f'cannot {verb} resource "namespaces{part}"',
                    ),
                    control=attack,
                    controller="operating helper",
                )


def _parts(
    held: Object, change: Mapping, good: Mapping
) -> Iterator[tuple[str, str, Request, Request]]:
    """Yield the ways in which a namespace is changed, through all three resources."""
    for part in ("", "/status", "/finalize"):
        for path, attack, control in changes(held, change, good, part):
            # The last is served for updates alone.
            if part != "/finalize" or path == "update":
                yield part, path, attack, control


def other_namespaces(world: World) -> Iterator[Attack]:
    """Yield namespaces that are forged, taken or deleted."""
    good = {"metadata": {"annotations": {"example.com/note": "seen"}}}
    for name in (WEB, "observability", "llmos-public"):
        request = Request("DELETE", path_of(make.space(name)))
        yield Attack(
            rule=f"namespaces: {name} deleted",
            path="delete",
            person="helper",
            request=request,
            reasons=guarded("tenancy-namespaces", f"namespace {name} may be deleted only by"),
            control=request,
            controller="operating helper",
        )
    for what, metadata in {
        "managed": {"labels": MANAGED},
        "an organization's": {"labels": {ORGANIZATION: "acme"}},
        "shared": {"labels": {f"{DOMAIN}/shared": "observability"}},
        "granted addresses": {"annotations": {f"{DOMAIN}/egress-cidrs": "0.0.0.0/0"}},
    }.items():
        bad = make.space("forged", **metadata)
        for path, attack, control in creations(bad, make.space("forged")):
            yield Attack(
                rule=f"namespaces: forged, {what}",
                path=path,
                person="helper",
                request=attack,
                reasons=guarded(
                    "tenancy-namespaces",
                    f"namespace forged may be created with labels of {DOMAIN}",
                ),
                control=control,
            )
    for name in ("kube-system", "default"):
        other = {"apiVersion": "v1", "kind": "Namespace", **world.live(make.space(name))}
        taken = {"metadata": {"labels": {ORGANIZATION: "acme"}}}
        for part, path, attack, control in _parts(other, taken, good):
            yield Attack(
                rule=f"namespaces: {name} taken",
                path=f"{path} of {part[1:]}" if part else path,
                person="helper",
                request=attack,
                reasons=guarded("tenancy-namespaces", "may be given other labels only"),
                control=control,
            )


# Quotas


def quotas() -> Iterator[Attack]:
    """Yield one more of everything that is counted."""
    for key, found in FILLERS.items():
        closed = found["kind"] in {"DaemonSet", "ReplicationController"}
        person = "helper" if key == "resourcequotas" else "full"
        good = make.workload("Deployment", WEB) if closed else copy.deepcopy(found)
        good["metadata"]["namespace"] = WEB
        for path, attack, control in creations(found, good):
            yield Attack(
                rule=f"quotas: object-counts {key}",
                path=path,
                person=person,
                request=attack,
                reasons=(f"exceeded quota: object-counts, requested: {key}=",),
                control=control,
                controller="helper",
            )
    big = _two_containers(cpu="2")
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {}}

    def spread(**more: object) -> Object:
        required = {"requiredDuringSchedulingIgnoredDuringExecution": [{**term, **more}]}
        return make.pod(affinity={"podAntiAffinity": required})

    everything = make.device_claim(LAB)
    everything["spec"]["devices"]["requests"][0]["exactly"] = {
        "deviceClassName": "gpu.nvidia.com",
        "allocationMode": "All",
    }
    ported = make.service(type="NodePort")
    unported = make.service(TRAIN, type="LoadBalancer", allocateLoadBalancerNodePorts=False)
    two = make.service(WEB, type="LoadBalancer", allocateLoadBalancerNodePorts=False)
    storage = "ephemeral-storage"
    mig = "nvidia.com/mig-1g.10gb"
    for key, bad, good, person in (
        ("quota requests.cpu", make.asking(cpu="2500m"), make.asking(cpu="1"), "developer"),
        ("quota limits.cpu", big, make.asking(cpu="1"), "developer"),
        ("quota requests.memory", make.asking(memory="3Gi"), make.pod(), "developer"),
        (
            "quota limits.memory",
            make.asking(limits={"memory": "4Gi"}, memory="1Gi"),
            make.pod(),
            "developer",
        ),
        (
            "quota requests.storage",
            make.volume_claim(size="8Gi"),
            make.volume_claim(),
            "developer",
        ),
        ("gpus requests.nvidia.com/gpu", make.gpus(3), make.gpus(2), "developer"),
        ("gpus requests.nvidia.com/gpu", make.gpus(1, WEB), make.pod(), "developer"),
        (
            f"gpus requests.{mig}",
            make.gpus(8, TRAIN, mig),
            make.gpus(7, TRAIN, mig),
            "developer",
        ),
        (f"gpus requests.{mig}", make.gpus(1, WEB, mig), make.pod(), "developer"),
        (
            "gpus gpu.nvidia.com.deviceclass.resource.k8s.io/devices",
            make.device_claim(LAB, count=5),
            make.device_claim(LAB, count=4),
            "rival",
        ),
        (
            "gpus gpu.nvidia.com.deviceclass.resource.k8s.io/devices",
            everything,
            make.device_claim(LAB),
            "rival",
        ),
        (
            "gpus gpu.nvidia.com.deviceclass.resource.k8s.io/devices",
            make.device_claim(WEB),
            make.config_map(),
            "developer",
        ),
        (
            "gpus other.example.com.deviceclass.resource.k8s.io/devices",
            make.device_claim(LAB, of="other.example.com"),
            make.device_claim(LAB),
            "rival",
        ),
        (
            "gpus count/resourceclaims.resource.k8s.io",
            make.device_claim(WEB, of="unknown.example.com"),
            make.config_map(),
            "developer",
        ),
        (
            "gpus count/resourceclaimtemplates.resource.k8s.io",
            make.device_claim_template(WEB),
            make.config_map(),
            "developer",
        ),
        (
            "storage-classes fast.storageclass.storage.k8s.io/persistentvolumeclaims",
            make.volume_claim(of="fast"),
            make.volume_claim(),
            "developer",
        ),
        (
            "storage-classes fast.storageclass.storage.k8s.io/requests.storage",
            make.volume_claim(of="fast"),
            make.volume_claim(),
            "developer",
        ),
        *(
            (
                f"storage-classes standard.storageclass.storage.k8s.io/{key}",
                make.volume_claim(TRAIN),
                make.volume_claim(TRAIN, of="fast"),
                "developer",
            )
            for key in ("persistentvolumeclaims", "requests.storage")
        ),
        (
            f"ephemeral-storage requests.{storage}",
            make.asking(**{storage: "101Gi"}),
            make.asking(**{storage: "1Gi"}),
            "developer",
        ),
        (
            f"ephemeral-storage limits.{storage}",
            make.asking(limits={storage: "201Gi"}, **{storage: "1Gi"}),
            make.asking(**{storage: "1Gi"}),
            "developer",
        ),
        ("cross-namespace-affinity pods", spread(namespaces=[LAB]), spread(), "developer"),
        ("cross-namespace-affinity pods", spread(namespaceSelector={}), spread(), "developer"),
        ("object-counts services.nodeports", ported, make.service(), "operating helper"),
        ("quota services.loadbalancers", unported, make.service(TRAIN), "admin"),
        ("object-counts services.loadbalancers", two, make.service(), "operating helper"),
    ):
        name, _, counted = key.partition(" ")
        for path, attack, control in creations(bad, good):
            yield Attack(
                rule=f"quotas: {key} ({bad['metadata']['namespace']})",
                path=path,
                person=person,
                request=attack,
                reasons=(f"exceeded quota: {name}, requested: ", f"{counted}="),
                control=control,
            )


def limits() -> Iterator[Attack]:
    """Yield what is larger or smaller than one thing may be."""
    two = _two_containers(cpu="2200m")
    for what, bad, reason in (
        (
            "maximum cpu",
            make.asking(cpu="3500m"),
            "maximum cpu usage per Container is 3, but limit is 3500m",
        ),
        (
            "maximum memory",
            make.asking(memory="5Gi"),
            "maximum memory usage per Container is 4Gi, but limit is 5Gi",
        ),
        (
            "minimum cpu",
            make.asking(limits={"cpu": "10m"}, cpu="5m"),
            "minimum cpu usage per Container is 10m, but request is 5m",
        ),
        (
            "minimum memory",
            make.asking(limits={"memory": "16Mi"}, memory="1Mi"),
            "minimum memory usage per Container is 16Mi, but request is 1Mi",
        ),
        (
            "ratio of cpu",
            make.asking(limits={"cpu": "1"}, cpu="100m"),
            "cpu max limit to request ratio per Container is 4, but provided ratio is 10",
        ),
        ("maximum cpu of a pod", two, "maximum cpu usage per Pod is 4, but limit is 4400m"),
        (
            "maximum storage",
            make.volume_claim(size="9Gi"),
            "maximum storage usage per PersistentVolumeClaim is 8Gi, but request is 9Gi",
        ),
    ):
        good = make.volume_claim() if bad["kind"] != "Pod" else make.pod()
        for path, attack, control in creations(bad, good):
            yield Attack(
                rule=f"limits: {what}",
                path=path,
                person="developer",
                request=attack,
                reasons=(reason,),
                control=control,
            )


def _two_containers(*, cpu: str) -> Object:
    """Return a pod of two containers that may use *cpu* each, and ask for less."""
    found = make.pod()
    found["spec"]["containers"].append(make.container("second"))
    for held in found["spec"]["containers"]:
        held["resources"] = {
            "limits": {"cpu": cpu, "memory": "64Mi"},
            "requests": {"cpu": "600m", "memory": "64Mi"},
        }
    return found


# Others' namespaces, and the cluster


def others() -> Iterator[Attack]:
    """Yield what belongs to another organization: read, written, entered, deleted."""
    found: list[tuple[str, Object]] = [
        ("pods", make.pod(LAB)),
        ("secrets", make.config_map(LAB, kind="Secret")),
        ("configmaps", make.config_map(LAB)),
        ("services", make.service(LAB)),
        ("deployments", make.workload("Deployment", LAB)),
        ("jobs", make.workload("Job", LAB)),
        ("networkpolicies", make.network_policy(LAB)),
        ("rolebindings", make.binding(namespace=LAB)),
        ("roles", make.role(LAB)),
        ("serviceaccounts", make.service_account(LAB)),
    ]
    for plural, target in found:
        where, path = path_of(target, collection=True), path_of(target)
        note = {"metadata": {"annotations": HARMLESS}}
        requests: dict[str, tuple[Request, str]] = {
            "list": (Request("GET", where, dry=False), ""),
            "create": (post(target), ""),
            "get": (Request("GET", path, dry=False), "not found"),
            "update": (put(target), "not found"),
            "patch": (patch(target, note, MERGE_PATCH), "not found"),
            "delete": (Request("DELETE", path), "not found"),
        }
        if plural not in {"networkpolicies", "rolebindings", "serviceaccounts"}:
            requests["deletecollection"] = (Request("DELETE", where), "")
        for verb, (request, reaches) in requests.items():
            for person in ("admin", "account", "outsider", "impostor"):
                yield Attack(
                    rule=f"others: {plural} as {person}",
                    path=verb,
                    person=person,
                    request=request,
                    reasons=(
                        f'cannot {verb} resource "{plural}"',
                        f'in the namespace "{LAB}"',
                    ),
                    control=request,
                    controller="rival",
                    reaches=reaches or ("not found" if verb == "update" else ""),
                )
    for part, verb in (
        ("log", "get"),
        ("exec?command=id", "get"),
        ("attach", "get"),
        ("portforward", "get"),
    ):
        name = part.partition("?")[0]
        request = Request("GET", f"/api/v1/namespaces/{LAB}/pods/probe/{name}", dry=False)
        for person in ("admin", "outsider"):
            yield Attack(
                rule=f"others: pods/{name} as {person}",
                path=verb,
                person=person,
                request=request,
                reasons=(f'resource "pods/{name}"', f'in the namespace "{LAB}"'),
                control=request,
                controller="rival",
                reaches="not found",
            )
    token = make.thing("authentication.k8s.io/v1", "TokenRequest", "default", LAB, spec={})
    request = Request("POST", f"/api/v1/namespaces/{LAB}/serviceaccounts/default/token", token)
    yield Attack(
        rule="others: a token",
        path="create",
        person="admin",
        request=request,
        reasons=('cannot create resource "serviceaccounts/token"',),
        control=request,
        controller="rival",
    )


def cluster() -> Iterator[Attack]:
    """Yield what is the whole cluster's."""
    volume = make.thing(
        "v1",
        "PersistentVolume",
        "probe",
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/"},
        },
    )
    reference = {"apiGroup": make.RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    api = "admissionregistration.k8s.io/v1"
    unbound = make.thing(
        api,
        "ValidatingAdmissionPolicyBinding",
        "tenancy-pods",
        spec={"policyName": "tenancy-pods", "validationActions": ["Audit"]},
    )
    made: tuple[tuple[str, Object], ...] = (
        ("/api/v1/persistentvolumes", volume),
        ("/api/v1/namespaces", make.space("probe")),
        (
            f"/apis/{make.RBAC}/v1/clusterroles",
            make.thing(f"{make.RBAC}/v1", "ClusterRole", "probe", rules=[]),
        ),
        (
            f"/apis/{make.RBAC}/v1/clusterrolebindings",
            make.thing(
                f"{make.RBAC}/v1",
                "ClusterRoleBinding",
                "probe",
                roleRef=reference,
                subjects=[make.user("oidc:ada@acme.example")],
            ),
        ),
        (
            f"/apis/{api}/validatingwebhookconfigurations",
            make.thing(api, "ValidatingWebhookConfiguration", "probe", webhooks=[]),
        ),
        (
            f"/apis/{api}/mutatingwebhookconfigurations",
            make.thing(api, "MutatingWebhookConfiguration", "probe", webhooks=[]),
        ),
        (
            "/apis/scheduling.k8s.io/v1/priorityclasses",
            make.thing("scheduling.k8s.io/v1", "PriorityClass", "probe", value=1),
        ),
        (
            "/apis/storage.k8s.io/v1/storageclasses",
            make.thing(
                "storage.k8s.io/v1", "StorageClass", "probe", provisioner="example.com/a"
            ),
        ),
        (
            "/apis/node.k8s.io/v1/runtimeclasses",
            make.thing("node.k8s.io/v1", "RuntimeClass", "probe", handler="a"),
        ),
        (
            "/apis/apiregistration.k8s.io/v1/apiservices",
            make.thing(
                "apiregistration.k8s.io/v1",
                "APIService",
                "v1.example.com",
                spec={
                    "group": "example.com",
                    "version": "v1",
                    "groupPriorityMinimum": 1,
                    "versionPriority": 1,
                    "insecureSkipTLSVerify": True,
                    "service": {"name": "a", "namespace": WEB},
                },
            ),
        ),
    )
    for path, body in made:
        request = Request("POST", path, body)
        plural = path.rpartition("/")[2]
        for person in ("admin", "account", "operator"):
            yield Attack(
                rule=f"cluster: {plural} as {person}",
                path="create",
                person=person,
                request=request,
                reasons=(f'cannot create resource "{plural}"', "at the cluster scope"),
                control=request,
                controller="root",
            )
    collection = f"/apis/{api}/validatingadmissionpolicybindings"
    for path, verb, request in (
        ("delete", "delete", Request("DELETE", f"{collection}/tenancy-pods")),
        ("deletecollection", "deletecollection", Request("DELETE", collection)),
        (
            "apply over",
            "patch",
            Request("PATCH", f"{collection}/tenancy-pods", unbound, APPLY_PATCH, APPLY),
        ),
    ):
        for person in ("admin", "helper"):
            yield Attack(
                rule=f"cluster: guards as {person}",
                path=path,
                person=person,
                request=request,
                reasons=(f'cannot {verb} resource "validatingadmissionpolicybindings"',),
                control=request,
                controller="root",
            )
    for rule, path, verb in (
        ("nodes/proxy", "/api/v1/nodes/sandbox-cpu-1/proxy/", "get"),
        ("nodes", "/api/v1/nodes", "list"),
        ("namespaces", "/api/v1/namespaces", "list"),
        ("secrets", "/api/v1/secrets", "list"),
        ("pods", "/api/v1/pods", "list"),
    ):
        request = Request("GET", path, dry=False)
        for person in ("admin", "account", "anonymous"):
            yield Attack(
                rule=f"cluster: {rule} as {person}",
                path=verb,
                person=person,
                request=request,
                reasons=(f'cannot {verb} resource "{rule}"', "at the cluster scope"),
                control=request,
                controller="root",
                # The fake node has no address that anything could be passed on to.
                reaches="no preferred addresses found" if "proxy" in path else "",
            )


def failures(world: World, attacks: Iterable[Attack]) -> list[str]:
    """Return what is wrong with any of *attacks*; each control is sent once."""
    found = list(attacks)
    controls = {
        f"{attack.controller or attack.person} {attack.control} {attack.reaches}": attack
        for attack in found
    }
    with ThreadPoolExecutor(8) as pool:
        outcomes = [
            *pool.map(lambda attack: attack.attack(world), found),
            *pool.map(lambda attack: attack.controlled(world), controls.values()),
        ]
    return [outcome for outcome in outcomes if outcome]


__all__ = ["Attack", "creations", "failures", "guarded", "post", "table"]

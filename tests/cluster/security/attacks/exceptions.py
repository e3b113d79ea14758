"""Attacks from a namespace with exceptions from Pod Security on every other control."""

from collections.abc import Iterator, Mapping

from tests.cluster.security import objects as make
from tests.cluster.security.attacks.pods import ephemeral_container
from tests.cluster.security.attacks.writing import (
    CREATING,
    EVERY,
    Attack,
    creations,
    everyway,
    guarded,
    uncounted,
)
from tests.cluster.security.contents import CHANGEABLE, WORKLOADS
from tests.cluster.security.objects import LAB, RDMA, Object
from tests.cluster.security.world import World

__all__ = ["exceptions"]

POLICY = "tenancy-pod-security"
GRANTED = {"capabilities": {"drop": ["ALL"], "add": ["IPC_LOCK"]}}
MORE = "of capabilities beyond baseline, this namespace may add: "
NO_HOST = "probes and lifecycle hooks may not name a host"
OF_PODS: Mapping[str, tuple[Mapping, str]] = {
    "host network": ({"hostNetwork": True}, "hostNetwork may not be true"),
    "host PIDs": ({"hostPID": True}, "hostPID may not be true"),
    "host IPC": ({"hostIPC": True}, "hostIPC may not be true"),
    "host path": (
        {"volumes": [{"name": "a", "hostPath": {"path": "/dev/infiniband"}}]},
        "hostPath volumes may not be used",
    ),
    "host process of the pod": (
        {"security": {"windowsOptions": {"hostProcess": True}}, "hostNetwork": True},
        "may not be true",
    ),
    "seccomp of the pod": (
        {"security": {"seccompProfile": {"type": "Unconfined"}}},
        "seccompProfile may not be Unconfined",
    ),
    "AppArmor of the pod": (
        {"security": {"appArmorProfile": {"type": "Unconfined"}}},
        "AppArmor profiles must be",
    ),
    "SELinux type of the pod": (
        {"security": {"seLinuxOptions": {"type": "spc_t"}}},
        "seLinuxOptions may name only",
    ),
    "sysctl": (
        {"security": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
        "only safe sysctls are allowed",
    ),
}
"""Controls of baseline that the pod's own fields break, with the reason of the refusal."""

OF_CONTAINERS: Mapping[str, tuple[Mapping, str]] = {
    "privileged": (
        {"security": {"privileged": True, "allowPrivilegeEscalation": True}},
        "privileged may not be true",
    ),
    **{
        f"the capability {name}": ({"security": {"capabilities": {"add": [name]}}}, MORE)
        for name in ("SYS_ADMIN", "NET_ADMIN", "NET_RAW", "ALL", "CAP_IPC_LOCK", "ipc_lock")
    },
    "a capability beside the one that is granted": (
        {"security": {"capabilities": {"add": ["IPC_LOCK", "SYS_PTRACE"]}}},
        MORE,
    ),
    "unmasked /proc": ({"security": {"procMount": "Unmasked"}}, "procMount must be Default"),
    "seccomp": (
        {"security": {"seccompProfile": {"type": "Unconfined"}}},
        "seccompProfile may not be Unconfined",
    ),
    "AppArmor": (
        {"security": {"appArmorProfile": {"type": "Unconfined"}}},
        "AppArmor profiles must be",
    ),
    "SELinux type": (
        {"security": {"seLinuxOptions": {"type": "spc_t"}}},
        "seLinuxOptions may name only",
    ),
    "SELinux user": (
        {"security": {"seLinuxOptions": {"user": "system_u"}}},
        "seLinuxOptions may name only",
    ),
    "SELinux role": (
        {"security": {"seLinuxOptions": {"role": "sysadm_r"}}},
        "seLinuxOptions may name only",
    ),
}
"""Controls of baseline that each kind of container breaks."""

OF_RUNNING: Mapping[str, tuple[Mapping, str]] = {
    "host port": (
        {"ports": [{"containerPort": 80, "hostPort": 8086}]},
        "hostPort may not be set",
    ),
    **{
        f"{probe} of another host": (
            {probe: {"httpGet": {"host": "169.254.169.254", "port": 80}}},
            NO_HOST,
        )
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
    },
    "a probe by TCP of another host": (
        {"livenessProbe": {"tcpSocket": {"host": "10.0.0.1", "port": 80}}},
        NO_HOST,
    ),
    **{
        f"{hook} of another host": (
            {"lifecycle": {hook: {"httpGet": {"host": "10.0.0.1", "port": 80}}}},
            NO_HOST,
        )
        for hook in ("postStart", "preStop")
    },
}
"""Controls that containers and sidecars break, which stay while the pod runs."""


def _granted() -> Object:
    return make.pod(RDMA, main={"security": GRANTED})


def _bad_pods() -> Iterator[tuple[str, Object, str]]:
    """Yield every pod that breaks one control, with the reason."""
    for what, (spec, reason) in OF_PODS.items():
        bad = make.pod(RDMA, **spec)
        yield what, bad, reason
    for what, (main, reason) in {**OF_CONTAINERS, **OF_RUNNING}.items():
        yield what, _in_user_namespace(what, make.pod(RDMA, main=main)), reason
        sidecar = {"restartPolicy": "Always"} if what in OF_RUNNING else {}
        first = make.container("first", **main, **sidecar)
        bad = _in_user_namespace(what, make.pod(RDMA, initContainers=[first]))
        yield f"an init container's {what}", bad, reason
    annotated = make.pod(RDMA)
    key = "container.apparmor.security.beta.kubernetes.io/main"
    annotated["metadata"]["annotations"] = {key: "unconfined"}
    yield "AppArmor by annotation", annotated, "AppArmor profiles must be"


def _in_user_namespace(what: str, found: Object) -> Object:
    """Return the pod with what Kubernetes itself demands of it."""
    if "/proc" in what:
        found["spec"]["hostUsers"] = False
    return found


def exceptions(world: World) -> Iterator[Attack]:
    """Yield what a namespace with an exception may not do, in pods and in their templates."""
    for what, bad, reason in _bad_pods():
        yield from everyway(
            world,
            f"pod-security: {what}",
            bad,
            guarded(POLICY, reason),
            good=_granted(),
            person="rival",
            paths=CREATING,
        )
        for kind in ("Deployment", "CronJob"):
            if "annotation" not in what:
                yield from everyway(
                    world,
                    f"pod-security: {what} in a {kind}",
                    make.workload(kind, RDMA, template=bad),
                    guarded(POLICY, reason),
                    good=make.workload(kind, RDMA, template=_granted()),
                    person="rival",
                    paths=CREATING,
                )
    for kind in WORKLOADS:
        yield from uncounted(
            everyway(
                world,
                f"pod-security: host PIDs in any {kind}",
                make.workload(kind, RDMA, template=make.pod(RDMA, hostPID=True)),
                guarded(POLICY, "hostPID may not be true"),
                good=make.workload(kind, RDMA, template=_granted()),
                person="rival",
                paths=EVERY if kind in CHANGEABLE else CREATING,
            )
        )
    yield from _ephemeral(world)
    yield from _elsewhere(world)


def _ephemeral(world: World) -> Iterator[Attack]:
    held = {"apiVersion": "v1", "kind": "Pod"}
    held |= world.live(make.pod(RDMA, "seed"))
    for what, (bad, reason) in OF_CONTAINERS.items():
        if "/proc" not in what:
            yield from ephemeral_container(
                held,
                f"pod-security: an ephemeral container's {what}",
                bad,
                guarded(POLICY, reason),
            )


def _elsewhere(world: World) -> Iterator[Attack]:
    """Yield what the exception allows, in a namespace that does not have it."""
    for kind in WORKLOADS:
        bad = make.workload(kind, template=make.pod(main={"security": GRANTED}))
        yield from uncounted(
            everyway(
                world,
                f"pod-security: the capability in a {kind} of another namespace",
                bad,
                guarded(POLICY, f"{MORE}none"),
                good=make.workload(kind),
                person="developer",
                paths=CREATING,
            )
        )
    yield from everyway(
        world,
        "pod-security-level: the capability in a pod of another namespace",
        make.pod(main={"security": GRANTED}),
        ('violates PodSecurity "restricted:v1.36"', "unrestricted capabilities"),
        good=make.pod(),
        person="developer",
        paths=CREATING,
    )
    device = "rdma.example.com"
    for what, namespace, count, good, reason in (
        (
            "of another namespace",
            LAB,
            1,
            make.device_claim(LAB),
            "device classes [gpu.nvidia.com] only",
        ),
        (
            "beyond its number",
            RDMA,
            3,
            make.device_claim(RDMA, of=device, count=2),
            f"may request at most 2 devices of {device}",
        ),
    ):
        for path, attack, control in creations(
            make.device_claim(namespace, of=device, count=count), good
        ):
            yield Attack(
                rule=f"device-classes: the host device {what}",
                path=path,
                person="rival",
                request=attack,
                reasons=guarded("tenancy-device-classes", reason),
                control=control,
            )

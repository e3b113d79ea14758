"""Attacks on pod security, by the variables of device plugins, and by storage claims."""

from collections.abc import Iterator, Mapping

from tests.cluster.api import (
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
)
from tests.cluster.security import objects as make
from tests.cluster.security.attacks.pods import DEVICES, ephemeral_container
from tests.cluster.security.attacks.writing import (
    CREATING,
    HARMLESS,
    Attack,
    changes,
    creations,
    everyway,
    guarded,
    patch,
)
from tests.cluster.security.objects import (
    LAB,
)
from tests.cluster.security.world import World


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
            f"pod-security-level: {what}",
            bad,
            (violates, reason),
            good=make.pod(),
            person="developer",
            paths=CREATING,
        )
    held = {"apiVersion": "v1", "kind": "Pod", **world.live(make.named(make.pod(), "seed"))}
    for what, (security, reason) in inner.items():
        if "unmasked" not in what:
            yield from ephemeral_container(
                held,
                f"pod-security-level: ephemeral container's {what}",
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
    reasons = guarded("tenancy-pod-annotations", "that are not allowed: cdi.k8s.io/a;")
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
            rule="pod-annotations: every device",
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

"""Pod Security: what each level refuses, beside a pod that it admits."""

import pytest

from tenancy.kubernetes.pods import pod_security_violations

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def a_pod(container: dict | None = None, **spec: object) -> dict:
    return {"containers": [{"name": "c", "image": "i", **(container or {})}], **spec}


def refused(level: str, pod: dict, annotations: dict | None = None) -> str:
    return "; ".join(pod_security_violations(level, {"annotations": annotations or {}}, pod))


def test_a_plain_pod_is_admitted_by_baseline_and_refused_by_restricted() -> None:
    assert "" == refused("privileged", a_pod({"securityContext": {"privileged": True}}))
    assert "" == refused("baseline", a_pod())
    assert "allowPrivilegeEscalation" in refused("restricted", a_pod())
    assert "" == refused("restricted", a_pod({"securityContext": RESTRICTED}))


@pytest.mark.parametrize(
    ("pod", "reason"),
    [
        (a_pod(hostNetwork=True), "hostNetwork"),
        (a_pod(hostPID=True), "hostPID"),
        (a_pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), "hostPath"),
        (a_pod({"securityContext": {"privileged": True}}), "privileged"),
        (a_pod({"ports": [{"containerPort": 1, "hostPort": 1}]}), "hostPort"),
        (
            a_pod({"securityContext": {"capabilities": {"add": ["IPC_LOCK"]}}}),
            "IPC_LOCK",
        ),
        (a_pod({"securityContext": {"procMount": "Unmasked"}}), "procMount"),
        (
            a_pod(securityContext={"seccompProfile": {"type": "Unconfined"}}),
            "seccompProfile",
        ),
        (a_pod(securityContext={"seLinuxOptions": {"type": "spc_t"}}), "seLinuxOptions"),
        (a_pod(securityContext={"sysctls": [{"name": "net.core.somaxconn"}]}), "sysctls"),
        (
            a_pod({"livenessProbe": {"httpGet": {"port": 1, "host": "10.0.0.1"}}}),
            "probe",
        ),
        (
            a_pod(securityContext={"windowsOptions": {"hostProcess": True}}),
            "hostProcess",
        ),
    ],
)
def test_baseline_refuses(pod: dict, reason: str) -> None:
    assert reason in refused("baseline", pod)


def test_an_app_armor_annotation_counts() -> None:
    key = "container.apparmor.security.beta.kubernetes.io/c"

    assert "AppArmor" in refused("baseline", a_pod(), {key: "unconfined"})
    assert "" == refused("baseline", a_pod(), {key: "runtime/default"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"allowPrivilegeEscalation": True}, "allowPrivilegeEscalation"),
        ({"capabilities": {}}, "drop ALL"),
        ({"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}, "adds CHOWN"),
        ({"runAsNonRoot": False}, "runAsNonRoot"),
        ({"runAsUser": 0}, "runAsUser=0"),
        ({"seccompProfile": {"type": "Unconfined"}}, "seccompProfile"),
    ],
)
def test_restricted_refuses(change: dict, reason: str) -> None:
    pod = a_pod({"securityContext": {**RESTRICTED, **change}})

    assert reason in refused("restricted", pod)


def test_restricted_refuses_volumes_of_nodes_and_networks() -> None:
    pod = a_pod({"securityContext": RESTRICTED}, volumes=[{"name": "v", "nfs": {}}])

    assert "nfs" in refused("restricted", pod)
    pod = a_pod({"securityContext": RESTRICTED}, volumes=[{"name": "v", "emptyDir": {}}])
    assert "" == refused("restricted", pod)


def test_a_granted_capability_is_no_violation_of_baseline() -> None:
    context = {"capabilities": {"add": ["IPC_LOCK", "SYS_ADMIN"]}}
    spec = {"containers": [{"name": "c", "securityContext": context}]}

    assert ('non-default capabilities (SYS_ADMIN of container "c")',) == (
        pod_security_violations("baseline", {}, spec, ("IPC_LOCK",))
    )

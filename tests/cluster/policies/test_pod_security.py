"""Exceptions from Pod Security: every other control of baseline holds beside them."""

import pytest

from tests.cluster.api import Api
from tests.cluster.policies.objects import pod, restricted

pytestmark = pytest.mark.cluster

RDMA, LAB = "globex-rdma", "globex-lab"
POLICY = "tenancy-pod-security"
SECURITY = "securityContext"


def inner(**context: object) -> dict:
    """A pod whose container has this in its security context, beside what is granted."""
    granted = {"capabilities": {"drop": ["ALL"], "add": ["IPC_LOCK"]}}
    return {"container": {SECURITY: {"allowPrivilegeEscalation": False, **granted, **context}}}


def outer(**context: object) -> dict:
    """A pod with this in its own security context."""
    return {SECURITY: {"runAsNonRoot": True, "runAsUser": 1000, **context}}


def handler(**probe: object) -> dict:
    return {"container": {**probe}}


CONTROLS = {
    "host network": ({"hostNetwork": True}, "hostNetwork may not be true"),
    "host PIDs": ({"hostPID": True}, "hostPID may not be true"),
    "host IPC": ({"hostIPC": True}, "hostIPC may not be true"),
    "host path": (
        {"volumes": [{"name": "a", "hostPath": {"path": "/dev/infiniband"}}]},
        "hostPath volumes",
    ),
    "host process": (
        {**outer(windowsOptions={"hostProcess": True}), "hostNetwork": True},
        "may not be true",
    ),
    "privileged": (
        inner(privileged=True, allowPrivilegeEscalation=True),
        "privileged may not be true",
    ),
    **{
        f"capability {name}": (
            inner(capabilities={"add": [name]}),
            "of capabilities beyond baseline, this namespace may add: IPC_LOCK",
        )
        for name in ("SYS_ADMIN", "NET_ADMIN", "NET_RAW", "ALL", "CAP_IPC_LOCK")
    },
    "host port": (
        handler(ports=[{"containerPort": 80, "hostPort": 8086}]),
        "hostPort may not be set",
    ),
    **{
        f"{probe} of another host": (
            handler(**{probe: {"httpGet": {"host": "169.254.169.254", "port": 80}}}),
            "may not name a host",
        )
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
    },
    "a probe by TCP of another host": (
        handler(livenessProbe={"tcpSocket": {"host": "10.0.0.1", "port": 80}}),
        "may not name a host",
    ),
    **{
        f"{hook} of another host": (
            handler(lifecycle={hook: {"httpGet": {"host": "10.0.0.1", "port": 80}}}),
            "may not name a host",
        )
        for hook in ("postStart", "preStop")
    },
    "unmasked /proc": (
        {**inner(procMount="Unmasked"), "hostUsers": False},
        "procMount must be Default",
    ),
    "seccomp of the pod": (
        outer(seccompProfile={"type": "Unconfined"}),
        "seccompProfile may not be Unconfined",
    ),
    "seccomp": (
        inner(seccompProfile={"type": "Unconfined"}),
        "seccompProfile may not be Unconfined",
    ),
    "AppArmor of the pod": (
        outer(appArmorProfile={"type": "Unconfined"}),
        "AppArmor profiles must be",
    ),
    "AppArmor": (inner(appArmorProfile={"type": "Unconfined"}), "AppArmor profiles must be"),
    "SELinux type": (outer(seLinuxOptions={"type": "spc_t"}), "seLinuxOptions may name only"),
    "SELinux user": (
        inner(seLinuxOptions={"user": "system_u"}),
        "seLinuxOptions may name only",
    ),
    "SELinux role": (
        inner(seLinuxOptions={"role": "sysadm_r"}),
        "seLinuxOptions may name only",
    ),
    "sysctl": (
        outer(sysctls=[{"name": "kernel.msgmax", "value": "1"}]),
        "only safe sysctls are allowed",
    ),
}
"""Every control of baseline, by what breaks it, and the reason of the refusal."""


def workload(kind: str, template: dict) -> dict:
    """The pod as a template of a workload."""
    labels = {"app": "probe"}
    body = {"metadata": {"labels": labels}, "spec": dict(template["spec"])}
    metadata = {"name": "probe", "namespace": template["metadata"]["namespace"]}
    if kind == "CronJob":
        body["spec"]["restartPolicy"] = "Never"
        job = {"spec": {"template": body}}
        spec = {"schedule": "0 0 1 1 *", "suspend": True, "jobTemplate": job}
        return {"apiVersion": "batch/v1", "kind": kind, "metadata": metadata, "spec": spec}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": body}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture
def member(root: Api) -> Api:
    return root.as_user("gil", "oidc:globex-leads")


@pytest.mark.parametrize("what", CONTROLS)
def test_every_control_of_baseline_holds_beside_the_exception(member, what) -> None:
    change, reason = CONTROLS[what]
    good, bad = (pod(namespace=RDMA, **keys) for keys in (inner(), change))

    for write in (lambda one: one, lambda one: workload("Deployment", one)):
        member.create(write(bad), dry=True).refused(POLICY, reason)
        member.create(write(good), dry=True).accepted()
    member.create(workload("CronJob", bad), dry=True).refused(POLICY, reason)
    if "container" in change:
        init = pod(namespace=RDMA)
        init["spec"]["initContainers"] = [restricted("first", **change["container"])]
        if not any(key in change["container"] for key in ("lifecycle", "livenessProbe")) and (
            "Probe" not in str(change)
        ):
            if "hostUsers" in change:
                init["spec"]["hostUsers"] = False
            member.create(init, dry=True).refused(POLICY, reason)


def test_what_is_granted_is_granted_there_alone(member) -> None:
    """An ephemeral container has the same controls, and another namespace has no exception."""
    member.create(pod(namespace=RDMA, **inner()), dry=True).accepted()
    member.create(pod(namespace=LAB, **inner()), dry=True).refused(
        "violates PodSecurity", "IPC_LOCK"
    )
    member.create(workload("Deployment", pod(namespace=LAB, **inner())), dry=True).refused(
        POLICY, "this namespace may add: none"
    )


def test_the_label_is_privileged_and_members_may_not_widen_the_exception(root, helper) -> None:
    metadata = {"name": RDMA}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    found = root.get(space).accepted().body["metadata"]

    assert "privileged" == found["labels"]["pod-security.kubernetes.io/enforce"]
    assert "IPC_LOCK" == found["annotations"]["tenancy.dev/capabilities"]
    more = {"metadata": {"annotations": {"tenancy.dev/capabilities": "IPC_LOCK,SYS_ADMIN"}}}
    helper.patch(space, more, dry=True).refused("tenancy-namespaces")

"""
Pod Security Standards: what the levels `baseline` and `restricted` refuse of a pod.

Source: k8s.io/pod-security-admission v0.36, policy/check_*.go. Windows pods are not exempt
from anything here, as in versions below v1.25.
"""

from collections.abc import Collection, Iterator
from typing import Final

from tenancy.kubernetes.pods.fields import Fields, items, mapping, strings

__all__ = [
    "APPARMOR",
    "BASELINE_CAPABILITIES",
    "BASELINE_SELINUX_TYPES",
    "BASELINE_SYSCTLS",
    "POD_SECURITY_DOMAIN",
    "POD_SECURITY_LABEL",
    "POD_SECURITY_LEVELS",
    "pod_security_violations",
]

POD_SECURITY_DOMAIN: Final = "pod-security.kubernetes.io"
"""The domain of the labels by which a namespace has levels."""
POD_SECURITY_LABEL: Final = f"{POD_SECURITY_DOMAIN}/enforce"
"""The label of the level that is enforced."""
POD_SECURITY_LEVELS: Final = ("privileged", "baseline", "restricted")
"""From the loosest level to the strictest."""

_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
BASELINE_CAPABILITIES: Final = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
"""Capabilities that `baseline` lets containers add."""
BASELINE_SYSCTLS: Final = frozenset(
    [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    ]
)
"""Sysctls that `baseline` lets pods set."""
BASELINE_SELINUX_TYPES: Final = frozenset(
    ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
)
"""Types of SELinux that `baseline` lets pods name."""
_VOLUMES: Final = frozenset(
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ]
)
_SECCOMP: Final = frozenset(("RuntimeDefault", "Localhost"))
APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
"""Begins the annotation with a container's AppArmor profile."""


def pod_security_violations(
    level: str, metadata: Fields, spec: Fields, capabilities: Collection[str] = ()
) -> tuple[str, ...]:
    """
    Return why *level* refuses a pod, each reason once; empty if it is admitted.

    Args:
        level: `privileged`, `baseline` or `restricted`.
        metadata: The pod's, for its annotations.
        spec: The pod's.
        capabilities: What containers may add in addition to `baseline`. Default: nothing.
    """
    if level == "privileged":
        return ()
    reasons = list(_baseline(metadata, spec, BASELINE_CAPABILITIES | set(capabilities)))
    if level == "restricted":
        reasons += _restricted(spec)
    return tuple(dict.fromkeys(reasons))


def _baseline(metadata: Fields, spec: Fields, capabilities: Collection[str]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field) is True:
            yield f"host namespaces ({field}=true)"
    for volume in items(spec.get("volumes")):
        if "hostPath" in volume:
            yield f'hostPath volumes (volume "{volume.get("name")}")'
    for name, container in _containers(spec):
        yield from _baseline_of_container(name, container, capabilities)
    yield from _annotations(metadata)
    for who, context in _contexts(spec):
        yield from _baseline_of_context(who, context)
    for sysctl in items(mapping(spec.get("securityContext")).get("sysctls")):
        if sysctl.get("name") not in BASELINE_SYSCTLS:
            yield f"forbidden sysctls ({sysctl.get('name')})"


def _annotations(metadata: Fields) -> Iterator[str]:
    for annotation, value in mapping(metadata.get("annotations")).items():
        is_profile = value in ("", "runtime/default") or str(value).startswith("localhost/")
        if annotation.startswith(APPARMOR) and not is_profile:
            yield f"forbidden AppArmor profile ({value})"


def _baseline_of_container(
    name: str, container: Fields, capabilities: Collection[str]
) -> Iterator[str]:
    context = mapping(container.get("securityContext"))
    if context.get("privileged") is True:
        yield f'privileged (container "{name}")'
    for capability in strings(mapping(context.get("capabilities")).get("add")):
        if capability not in capabilities:
            yield f'non-default capabilities ({capability} of container "{name}")'
    for port in items(container.get("ports")):
        if port.get("hostPort"):
            yield f'hostPort {port["hostPort"]} (container "{name}")'
    if context.get("procMount") not in (None, "", "Default"):
        yield f'procMount {context["procMount"]} (container "{name}")'
    # From v1.34 on: probes and hooks of a container may not name another host.
    for handler in _handlers(container):
        for action in ("httpGet", "tcpSocket"):
            if host := mapping(handler.get(action)).get("host"):
                yield f'probe or lifecycle host {host} (container "{name}")'


def _handlers(container: Fields) -> Iterator[Fields]:
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        yield mapping(container.get(probe))
    lifecycle = mapping(container.get("lifecycle"))
    yield mapping(lifecycle.get("postStart"))
    yield mapping(lifecycle.get("preStop"))


def _baseline_of_context(who: str, context: Fields) -> Iterator[str]:
    if mapping(context.get("seccompProfile")).get("type") == "Unconfined":
        yield f"seccompProfile Unconfined ({who})"
    if mapping(context.get("appArmorProfile")).get("type") == "Unconfined":
        yield f"forbidden AppArmor profile ({who})"
    selinux = mapping(context.get("seLinuxOptions"))
    if str(selinux.get("type") or "") not in BASELINE_SELINUX_TYPES:
        yield f"seLinuxOptions type {selinux['type']} ({who})"
    for field in ("user", "role"):
        if selinux.get(field):
            yield f"seLinuxOptions {field} ({who})"
    if mapping(context.get("windowsOptions")).get("hostProcess") is True:
        yield f"hostProcess ({who})"


def _restricted(spec: Fields) -> Iterator[str]:
    for volume in items(spec.get("volumes")):
        for kind in volume:
            if kind != "name" and kind not in _VOLUMES and volume[kind] is not None:
                yield f'restricted volume types ({kind} of volume "{volume.get("name")}")'
    pod = mapping(spec.get("securityContext"))
    if pod.get("runAsUser") == 0:
        yield "runAsUser=0 (pod)"
    for name, container in _containers(spec):
        yield from _restricted_of_container(name, container, pod)
    if pod.get("runAsNonRoot") is False:
        yield "runAsNonRoot != true (pod)"


def _restricted_of_container(name: str, container: Fields, pod: Fields) -> Iterator[str]:
    context = mapping(container.get("securityContext"))
    if context.get("allowPrivilegeEscalation") is not False:
        yield f'allowPrivilegeEscalation != false (container "{name}")'
    capabilities = mapping(context.get("capabilities"))
    if "ALL" not in strings(capabilities.get("drop")):
        yield f'unrestricted capabilities (container "{name}" must drop ALL)'
    for added in strings(capabilities.get("add")):
        if added != "NET_BIND_SERVICE":
            yield f'unrestricted capabilities (container "{name}" adds {added})'
    own = context.get("runAsNonRoot")
    if (pod.get("runAsNonRoot") if own is None else own) is not True:
        yield f'runAsNonRoot != true (container "{name}")'
    if context.get("runAsUser") == 0:
        yield f'runAsUser=0 (container "{name}")'
    profile = context.get("seccompProfile") or pod.get("seccompProfile")
    if mapping(profile).get("type") not in _SECCOMP:
        yield f'seccompProfile (container "{name}" must set RuntimeDefault or Localhost)'


def _containers(spec: Fields) -> Iterator[tuple[str, Fields]]:
    for kind in _CONTAINERS:
        for container in items(spec.get(kind)):
            yield str(container.get("name")), container


def _contexts(spec: Fields) -> Iterator[tuple[str, Fields]]:
    yield "pod", mapping(spec.get("securityContext"))
    for name, container in _containers(spec):
        yield f'container "{name}"', mapping(container.get("securityContext"))

"""
The guard of Pod Security: every control of `baseline`, but for capabilities that are granted.

Where a namespace has exceptions, its Pod Security label is `privileged`, and this guard takes
the place of the level. It applies to every organization's namespace, so that it is active
before a label changes. Workloads are refused like pods, because their pods would be refused.
So a dry run of a workload shows that it is active, also where Pod Security refuses pods first.

Source: k8s.io/pod-security-admission v0.36, policy/check_*.go.
"""

from typing import Final

from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import (
    APPARMOR,
    BASELINE_CAPABILITIES,
    BASELINE_SELINUX_TYPES,
    BASELINE_SYSCTLS,
)
from tenancy.manifests.policies.guard import (
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    guard,
    text,
    texts,
)
from tenancy.manifests.policies.pod_templates import CRON_JOBS, WORKLOADS

__all__ = ["NAME", "pod_security"]

NAME: Final = "tenancy-pod-security"

_KINDS: Final = ("containers", "initContainers", "ephemeralContainers")


def pod_security() -> Guard:
    """Return the guard of pods, and of templates of workloads and cron jobs."""
    return guard(
        NAME,
        [
            Resources("", ("pods", "pods/ephemeralcontainers")),
            *WORKLOADS,
            *CRON_JOBS,
        ],
        _rules(),
        conditions=[
            Condition(
                "spec-changed",
                "oldObject == null || dyn(object).spec != dyn(oldObject).spec",
            )
        ],
        variables=[
            Condition("capabilities", annotation(labels.CAPABILITIES)),
            # A pod, a workload with a template, or a cron job with a template of jobs.
            Condition(
                "pod",
                "dyn(object.kind == 'Pod' ? dyn(object)"
                " : object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template"
                " : dyn(object).spec.template)",
            ),
            Condition("spec", "variables.pod.spec"),
            Condition(
                "containers",
                " + ".join(f"variables.spec.?{kind}.orValue([])" for kind in _KINDS),
            ),
            Condition(
                "contexts",
                "[variables.spec.?securityContext.orValue({})]"
                " + variables.containers.map(c, c.?securityContext.orValue({}))",
            ),
        ],
        namespaces=ORGANIZATIONS,
    )


def _rules() -> list[PolicyRule]:
    of_containers = "variables.containers.all(c, {})"
    of_contexts = "variables.contexts.all(s, {})"
    handlers = [
        *(f"c.?{probe}" for probe in ("livenessProbe", "readinessProbe", "startupProbe")),
        *(f"c.?lifecycle.?{hook}" for hook in ("postStart", "preStop")),
    ]
    no_hosts = " && ".join(
        f"{handler}.?{action}.?host.orValue('') == ''"
        for handler in handlers
        for action in ("httpGet", "tcpSocket")
    )
    return [
        *(
            PolicyRule(
                f"variables.spec.?{field}.orValue(false) != true",
                f"{field} may not be true: pods have namespaces of their own",
            )
            for field in ("hostNetwork", "hostPID", "hostIPC")
        ),
        PolicyRule(
            "variables.spec.?volumes.orValue([]).all(v, !has(v.hostPath))",
            "hostPath volumes may not be used",
        ),
        PolicyRule(
            of_contexts.format("s.?windowsOptions.?hostProcess.orValue(false) != true"),
            "windowsOptions.hostProcess may not be true",
        ),
        PolicyRule(
            of_containers.format("c.?securityContext.?privileged.orValue(false) != true"),
            "privileged may not be true: an exception allows single capabilities only",
        ),
        PolicyRule(
            of_containers.format(
                "c.?securityContext.?capabilities.?add.orValue([]).all(name, name in"
                f" {texts(sorted(BASELINE_CAPABILITIES))} || name in variables.capabilities)"
            ),
            "'of capabilities beyond baseline, this namespace may add: '"
            " + (variables.capabilities.size() == 0 ? 'none'"
            " : variables.capabilities.join(', '))",
            computed=True,
        ),
        PolicyRule(
            of_containers.format("c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)"),
            "hostPort may not be set",
        ),
        PolicyRule(
            of_containers.format(no_hosts), "probes and lifecycle hooks may not name a host"
        ),
        *_contexts(),
    ]


def _contexts() -> list[PolicyRule]:
    """Return the rules of security contexts, of pods and of containers."""
    of_contexts = "variables.contexts.all(s, {})"
    types = sorted(BASELINE_SELINUX_TYPES)
    profiles = ("", "RuntimeDefault", "Localhost")
    return [
        PolicyRule(
            "variables.containers.all(c,"
            " c.?securityContext.?procMount.orValue('') in ['', 'Default'])",
            "procMount must be Default",
        ),
        PolicyRule(
            of_contexts.format(f"s.?seccompProfile.?type.orValue('') in {texts(profiles)}"),
            "seccompProfile may not be Unconfined",
        ),
        PolicyRule(
            of_contexts.format(f"s.?appArmorProfile.?type.orValue('') in {texts(profiles)}")
            + " && "
            + _apparmor_annotations(),
            "AppArmor profiles must be RuntimeDefault or Localhost",
        ),
        PolicyRule(
            of_contexts.format(
                f"s.?seLinuxOptions.?type.orValue('') in {texts(types)}"
                " && s.?seLinuxOptions.?user.orValue('') == ''"
                " && s.?seLinuxOptions.?role.orValue('') == ''"
            ),
            "seLinuxOptions may name only types of containers, and no user and no role",
        ),
        PolicyRule(
            "variables.spec.?securityContext.?sysctls.orValue([]).all(s, s.name in"
            f" {texts(sorted(BASELINE_SYSCTLS))})",
            "only safe sysctls are allowed",
        ),
    ]


def _apparmor_annotations() -> str:
    annotations = "variables.pod.?metadata.?annotations.orValue({})"
    value = f"string({annotations}[key])"
    return (
        f"{annotations}.all(key, !key.startsWith({text(APPARMOR)})"
        f" || {value} in ['', 'runtime/default'] || {value}.startsWith('localhost/'))"
    )

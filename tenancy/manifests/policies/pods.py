"""
The guard of tenants' pods: they use only what is granted, and the scheduler places them.

It checks every change of a pod's spec: creation, updates (a toleration may be added later),
ephemeral containers and resizing. An update that does not change the spec is
allowed, so that pods older than the guard can still be labelled and deleted. The API server
accepts any template; so the same rules give a warning when a template is written.
"""

from collections.abc import Sequence
from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import labels
from tenancy.manifests.policies import pod_templates
from tenancy.manifests.policies.guard import (
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    each,
    guard,
    text,
    texts,
)

__all__ = [
    "CRON_JOBS",
    "DEVICE_MOUNTS",
    "DEVICE_VARIABLES",
    "PODS",
    "WORKLOADS",
    "device_variables",
    "pods",
    "templates",
]

PODS: Final = "tenancy-pods"
WORKLOADS: Final = "tenancy-workloads"
CRON_JOBS: Final = "tenancy-cron-jobs"

DEVICE_VARIABLES: Final = (
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_IMEX_CHANNELS",
    "NVIDIA_MIG_CONFIG_DEVICES",
    "NVIDIA_MIG_MONITOR_DEVICES",
    "NVIDIA_GDRCOPY",
    "NVIDIA_GDS",
    "NVIDIA_MOFED",
    "NVIDIA_NVSWITCH",
    "AMD_VISIBLE_DEVICES",
    "ASCEND_VISIBLE_DEVICES",
    "AWS_NEURON_VISIBLE_DEVICES",
    "CAMBRICON_VISIBLE_DEVICES",
    "CUDA_DISABLE_CONTROL",
    "HABANA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ILUVATAR_COREX_VISIBLE_DEVICES",
    "METAX_VISIBLE_DEVICES",
    "MTHREADS_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "XPU_VISIBLE_DEVICES",
)
"""Variables by which a container runtime assigns devices that no quota counts."""

DEVICE_MOUNTS: Final = "/nvidia-container-devices"
"""A folder whose content some container runtimes read as a list of devices to assign."""


def device_variables(allowed: AllowedSpec) -> tuple[str, ...]:
    """Return the variables that containers may not set, with those that the platform adds."""
    return tuple(dict.fromkeys((*DEVICE_VARIABLES, *allowed.refused_variables)))


_UNREACHABLE: Final = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
"""Taints that Kubernetes lets every pod tolerate for a while, after which it is evicted."""

_MEMORY: Final = "node.kubernetes.io/memory-pressure"
"""A taint that Kubernetes may let a pod tolerate when it is placed."""

_DEFAULT_SECONDS: Final = 300
"""How many seconds a pod tolerates these, unless the API server or the pod sets others."""

_DAEMON_SET_CONTROLLERS: Final = (
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:daemon-set-controller",
)


def pods(allowed: AllowedSpec) -> Guard:
    """Return the guard of the pods in organizations' namespaces."""
    before = "oldObject.spec.?tolerations.orValue([])"
    return guard(
        PODS,
        [Resources("", ("pods", "pods/ephemeralcontainers", "pods/resize"))],
        # The scheduler sets the node's name later, through another subresource.
        _rules("object.spec", allowed, unless_placed="oldObject != null"),
        conditions=[
            Condition("spec-changed", "oldObject == null || object.spec != oldObject.spec")
        ],
        # Kubernetes allows tolerations to be added, never removed: only new ones are checked.
        variables=_variables("object.spec", before),
        namespaces=ORGANIZATIONS,
    )


def templates(allowed: AllowedSpec) -> tuple[Guard, ...]:
    """Return guards that give a warning for a template whose pods would be refused."""
    return (
        _template(WORKLOADS, pod_templates.WORKLOADS, pod_templates.WORKLOAD_PODS, allowed),
        _template(CRON_JOBS, pod_templates.CRON_JOBS, pod_templates.CRON_JOB_PODS, allowed),
    )


def _template(
    name: str, resources: Sequence[Resources], spec: str, allowed: AllowedSpec
) -> Guard:
    return guard(
        name,
        resources,
        _rules(spec, allowed),
        variables=_variables(spec),
        namespaces=ORGANIZATIONS,
        actions=("Warn",),
    )


def _variables(spec: str, before: str = "") -> list[Condition]:
    """Return the variables; of tolerations only those that are not in *before*, if given."""
    tolerations = f"{spec}.?tolerations.orValue([])"
    if before:
        new = f"{tolerations}.filter(t, !(t in {before}))"
        tolerations = (
            f"oldObject == null ? {tolerations} : {tolerations} == {before} ? [] : {new}"
        )
    return [
        Condition("tolerations", tolerations),
        Condition("tolerable", annotation(labels.TOLERATIONS)),
        # Neither keys nor values of taints have a colon or an equals sign.
        Condition(
            "anyValue",
            "variables.tolerable.filter(a, a.contains('=*:')).map(a, a.split('=')[0])",
        ),
        Condition("oneValue", "variables.tolerable.map(a, a.split(':')[0])"),
        Condition("classes", annotation(labels.PRIORITY_CLASSES)),
        Condition("class", f"{spec}.?priorityClassName.orValue('')"),
        # Some clusters run all controllers as one user, who creates the pods of all workloads.
        Condition(
            "daemon",
            f"request.userInfo.username in {texts(_DAEMON_SET_CONTROLLERS)}"
            " && object.metadata.?ownerReferences.orValue([])"
            ".exists(o, o.kind == 'DaemonSet' && o.?controller.orValue(false))",
        ),
    ]


def _rules(spec: str, allowed: AllowedSpec, unless_placed: str = "false") -> list[PolicyRule]:
    variables = device_variables(allowed)
    seconds = max(_DEFAULT_SECONDS, allowed.max_grace_period_seconds)
    beginnings = sorted({name[:end] for name in variables for end in range(1, len(name))})
    return [
        PolicyRule(
            each("variables.tolerations", "t", "t.?key.orValue('') != ''"),
            "a toleration must name a key: an empty key tolerates every taint",
        ),
        PolicyRule(
            # Another rule has already refused an empty key.
            each(
                "variables.tolerations", "t", f"t.?key.orValue('') == '' || {_tolerable('t')}"
            ),
            "'tolerations may name only taints of granted GPU node pools: '"
            " + (variables.tolerable.size() == 0 ? 'this namespace has none'"
            " : variables.tolerable.join(', '))",
            computed=True,
        ),
        PolicyRule(
            each("variables.tolerations", "t", f"variables.daemon || {_ends('t', seconds)}"),
            f"tolerations of {' and '.join(_UNREACHABLE)} need the effect NoExecute and"
            f" tolerationSeconds of at most {seconds}, and those of {_MEMORY} the effect"
            " NoSchedule: other pods would stay on a node that has failed",
        ),
        PolicyRule(
            f"{unless_placed} || {spec}.?nodeName.orValue('') == ''",
            "spec.nodeName may not be set: pods are placed by the scheduler",
        ),
        PolicyRule(
            f"variables.daemon || {_no_fields(spec)}",
            "node affinity may not match fields: pods are placed by labels",
        ),
        PolicyRule(
            "!variables.class.startsWith('system-')",
            "'priority class ' + variables.class + ' is reserved for the cluster'",
            computed=True,
        ),
        PolicyRule(
            "variables.class == '' || variables.class in variables.classes",
            "'priority class ' + variables.class + ' is not granted to this namespace: '"
            " + (variables.classes.size() == 0 ? 'none' : variables.classes.join(', '))",
            computed=True,
        ),
        PolicyRule(
            _each_container(
                spec, each("c.?env.orValue([])", "e", f"!(e.name in {texts(variables)})")
            ),
            f"env may not set {', '.join(variables)}: request GPUs under resources",
        ),
        PolicyRule(
            _each_container(
                spec,
                # A list of constants costs one look-up, at any length.
                each(
                    "c.?envFrom.orValue([])",
                    "e",
                    f"!(e.?prefix.orValue('') in {texts(beginnings)})",
                ),
            ),
            "an envFrom prefix may not begin a variable that hands out devices, such as "
            + DEVICE_VARIABLES[0],
        ),
        PolicyRule(
            _each_container(
                spec,
                each(
                    "c.?volumeMounts.orValue([])",
                    "m",
                    f"!m.mountPath.contains({text(DEVICE_MOUNTS)})",
                ),
            ),
            f"nothing may be mounted under {DEVICE_MOUNTS}: request GPUs under resources",
        ),
    ]


def _tolerable(toleration: str) -> str:
    """
    Return whether *toleration* is one of every pod, of a daemon, or of a granted pool.

    `<key>=*:<effect>` in the annotation means every value; only then `Exists` is allowed.
    Another rule limits how long a pod may tolerate those of every pod.
    """
    key, value = f"{toleration}.?key.orValue('')", f"{toleration}.?value.orValue('')"
    any_value = f"{key} in variables.anyValue"
    one_value = f"({key} + '=' + {value}) in variables.oneValue"
    equal = f"{toleration}.?operator.orValue('Equal') == 'Equal'"
    return (
        f"{key} in {texts((*_UNREACHABLE, _MEMORY))}"
        f" || (variables.daemon && {key}.startsWith('node.kubernetes.io/'))"
        f" || {any_value} || ({equal} && {one_value})"
    )


def _ends(toleration: str, seconds: int) -> str:
    """Return the condition that *toleration* does not keep the pod on a failed node."""
    key, effect = f"{toleration}.?key.orValue('')", f"{toleration}.?effect.orValue('')"
    lasting = f"{toleration}.?tolerationSeconds.orValue({seconds + 1})"
    return (
        f"({key} in {texts(_UNREACHABLE)}"
        f" ? {effect} == 'NoExecute' && {lasting} <= {seconds}"
        f" : {key} != {text(_MEMORY)} || {effect} == 'NoSchedule')"
    )


def _no_fields(spec: str) -> str:
    affinity = f"{spec}.?affinity.?nodeAffinity"
    required = f"{affinity}.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms"
    preferred = f"{affinity}.?preferredDuringSchedulingIgnoredDuringExecution"
    return (
        f"({required}.orValue([]).all(term, term.?matchFields.orValue([]).size() == 0)"
        f" && {preferred}.orValue([]).all("
        "term, term.preference.?matchFields.orValue([]).size() == 0))"
    )


def _each_container(spec: str, holds: str) -> str:
    """Return the condition that *holds* is true for each container `c`, of all three kinds."""
    return " && ".join(
        f"{spec}.?{kind}.orValue([]).all(c, {holds})"
        for kind in ("containers", "initContainers", "ephemeralContainers")
    )

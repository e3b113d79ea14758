"""
The guards of names in pods: only those that the namespace is granted, or the platform lists.

Extended resources, schedulers, runtime classes, inline CSI drivers and the storage classes of
ephemeral volumes are closed lists, so a new name on a cluster is refused until the platform
lists it. Workloads are refused like pods, because their pods would be refused.
"""

from collections.abc import Sequence
from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import BETA_STORAGE_CLASS, labels
from tenancy.manifests.policies import pod_templates
from tenancy.manifests.policies.guard import (
    NOT_AUTHORISED,
    ORGANIZATIONS,
    Condition,
    Guard,
    PolicyRule,
    Resources,
    annotation,
    changed,
    each,
    guard,
    text,
    texts,
)

__all__ = ["CRON_JOBS", "PODS", "WORKLOADS", "names"]

PODS: Final = "tenancy-pod-names"
WORKLOADS: Final = "tenancy-workload-names"
CRON_JOBS: Final = "tenancy-cron-job-names"

_COUNTED: Final = ("cpu", "memory", "ephemeral-storage")
"""Resources that the quota of every namespace counts."""

_OF_STATEFUL_SETS: Final = (
    "oldObject == null ? dyn(object.spec).?volumeClaimTemplates.orValue([]) : []"
)
"""The templates of a StatefulSet's claims. They cannot be changed later."""


def names(allowed: AllowedSpec) -> tuple[Guard, ...]:
    """Return the guards of pods, of workloads' templates and of cron jobs' templates."""
    return (
        _guard(PODS, [Resources("", ("pods", "pods/resize"))], "object.spec", allowed),
        _guard(
            WORKLOADS,
            pod_templates.WORKLOADS,
            pod_templates.WORKLOAD_PODS,
            allowed,
            _controller("object.spec", allowed),
            claims=_OF_STATEFUL_SETS,
        ),
        _guard(
            CRON_JOBS,
            pod_templates.CRON_JOBS,
            pod_templates.CRON_JOB_PODS,
            allowed,
            _controller("object.spec.jobTemplate.spec", allowed),
        ),
    )


def _guard(
    name: str,
    kinds: Sequence[Resources],
    spec: str,
    allowed: AllowedSpec,
    *more: PolicyRule,
    claims: str = "[]",
) -> Guard:
    return guard(
        name,
        kinds,
        [*_rules(spec, allowed), *more],
        conditions=[changed(f"{{}}{spec.removeprefix('object')}"), NOT_AUTHORISED],
        variables=[
            Condition("resources", annotation(labels.RESOURCES)),
            Condition("classes", annotation(labels.STORAGE_CLASSES)),
            Condition("volumes", f"{spec}.?volumes.orValue([])"),
            Condition(
                "templates",
                # Most pods have no ephemeral volume, and some have thousands of other volumes.
                "(true in variables.volumes.map(v, has(v.ephemeral))"
                " ? variables.volumes.filter(v, has(v.ephemeral))"
                f".map(v, dyn(v.ephemeral.volumeClaimTemplate)) : []) + ({claims})",
            ),
        ],
        namespaces=ORGANIZATIONS,
    )


def _rules(spec: str, allowed: AllowedSpec) -> list[PolicyRule]:
    schedulers = sorted({"default-scheduler", *allowed.schedulers})
    most = allowed.max_grace_period_seconds
    return [
        PolicyRule(
            _resources(spec),
            "'containers may request only resources that are granted to this namespace: '"
            f" + ({texts(_COUNTED)} + variables.resources).join(', ')",
            computed=True,
        ),
        PolicyRule(
            f"{spec}.?schedulerName.orValue('') in {texts(['', *schedulers])}",
            f"spec.schedulerName must be one of {', '.join(schedulers)}: the platform lists"
            " others under allowed.schedulers",
        ),
        PolicyRule(
            f"{spec}.?runtimeClassName.orValue('')"
            f" in {texts(['', *sorted(allowed.runtime_classes)])}",
            _closed("spec.runtimeClassName", allowed.runtime_classes, "runtimeClasses"),
        ),
        PolicyRule(
            each(
                "variables.volumes",
                "v",
                f"!has(v.csi) || v.csi.driver in {texts(sorted(allowed.csi_drivers))}",
            ),
            _closed("the driver of a csi volume", allowed.csi_drivers, "csiDrivers"),
        ),
        PolicyRule(
            "variables.templates.all(c, !has(c.spec.storageClassName)"
            " || c.spec.storageClassName in variables.classes)",
            "'claims of a template may name only storage classes of this namespace: '"
            " + (variables.classes.size() == 0 ? 'there are none'"
            " : variables.classes.join(', '))",
            computed=True,
        ),
        _new_volumes(allowed),
        PolicyRule(
            f"{spec}.?terminationGracePeriodSeconds.orValue(0) <= {most}"
            f" && {_probes(spec, most)}",
            f"terminationGracePeriodSeconds may be at most {most}: a pod that ends later holds"
            " its node and its namespace",
        ),
    ]


def _new_volumes(allowed: AllowedSpec) -> PolicyRule:
    """
    Return that claims of templates get new volumes only.

    Controllers create them, and a cluster may let its controllers do what operators may.
    """
    listed = sorted(allowed.volume_attributes_classes)
    return PolicyRule(
        "variables.templates.all(c, c.spec.?volumeName.orValue('') == ''"
        " && !has(c.spec.selector)"
        " && c.spec.?dataSourceRef.?namespace.orValue('') == ''"
        f" && c.spec.?volumeAttributesClassName.orValue('') in {texts(['', *listed])}"
        f" && !({text(BETA_STORAGE_CLASS)} in c.?metadata.?annotations.orValue({{}})))",
        "claims of a template get new volumes: they may not set volumeName, selector, a"
        f" dataSourceRef in another namespace or the annotation {BETA_STORAGE_CLASS}; as"
        f" volumeAttributesClassName {', '.join(listed) or 'nothing'} is allowed",
    )


def _controller(spec: str, allowed: AllowedSpec) -> PolicyRule:
    """Return that a known controller manages a Job; other workloads have no such field."""
    known = ("kubernetes.io/job-controller", *sorted(allowed.job_controllers))
    return PolicyRule(
        f"dyn({spec}).?managedBy.orValue('') in {texts(['', *known])}",
        f"managedBy of a Job must be one of {', '.join(known)}: the platform lists other"
        " controllers under allowed.jobControllers",
    )


def _closed(field: str, listed: tuple[str, ...], key: str) -> str:
    among = f"must be one of {', '.join(sorted(listed))}" if listed else "may not be set"
    return f"{field} {among}: the platform lists others under allowed.{key}"


def _resources(spec: str) -> str:
    """Return the condition that containers and the pod request only granted resources."""
    kinds = ("containers", "initContainers", "ephemeralContainers")
    each = [
        f"{spec}.?{kind}.orValue([]).all(c, {_granted('c', part)})"
        for kind in kinds
        for part in ("limits", "requests")
    ]
    each += [_granted(spec, part) for part in ("limits", "requests")]
    return " && ".join(each)


def _granted(holder: str, part: str) -> str:
    # A request of zero gets nothing; charts write it for devices that are not wanted.
    amounts = f"dyn({holder}).?resources.?{part}.orValue({{}})"
    return (
        f"{amounts}.all(name, name in {texts(_COUNTED)} || name in variables.resources"
        f" || string({amounts}[name]) == '0')"
    )


def _probes(spec: str, most: int) -> str:
    return " && ".join(
        f"{spec}.?{kind}.orValue([]).all(c,"
        f" c.?{probe}.?terminationGracePeriodSeconds.orValue(0) <= {most})"
        for kind in ("containers", "initContainers")
        for probe in ("livenessProbe", "startupProbe")
    )

"""
The guards of DRA claims: only device classes that a namespace is granted, and no more of them.

A quota counts only the devices of the classes that it names.
So a claim of another class is refused, also if two classes select the same devices.

If a class has an `extendedResourceName`, the scheduler makes the claim of a pod that
requests that resource. The policy reads the class on the cluster, and allows the claim if
the namespace is granted the resource. The grant remains the limit: the quota counts
such a pod under `requests.<resource>`, and a claim that names the class under the same key,
less what its pod was charged. An annotation marks the scheduler's claims for that; on a claim
of a tenant it would remove a device from the count, so only the scheduler may set it, and such
a claim gets no other owner: it would be charged to a pod that uses another device.

A finalizer keeps a claim, and so its count, while a pod uses its devices. Members may write
claims, so the finalizer is kept until the devices are free.

A policy for pods cannot read a template. So templates are limited when they are written, and
the claims that a pod names are counted with that limit (`gpus_per_pod`).

Source: k8s.io/kubernetes v1.36.3, pkg/quota/v1/evaluator/core/resource_claims.go.
"""

from typing import Final

from tenancy.config.spec import AllowedSpec
from tenancy.kubernetes import labels
from tenancy.manifests.policies.guard import (
    ORGANIZATIONS,
    Condition,
    Guard,
    Parameter,
    PolicyRule,
    Resources,
    annotation,
    guard,
    text,
    texts,
)

__all__ = [
    "CLAIMS",
    "COUNTED_CLAIMS",
    "DEVICE_BOUNDS",
    "SCHEDULER_CLAIMS",
    "counted_claims",
    "device_classes",
    "scheduler_claims",
]

CLAIMS: Final = "tenancy-device-classes"
SCHEDULER_CLAIMS: Final = "tenancy-scheduler-claims"
COUNTED_CLAIMS: Final = "tenancy-counted-claims"

_SCHEDULER: Final = "system:kube-scheduler"
_GROUP: Final = "resource.k8s.io"
_MARK: Final = "resource.kubernetes.io/extended-resource-claim"
"""The annotation of the claims that the scheduler makes for extended resources."""
_PROTECTION: Final = "resource.kubernetes.io/delete-protection"
"""The finalizer of a claim that has devices."""
_ALL: Final = 32
"""What a quota counts for `allocationMode: All`: the most devices that a claim can get."""

_GRANTED: Final = Condition("granted", annotation(labels.DEVICE_CLASSES))
_IS_CLAIM: Final = "request.resource.resource == 'resourceclaims'"
_ASKED: Final = f"({_IS_CLAIM} ? dyn(object).spec : dyn(object).spec.spec).?devices.?requests"
_REQUESTS: Final = Condition(
    # A claim without requests has the value null in a policy.
    "requests",
    f"{_ASKED}.orValue(null) == null ? [] : {_ASKED}.orValue([])",
)
_CLASSES: Final = Condition(
    "classes",
    "variables.requests.map(r, r.?exactly.hasValue() ? [r.exactly.deviceClassName]"
    " : r.?firstAvailable.orValue([]).map(s, s.deviceClassName))",
)
DEVICE_BOUNDS: Final = Condition(
    "bounds", f"{annotation(labels.DEVICE_BOUNDS)}.map(item, item.split(':'))"
)
_NOT_THE_SCHEDULER: Final = Condition(
    "not-the-scheduler", f"request.userInfo.username != {text(_SCHEDULER)}"
)


def device_classes(allowed: AllowedSpec) -> Guard:
    """Return the guard of claims and templates, except the scheduler's claims."""
    listed = sorted(allowed.device_taints)
    tolerable = f"only the device taints {', '.join(listed)}" if listed else "no device taints"
    return guard(
        CLAIMS,
        [Resources(_GROUP, ("resourceclaims", "resourceclaimtemplates"), ("CREATE", "UPDATE"))],
        [
            PolicyRule(
                f"{_CREATED} || variables.classes.all(names,"
                " names.all(name, name in variables.granted))",
                "'a claim of this namespace may name the device classes ['"
                " + variables.granted.join(', ')"
                " + '] only: those of the GPU node pools that it is granted'",
                computed=True,
            ),
            PolicyRule(
                f"{_CREATED} || variables.bounds.all(b, {_devices('b[0]')} <= int(b[1]))",
                "'a claim of this namespace may request at most '"
                " + variables.bounds.map(b, b[1] + ' devices of ' + b[0]).join(', ')"
                f" + ' (allocationMode All counts as {_ALL})'",
                computed=True,
            ),
            PolicyRule(
                "variables.requests.all(r, r.?exactly.?adminAccess.orValue(false) != true)",
                "a claim may not have adminAccess: it is not counted and takes devices that"
                " others use",
            ),
            PolicyRule(
                f"{_CREATED} || variables.requests.all(r,"
                " ([r.?exactly.orValue({})] + r.?firstAvailable.orValue([])).all(s,"
                " dyn(s).?tolerations.orValue([]).all(t,"
                f" t.?key.orValue('') in {texts(listed)})))",
                f"a claim may tolerate {tolerable}, which keep pods from devices that fail or"
                " are kept free: the platform lists others under allowed.deviceTaints",
            ),
            PolicyRule(
                f"!variables.marks.exists(m, {text(_MARK)} in m)"
                f" || (oldObject != null && {_annotations('oldObject')}"
                f".exists(m, {text(_MARK)} in m))",
                f"the annotation {_MARK} may be set by the scheduler only: it removes"
                " a claim from the count of its pod's resource",
            ),
            PolicyRule(
                "oldObject == null || !dyn(oldObject).?status.?allocation.hasValue()"
                f" || !({text(_PROTECTION)} in {_finalizers('oldObject')})"
                f" || {text(_PROTECTION)} in {_finalizers('object')}",
                f"the finalizer {_PROTECTION} stays on a claim that has devices: without the"
                " claim they are not counted, while a pod uses them",
            ),
            PolicyRule(
                "oldObject == null"
                f" || !{_annotations('oldObject')}.exists(m, {text(_MARK)} in m)"
                f" || {_owners('object')}.all(o, {_owners('oldObject')}"
                ".exists(before, before.uid == o.uid))",
                "a claim that the scheduler made gets no other owner: it is counted with the"
                " pod that it was made for",
            ),
        ],
        conditions=[_NOT_THE_SCHEDULER],
        variables=[
            _GRANTED,
            DEVICE_BOUNDS,
            _REQUESTS,
            _CLASSES,
            Condition("marks", _annotations("object")),
        ],
        namespaces=ORGANIZATIONS,
    )


_CREATED: Final = "request.operation != 'CREATE'"


def _annotations(thing: str) -> str:
    """Return the annotations of a claim, and those that a template gives to its claims."""
    own = f"dyn({thing}).metadata.?annotations.orValue({{}})"
    given = f"dyn({thing}).?spec.?metadata.?annotations.orValue({{}})"
    return f"[{own}, {given}]"


def _finalizers(thing: str) -> str:
    return f"dyn({thing}).metadata.?finalizers.orValue([])"


def _owners(thing: str) -> str:
    return f"dyn({thing}).metadata.?ownerReferences.orValue([])"


def _devices(name: str) -> str:
    """
    Return how many devices of the class *name* a quota counts for the claim.

    Of alternatives it counts the largest of each class.
    """
    count = (
        "({0}.?allocationMode.orValue('') == 'All' ? "
        + str(_ALL)
        + " : int({0}.?count.orValue(1)))"
    )
    exactly = f"(r.exactly.deviceClassName == {name} ? {count.format('r.exactly')} : 0)"
    alternatives = (
        f"([0] + r.?firstAvailable.orValue([]).filter(s, s.deviceClassName == {name})"
        f".map(s, {count.format('s')})).max()"
    )
    return (
        f"variables.requests.map(r, r.?exactly.hasValue() ? {exactly} : {alternatives}).sum()"
    )


def counted_claims() -> Guard:
    """
    Return the guard that a claim counts under its resource; each class is its parameter.

    If pods may request the resource and claim the class, one quota counts both only if
    the cluster's class has that `extendedResourceName`; before Kubernetes 1.36 none has.
    """
    return guard(
        COUNTED_CLAIMS,
        [Resources(_GROUP, ("resourceclaims", "resourceclaimtemplates"), ("CREATE",))],
        [
            PolicyRule(
                "!variables.classes.exists(names, params.metadata.name in names)"
                " || variables.bounds.all(b, b[0] != params.metadata.name || b[3] == ''"
                " || b[3] == dyn(params).spec.?extendedResourceName.orValue(''))",
                "'claims of the device class ' + params.metadata.name + ' are not counted with"
                " the pods that request the resource: the class on this cluster has no"
                " extendedResourceName of its GPU node pool'",
                computed=True,
            )
        ],
        conditions=[_NOT_THE_SCHEDULER],
        variables=[DEVICE_BOUNDS, _REQUESTS, _CLASSES],
        namespaces=ORGANIZATIONS,
        parameter=Parameter(f"{_GROUP}/v1", "DeviceClass"),
    )


def scheduler_claims() -> Guard:
    """Return the guard of claims that the scheduler creates; each class is its parameter."""
    return guard(
        SCHEDULER_CLAIMS,
        [Resources(_GROUP, ("resourceclaims",), ("CREATE",))],
        [
            PolicyRule(
                "!variables.classes.exists(names, params.metadata.name in names)"
                " || params.metadata.name in variables.granted"
                " || dyn(params).spec.?extendedResourceName.orValue('') in variables.resources",
                "'the device class ' + params.metadata.name + ' is not of a GPU node pool that"
                " this namespace is granted'",
                computed=True,
            )
        ],
        conditions=[
            Condition("the-scheduler", f"request.userInfo.username == {text(_SCHEDULER)}")
        ],
        variables=[
            _GRANTED,
            Condition(
                "resources",
                f"{annotation(labels.MAX_PER_POD)}.map(b, b.split('=')[0].split('@')[0])",
            ),
            _REQUESTS,
            _CLASSES,
        ],
        namespaces=ORGANIZATIONS,
        parameter=Parameter(f"{_GROUP}/v1", "DeviceClass"),
    )

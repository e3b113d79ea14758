"""
The guards of DRA claims: only device classes that a namespace is granted.

A quota counts the devices of the classes that it names, and leaves those of others uncounted.
So a claim of another class is refused, also where two classes select the same devices.

Where a class has an `extendedResourceName`, the scheduler makes the claim of a pod that
requests that resource. The policy reads the class as the cluster has it, and lets the claim
through where the namespace is granted the resource. The grant stays the bound: the quota counts
such a pod under `requests.<resource>`, and a claim that names the class under the same key.

Source: k8s.io/kubernetes v1.36.3, pkg/quota/v1/evaluator/core/resource_claims.go.
"""

from typing import Final

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
)

__all__ = ["CLAIMS", "SCHEDULER_CLAIMS", "device_classes", "scheduler_claims"]

CLAIMS: Final = "tenancy-device-classes"
SCHEDULER_CLAIMS: Final = "tenancy-scheduler-claims"

_SCHEDULER: Final = "system:kube-scheduler"
_GROUP: Final = "resource.k8s.io"

_GRANTED: Final = Condition("granted", annotation(labels.DEVICE_CLASSES))
_ASKED: Final = (
    "(request.resource.resource == 'resourceclaims' ? dyn(object).spec"
    " : dyn(object).spec.spec).?devices.?requests"
)
_REQUESTS: Final = Condition(
    # A claim without requests reaches a policy with the value null.
    "requests",
    f"{_ASKED}.orValue(null) == null ? [] : {_ASKED}.orValue([])",
)
_CLASSES: Final = Condition(
    "classes",
    "variables.requests.map(r, r.?exactly.hasValue() ? [r.exactly.deviceClassName]"
    " : r.?firstAvailable.orValue([]).map(s, s.deviceClassName))",
)


def device_classes() -> Guard:
    """Return the guard of claims and of templates that anybody but the scheduler writes."""
    return guard(
        CLAIMS,
        [Resources(_GROUP, ("resourceclaims", "resourceclaimtemplates"), ("CREATE",))],
        [
            PolicyRule(
                "variables.classes.all(names, names.all(name, name in variables.granted))",
                "'a claim of this namespace may name the device classes ['"
                " + variables.granted.join(', ')"
                " + '] only: those of the GPU node pools that it is granted'",
                computed=True,
            )
        ],
        conditions=[
            Condition("not-the-scheduler", f"request.userInfo.username != {text(_SCHEDULER)}")
        ],
        variables=[_GRANTED, _REQUESTS, _CLASSES],
        namespaces=ORGANIZATIONS,
    )


def scheduler_claims() -> Guard:
    """Return the guard of the claims that the scheduler makes, looked at beside each class."""
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

"""
The guards of queues: in a namespace with a queue, GPUs are used by Jobs that Kueue started.

Labels and annotations of pods prove nothing, because tenants write them. What they cannot write
is who makes a request: only the Job controller creates the pods of a Job, it creates none while
the Job is suspended, and only Kueue's service account may end that. So a GPU pod is let through
if the Job controller creates it for a Job, and each Job is created suspended.

Pods behind a scheduling gate are not let through: a quota counts them while they wait, so that
pods of a Job which the queue has admitted could be refused.
"""

from typing import Final

from tenancy.kubernetes import labels
from tenancy.manifests.policies.applicability import ASKS_FOR_DEVICES, applicable
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
from tenancy.model import LOCAL_QUEUE, QUEUE_NAME_LABEL, Queues

__all__ = ["JOBS", "PODS", "POD_ANNOTATIONS", "queued_jobs", "queued_pods"]

PODS: Final = "tenancy-queued-pods"
JOBS: Final = "tenancy-queued-jobs"

POD_ANNOTATIONS: Final = ("kueue.x-k8s.io/workload",)
"""Whole keys that Kueue sets in the pod template of a Job that it starts."""

_LABEL: Final = f"{QUEUE_NAME_LABEL}: {LOCAL_QUEUE}"
_JOB_CONTROLLERS: Final = (
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:job-controller",
)
"""The user of the Job controller: all controllers have one, or each has its own."""

_QUEUED: Final = Condition("queued", annotation(labels.QUEUED_RESOURCES))


def queued_pods() -> Guard:
    """Return the guard of pods that ask for devices of a queue."""
    return guard(
        PODS,
        [Resources("", ("pods",), ("CREATE",))],
        [
            PolicyRule(
                f"!variables.asks || (request.userInfo.username in {texts(_JOB_CONTROLLERS)}"
                " && object.metadata.?ownerReferences.orValue([]).exists(o, o.kind == 'Job'"
                " && o.apiVersion == 'batch/v1' && o.?controller.orValue(false)))",
                "'this namespace has a queue, so ' + variables.queued.join(', ')"
                f" + {text(f' may be used by pods of Jobs only, with the label {_LABEL}')}",
                computed=True,
            )
        ],
        conditions=[applicable(ASKS_FOR_DEVICES)],
        variables=[_QUEUED, Condition("asks", _asks("object.spec"))],
        namespaces=ORGANIZATIONS,
    )


def queued_jobs(queues: Queues) -> Guard:
    """Return the guard of Jobs: only Kueue starts those that ask for devices of a queue."""
    is_kueue = f"request.userInfo.username == {text(queues.controller)}"
    return guard(
        JOBS,
        [Resources("batch", ("jobs",))],
        [
            PolicyRule(
                "!variables.asks || request.operation != 'CREATE' || variables.suspended",
                "'this namespace has a queue: Jobs with ' + variables.queued.join(', ')"
                f" + {text(f' need the label {_LABEL}')}",
                computed=True,
            ),
            PolicyRule(
                "!variables.asks || request.operation != 'UPDATE' || variables.suspended"
                f" || !variables.was_suspended || {is_kueue}",
                "only Kueue starts a Job in a namespace with a queue: spec.suspend may not be"
                " set to false",
            ),
            PolicyRule(
                "!variables.asks || request.operation != 'UPDATE' || variables.suspended"
                f" || variables.was_suspended || {is_kueue}"
                " || (object.spec.?parallelism.orValue(1)"
                " <= oldObject.spec.?parallelism.orValue(1)"
                f" && object.metadata.?labels[{text(QUEUE_NAME_LABEL)}].orValue('')"
                f" == oldObject.metadata.?labels[{text(QUEUE_NAME_LABEL)}].orValue(''))",
                "parallelism of a Job that Kueue started may not be raised, and its queue not"
                " changed: suspend it first",
            ),
        ],
        variables=[
            _QUEUED,
            Condition("asks", _asks("object.spec.template.spec")),
            Condition("suspended", "object.spec.?suspend.orValue(false)"),
            Condition(
                "was_suspended",
                "oldObject == null || oldObject.spec.?suspend.orValue(false)",
            ),
        ],
        namespaces=ORGANIZATIONS,
    )


def _asks(spec: str) -> str:
    """Return whether a container of the pod asks for one of `variables.queued`."""
    return " || ".join(
        f"{spec}.?{kind}.orValue([]).exists(c, variables.queued.exists(name,"
        " name in dyn(c).?resources.?limits.orValue({})))"
        for kind in ("containers", "initContainers")
    )

"""Read which jobs wait for their queue, and why: from the Workloads that Kueue makes."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import attrs
from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.listing import listed
from tenancy.config.document import JSON, items, mapping, text
from tenancy.model import QUEUE_NAME_LABEL, Live, Unread, WaitingJobs

__all__ = ["waiting_jobs", "with_waiting_jobs"]

Item = Mapping[str, JSON]

_PART: Final = "waiting jobs"
_WORKLOADS: Final = "/apis/kueue.x-k8s.io/v1beta2/workloads"
_JOBS: Final = "/apis/batch/v1/jobs"
_QUEUED: Final = {"labelSelector": QUEUE_NAME_LABEL}
_NOT_FOUND: Final = 404
_POD_SET: Final = re.compile(r"couldn't assign flavors to pod set \S+: ")
_UNUSED: Final = re.compile(
    r"insufficient unused quota for (\S+) in flavor (\S+), (\S+) more needed"
)
_MOST: Final = re.compile(
    r"insufficient quota for (\S+) in flavor (\S+), previously considered podsets requests"
    r" \((\S+)\) \+ current podset request \((\S+)\) > maximum capacity \((\S+)\)"
)
_PREEMPTED: Final = {
    "InClusterQueue": "for a job of its own queue that has a higher priority",
    "InCohortReclamation": "because another queue took back devices of its grant",
    "InCohortFairSharing": "by fair sharing: others have less for their weight",
    "InCohortReclaimWhileBorrowing": "because another queue took back devices of its grant",
}
_EVICTED: Final = {
    "PodsReadyTimeout": "because its pods were not ready in time",
    "AdmissionCheck": "because an admission check failed",
    "ClusterQueueStopped": "because its ClusterQueue was stopped",
    "LocalQueueStopped": "because its LocalQueue was stopped",
    "NodeFailures": "because nodes failed",
    "Deactivated": "because it was deactivated",
}
"""
Why Kueue evicts, in words, by the reason of a condition.

Source: apis/kueue/v1beta2/workload_types.go of sigs.k8s.io/kueue v0.17.0.
"""


def with_waiting_jobs(connection: Connection, live: Live, namespaces: Collection[str]) -> Live:
    """Return *live* with what `waiting_jobs` reads; without namespaces, nothing is read."""
    if not namespaces:
        return live
    try:
        return attrs.evolve(live, waiting_jobs=waiting_jobs(connection, namespaces))
    except ClusterError as error:
        unread = Unread(part=_PART, why=error.found)
        return attrs.evolve(live, unread=(*live.unread, unread))


def waiting_jobs(
    connection: Connection, namespaces: Collection[str]
) -> tuple[WaitingJobs, ...]:
    """
    Return the jobs of *namespaces* that Kueue does not admit, those with one reason together.

    Args:
        connection: To the cluster.
        namespaces: The namespaces with queues.

    Raises:
        ClusterError: The cluster does not answer, or refuses a list.
    """
    with connection.errors("listing jobs that wait for their queue"):
        try:
            workloads = tuple(_in(namespaces, listed(connection, _WORKLOADS)))
        except ApiException as error:
            if error.status != _NOT_FOUND:
                raise
            return ()
        jobs = tuple(_in(namespaces, listed(connection, _JOBS, _QUEUED)))
    grouped: dict[tuple[str, str], list[str]] = {}
    known = set()
    for workload in workloads:
        namespace, job = text(workload, "metadata", "namespace"), _job(workload)
        known.add((namespace, job))
        why = _why(workload)
        if why:
            grouped.setdefault((namespace, why), []).append(job)
    for found in jobs:
        namespace = text(found, "metadata", "namespace")
        job = f"Job {text(found, 'metadata', 'name')}"
        if mapping(found.get("spec")).get("suspend") is True and (namespace, job) not in known:
            grouped.setdefault((namespace, _WITHOUT_WORKLOAD), []).append(job)
    return tuple(
        WaitingJobs(namespace=namespace, jobs=tuple(sorted(names)), why=why)
        for (namespace, why), names in sorted(grouped.items())
    )


_WITHOUT_WORKLOAD: Final = "Kueue has made no Workload of it; see whether its controller runs"


def _in(namespaces: Collection[str], found: Iterator[Item]) -> Iterator[Item]:
    return (item for item in found if text(item, "metadata", "namespace") in namespaces)


def _job(workload: Item) -> str:
    """Return the kind and name of what Kueue made *workload* of."""
    for owner in items(mapping(workload.get("metadata")).get("ownerReferences")):
        if owner.get("controller") is True:
            return f"{text(owner, 'kind')} {text(owner, 'name')}"
    return f"Workload {text(workload, 'metadata', 'name')}"


def _why(workload: Item) -> str:
    """Return why *workload* waits; empty if it is admitted or has ended."""
    status = mapping(workload.get("status"))
    conditions = {text(c, "type"): c for c in items(status.get("conditions"))}
    if _holds(conditions, "Finished") or _holds(conditions, "Admitted"):
        return ""
    if mapping(workload.get("spec")).get("active") is False:
        why = "it is deactivated: spec.active of its Workload is false"
    elif _holds(conditions, "QuotaReserved"):
        checks = [
            f"{text(check, 'name')} is {text(check, 'state')}: {text(check, 'message')}"
            for check in items(status.get("admissionChecks"))
            if check.get("state") != "Ready"
        ]
        why = "its devices are reserved, and an admission check is not ready"
        why += "".join(f"; {check.removesuffix(': ')}" for check in checks)
    elif "QuotaReserved" in conditions:
        message = text(conditions["QuotaReserved"], "message")
        # After an eviction, the message stays the same until Kueue tries again.
        was_tried = message != text(conditions.get("Evicted", {}), "message")
        why = _in_words(message) if was_tried else "Kueue has not tried it again yet"
    else:
        why = "Kueue has not tried it yet"
    if _holds(conditions, "Evicted"):
        why += f"; it was evicted {_why_evicted(conditions)}"
    return why


def _holds(conditions: Mapping[str, Item], name: str) -> bool:
    return conditions.get(name, {}).get("status") == "True"


def _why_evicted(conditions: Mapping[str, Item]) -> str:
    reason = text(conditions["Evicted"], "reason")
    if reason == "Preempted":
        reason = text(conditions.get("Preempted", {}), "reason") or reason
    words = _PREEMPTED.get(reason) or _EVICTED.get(reason)
    return words or f"({reason}: {text(conditions['Evicted'], 'message')})"


def _in_words(message: str) -> str:
    """Return a message of Kueue's scheduler in plain words; what is not known stays."""
    message = _UNUSED.sub(r"of the flavor \2, \3 \1 more are needed than are free", message)
    return _MOST.sub(_never_fits, _POD_SET.sub("", message))


def _never_fits(found: re.Match[str]) -> str:
    resource, flavor, before, wanted, most = found.groups()
    others = "" if before == "0" else f" beside {before} of its other pods"
    return (
        f"it can never start: it requests {wanted} {resource} of the flavor {flavor}{others},"
        f" and its queue has at most {most}"
    )

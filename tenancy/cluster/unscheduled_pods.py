"""Read which pods wait for a node, and why."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import attrs
from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.listing import METADATA, listed
from tenancy.config.document import JSON, items, mapping, text
from tenancy.diagnostics import counted, joined
from tenancy.kubernetes.resources import (
    DEVICE_CLASS_SUFFIX,
    IMPLICIT_PREFIX,
    devices_key,
    requests_key,
)
from tenancy.model import Live, Unread, WaitingPods

__all__ = ["waiting_pods", "with_waiting_pods"]

Item = Mapping[str, JSON]
Place = tuple[str, str]
"""A namespace, and a name in it."""

_PART: Final = "waiting pods"
_NOT_FOUND: Final = 404
_WITHOUT_NODE: Final = {"fieldSelector": "spec.nodeName=,status.phase=Pending"}
_REFUSED_CLAIMS: Final = {
    "fieldSelector": "involvedObject.kind=Pod,reason=FailedResourceClaimCreation"
}
_CLAIM_OF_EVENT: Final = re.compile(r"PodResourceClaim (\S+): (.*)", re.DOTALL)
_QUOTA: Final = re.compile(
    r"exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: (\S+)"
)
_POLICY: Final = re.compile(
    r"ValidatingAdmissionPolicy '\S+' .*?denied request: (.*)", re.DOTALL
)
_PREEMPTION: Final = re.compile(
    r"\s+(?:no new claims to deallocate, )?preemption: .*", re.DOTALL
)


def with_waiting_pods(connection: Connection, live: Live, namespaces: Collection[str]) -> Live:
    """Return *live* with what `waiting_pods` reads; without namespaces, nothing is read."""
    if not namespaces:
        return live
    try:
        return attrs.evolve(live, waiting=waiting_pods(connection, namespaces))
    except ClusterError as error:
        unread = Unread(part=_PART, why=error.found)
        return attrs.evolve(live, unread=(*live.unread, unread))


def waiting_pods(
    connection: Connection, namespaces: Collection[str]
) -> tuple[WaitingPods, ...]:
    """
    Return the pods of *namespaces* that have no node, those with one reason together.

    Events and claims are listed only if a pod waits for a claim that is not there.

    Raises:
        ClusterError: The cluster does not answer, or refuses a list.
    """
    with connection.errors("listing waiting pods"):
        pods = [
            pod
            for pod in listed(connection, "/api/v1/pods", _WITHOUT_NODE)
            if text(pod, "metadata", "namespace") in namespaces
        ]
        refused: Mapping[Place, str] = {}
        claims: Mapping[Place, Item] = {}
        if any(_templates_without_claim(pod) for pod in pods):
            refused = _refused_claims(connection)
        if any(_named_claims(pod) for pod in pods):
            claims = _claims(connection)
    grouped: dict[tuple[str, str], list[str]] = {}
    for pod in pods:
        namespace, name = _place(pod)
        why = _why(pod, refused.get((namespace, name), ""), claims)
        grouped.setdefault((namespace, why), []).append(name)
    return tuple(
        WaitingPods(namespace=namespace, pods=tuple(sorted(names)), why=why)
        for (namespace, why), names in sorted(grouped.items())
    )


def _refused_claims(connection: Connection) -> Mapping[Place, str]:
    """Return the last event of each pod whose claim could not be created."""
    found: dict[Place, tuple[str, str]] = {}
    for event in listed(connection, "/api/v1/events", _REFUSED_CLAIMS):
        involved = mapping(event.get("involvedObject"))
        place = text(involved, "namespace"), text(involved, "name")
        when = text(event, "lastTimestamp") or text(event, "eventTime")
        found[place] = max(found.get(place, ("", "")), (when, text(event, "message")))
    return {place: message for place, (_, message) in found.items()}


def _claims(connection: Connection) -> Mapping[Place, Item]:
    try:
        path = "/apis/resource.k8s.io/v1/resourceclaims"
        return {_place(claim): claim for claim in listed(connection, path, accept=METADATA)}
    except ApiException as error:
        if error.status != _NOT_FOUND:
            raise
        return {}


def _why(pod: Item, event: str, claims: Mapping[Place, Item]) -> str:
    templates = _templates_without_claim(pod)
    if templates:
        return _why_no_claim(templates, event)
    namespace, _ = _place(pod)
    for name in _named_claims(pod):
        claim = claims.get((namespace, name))
        if claim is None:
            return f"the ResourceClaim {name} does not exist"
        if "deletionTimestamp" in mapping(claim.get("metadata")):
            return f"the ResourceClaim {name} is being deleted"
    spec, status = mapping(pod.get("spec")), mapping(pod.get("status"))
    gates = [text(gate, "name") for gate in items(spec.get("schedulingGates"))]
    if gates:
        return f"it has the scheduling {'gate' if len(gates) == 1 else 'gates'} {joined(gates)}"
    for condition in items(status.get("conditions")):
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            message = _PREEMPTION.sub("", str(condition.get("message", "")))
            return f"no node fits: {message}"
    return "the scheduler has not tried it yet"


def _why_no_claim(templates: Mapping[str, str], event: str) -> str:
    """Return why a claim of *templates*, by the pod's name of the claim, is not there."""
    # Similar events are combined into one, whose message begins with a note about that.
    found = _CLAIM_OF_EVENT.search(event)
    if found is None or found[1] not in templates:
        made = joined(sorted(set(templates.values())))
        return f"its claim of the template {made} is not created yet, and no event has a reason"
    claim = f"its claim of the template {templates[found[1]]}"
    if quota := _QUOTA.search(found[2]):
        amounts = tuple(zip(*(_amounts(quota[n]) for n in (2, 3, 4)), strict=True))
        keys = {key for (key, _), _, _ in amounts}
        return f"the quota {quota[1]} refused {claim}: " + "; ".join(
            _exceeded(key, requested, used, limit)
            for (key, requested), (_, used), (_, limit) in amounts
            if not _is_repeated(key, keys)
        )
    if policy := _POLICY.search(found[2]):
        return f"{claim} was refused: {policy[1]}"
    return f"{claim} was not created: {found[2]}"


def _exceeded(key: str, requested: str, used: str, limit: str) -> str:
    device_class = key.removesuffix(f"{DEVICE_CLASS_SUFFIX}/devices")
    if device_class == key:
        return f"{used} of {limit} {key} are used, and it requests {requested}"
    requests = counted(int(requested), "device") if requested.isdecimal() else requested
    return f"{used} of {limit} devices of {device_class} are used, and it requests {requests}"


def _is_repeated(key: str, keys: Collection[str]) -> bool:
    """Return whether *key* is of the implicit resource of a class that *keys* count too."""
    implicit = requests_key(IMPLICIT_PREFIX)
    return key.startswith(implicit) and devices_key(key.removeprefix(implicit)) in keys


def _amounts(listed_keys: str) -> Iterator[tuple[str, str]]:
    for part in listed_keys.split(","):
        key, _, amount = part.rpartition("=")
        yield key, amount


def _templates_without_claim(pod: Item) -> Mapping[str, str]:
    """Return the templates of which no claim was made, by the pod's name of the claim."""
    statuses = items(mapping(pod.get("status")).get("resourceClaimStatuses"))
    made = {text(status, "name") for status in statuses}
    return {
        text(entry, "name"): text(entry, "resourceClaimTemplateName")
        for entry in _entries(pod)
        if "resourceClaimTemplateName" in entry and text(entry, "name") not in made
    }


def _named_claims(pod: Item) -> tuple[str, ...]:
    return tuple(
        text(entry, "resourceClaimName")
        for entry in _entries(pod)
        if "resourceClaimName" in entry
    )


def _entries(pod: Item) -> tuple[Item, ...]:
    return tuple(items(mapping(pod.get("spec")).get("resourceClaims")))


def _place(item: Item) -> Place:
    return text(item, "metadata", "namespace"), text(item, "metadata", "name")

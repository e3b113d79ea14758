"""Reads workloads, what routes traffic to them, and the answers to dry runs of them."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import attrs

from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.judged_objects import judged_objects
from tenancy.cluster.listing import listed
from tenancy.cluster.service_clients import service_clients
from tenancy.cluster.transport import MERGE, Request, answer
from tenancy.cluster.trials import Trials, warnings
from tenancy.cluster.workload_usage import ENDED, used
from tenancy.config.document import JSON, mapping, text, texts
from tenancy.kubernetes import labels
from tenancy.kubernetes.pods import POD_SECURITY_LABEL, Fields, items, strings
from tenancy.kubernetes.pods import mapping as mapping_of
from tenancy.model import (
    KindOfObject,
    Live,
    LiveNamespace,
    LiveWorkloads,
    PodSecurity,
    Unread,
    Workload,
)

__all__ = ["with_workloads", "workloads"]

Item = Mapping[str, JSON]

_TEMPLATES: Final[Mapping[str, str]] = {
    "Deployment": "/apis/apps/v1/deployments",
    "StatefulSet": "/apis/apps/v1/statefulsets",
    "DaemonSet": "/apis/apps/v1/daemonsets",
    "CronJob": "/apis/batch/v1/cronjobs",
    "ReplicationController": "/api/v1/replicationcontrollers",
}
_MOUNTED_BY_ADMISSION: Final = "kube-api-access-"
_WRITTEN_BY_ADMISSION: Final = ("nodeName", "priority", "preemptionPolicy")


def with_workloads(
    connection: Connection,
    live: Live,
    levels: Mapping[str, PodSecurity],
    keys: Collection[str],
    kinds: Collection[KindOfObject] = (),
) -> Live:
    """Return *live* with what `workloads` reads; what cannot be read is reported as unread."""
    if live.namespaces is None:
        return live
    try:
        with connection.errors("reading what runs"):
            found = workloads(connection, live.namespaces, levels, keys, kinds)
    except ClusterError as error:
        unread = Unread(part="workloads", why=error.found)
        return attrs.evolve(live, unread=(*live.unread, unread))
    try:
        with connection.errors("reading what the API server calls"):
            found = attrs.evolve(found, service_clients=service_clients(connection))
    except ClusterError as error:
        unread = Unread(part="webhooks and API services", why=error.found)
        live = attrs.evolve(live, unread=(*live.unread, unread))
    return attrs.evolve(live, workloads=found)


def workloads(
    connection: Connection,
    namespaces: Mapping[str, LiveNamespace],
    levels: Mapping[str, PodSecurity],
    keys: Collection[str],
    kinds: Collection[KindOfObject] = (),
) -> LiveWorkloads:
    """
    Return the workloads of the cluster, and the use of some namespaces.

    Nothing is written: pods and labels are tested only by dry runs.

    Args:
        connection: To the cluster.
        namespaces: Every namespace of the cluster.
        levels: The future Pod Security level, by requested namespace.
        keys: Quota keys of the object counts to read there.
        kinds: Further kinds of objects to read there. Default: none.

    Raises:
        ApiException: The API server refused.
    """
    pods = list(listed(connection, "/api/v1/pods"))
    services = _by_namespace(listed(connection, "/api/v1/services"))
    running = _workloads(connection, pods)
    trials = Trials(connection)
    answers = {
        name: trials.answers(running.get(name, ()))
        for name in levels
        if name in namespaces
        and namespaces[name].labels.get(labels.ENFORCEMENT) == labels.AUDIT
    }
    return LiveWorkloads(
        workloads=running,
        services=services,
        endpoints=_endpoints(connection, services),
        ingresses=_by_namespace(listed(connection, "/apis/networking.k8s.io/v1/ingresses")),
        network_policies=tuple(
            {**one, "kind": "NetworkPolicy"}
            for one in listed(connection, "/apis/networking.k8s.io/v1/networkpolicies")
        ),
        disruption_budgets=_by_namespace(
            listed(connection, "/apis/policy/v1/poddisruptionbudgets")
        ),
        used=used(connection, pods, services, levels, keys),
        policy_answers=answers,
        is_exempt=trials.is_exempt,
        pod_security_answers=dict(_pod_security(connection, namespaces, levels, running)),
        judged=judged_objects(connection, kinds, levels),
        token_unmounted=frozenset(
            text(account, "metadata", "namespace")
            for account in listed(
                connection,
                "/api/v1/serviceaccounts",
                {"fieldSelector": "metadata.name=default"},
            )
            if account.get("automountServiceAccountToken") is False
        ),
    )


def _endpoints(
    connection: Connection, services: Mapping[str, tuple[Fields, ...]]
) -> Mapping[str, Mapping[str, tuple[tuple[str, str, int], ...]]]:
    """Return what is behind Services without a selector, which people write by hand."""
    by_hand = {
        (namespace, str(mapping_of(one.get("metadata")).get("name")))
        for namespace, some in services.items()
        for one in some
        if not mapping_of(one.get("spec")).get("selector")
    }
    found: dict[str, dict[str, tuple[tuple[str, str, int], ...]]] = {}
    if not by_hand:
        return found
    for item in listed(connection, "/apis/discovery.k8s.io/v1/endpointslices"):
        metadata = mapping(item.get("metadata"))
        namespace = text(metadata, "namespace")
        name = texts(metadata.get("labels")).get("kubernetes.io/service-name", "")
        if (namespace, name) not in by_hand:
            continue
        ends = tuple(
            (address, str(port.get("protocol") or "TCP"), number)
            for endpoint in items(item.get("endpoints"))
            for address in strings(endpoint.get("addresses"))
            for port in items(item.get("ports"))
            if isinstance(number := port.get("port"), int)
        )
        kept = found.setdefault(namespace, {})
        kept[name] = (*kept.get(name, ()), *ends)
    return found


def _workloads(
    connection: Connection, pods: Collection[Item]
) -> Mapping[str, tuple[Workload, ...]]:
    """Return pods and templates by namespace; a template is included if it has no pod now."""
    jobs = {
        (text(job, "metadata", "namespace"), text(job, "metadata", "name")): _controller(job)
        for job in listed(connection, "/apis/batch/v1/jobs")
    }
    grouped: dict[tuple[str, str, str], tuple[Fields, Fields]] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    owners: set[tuple[str, str]] = set()
    for pod in pods:
        if text(pod, "status", "phase") in ENDED:
            continue
        metadata, written = mapping(pod.get("metadata")), _as_written(mapping(pod.get("spec")))
        namespace, name = text(metadata, "namespace"), _owner(pod, jobs)
        # Its controller adds tolerations and node selectors that others may not use to pods.
        if name.startswith("DaemonSet/"):
            continue
        owners.add((namespace, name))
        key = (namespace, name, json.dumps(written, sort_keys=True))
        grouped.setdefault(key, (metadata, written))
        counts[key] += 1
    found: dict[str, list[Workload]] = {}
    for key, (held, kept) in grouped.items():
        found.setdefault(key[0], []).append(
            Workload(
                namespace=key[0],
                name=key[1],
                metadata=held,
                spec=kept,
                pods=counts[key],
            )
        )
    for kind, path in _TEMPLATES.items():
        for item in listed(connection, path):
            namespace = text(item, "metadata", "namespace")
            name = f"{kind}/{text(item, 'metadata', 'name')}"
            spec = mapping(item.get("spec"))
            if kind == "CronJob":
                spec = mapping(mapping(spec.get("jobTemplate")).get("spec"))
            template = mapping(spec.get("template"))
            if (namespace, name) not in owners:
                found.setdefault(namespace, []).append(
                    Workload(
                        namespace=namespace,
                        name=name,
                        metadata=mapping(template.get("metadata")),
                        spec=mapping(template.get("spec")),
                    )
                )
    return {name: tuple(sorted(some, key=lambda one: one.name)) for name, some in found.items()}


def _owner(pod: Item, jobs: Mapping[tuple[str, str], tuple[str, str] | None]) -> str:
    metadata = mapping(pod.get("metadata"))
    controller = _controller(pod)
    if controller is None:
        return f"Pod/{text(metadata, 'name')}"
    kind, name = controller
    if kind == "ReplicaSet":
        suffix = texts(metadata.get("labels")).get("pod-template-hash")
        if suffix and name.endswith(f"-{suffix}"):
            return f"Deployment/{name.removesuffix(f'-{suffix}')}"
    if kind == "Job":
        kind, name = jobs.get((text(metadata, "namespace"), name)) or controller
    return f"{kind}/{name}"


def _controller(item: Item) -> tuple[str, str] | None:
    for owner in items(mapping(item.get("metadata")).get("ownerReferences")):
        if owner.get("controller") is True:
            return str(owner.get("kind")), str(owner.get("name"))
    return None


def _as_written(spec: Fields) -> Fields:
    """Return the spec of a pod without what the API server and the scheduler wrote into it."""
    left = {
        key: value
        for key, value in spec.items()
        if key not in (*_WRITTEN_BY_ADMISSION, "ephemeralContainers")
    }
    left["volumes"] = [
        volume
        for volume in items(spec.get("volumes"))
        if not str(volume.get("name")).startswith(_MOUNTED_BY_ADMISSION)
    ]
    for kind in ("containers", "initContainers"):
        if kind in left:
            left[kind] = [
                {
                    **container,
                    "volumeMounts": [
                        mount
                        for mount in items(container.get("volumeMounts"))
                        if not str(mount.get("name")).startswith(_MOUNTED_BY_ADMISSION)
                    ],
                }
                for container in items(left[kind])
            ]
    return left


def _pod_security(
    connection: Connection,
    namespaces: Mapping[str, LiveNamespace],
    levels: Mapping[str, PodSecurity],
    running: Mapping[str, tuple[Workload, ...]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, level in levels.items():
        if name not in namespaces or not running.get(name):
            continue
        wanted = {
            POD_SECURITY_LABEL: level.label,
            f"{POD_SECURITY_LABEL}-version": level.version,
        }
        change: Mapping[str, object] = {"metadata": {"labels": wanted}}
        got = answer(
            connection.api,
            Request(
                "PATCH",
                f"/api/v1/namespaces/{name}",
                change,
                query={"dryRun": "All"},
                content_type=MERGE,
            ),
        )
        if got.is_done:
            warned = warnings(got.warnings)
            yield name, tuple(w for w in warned if not w.startswith("existing pods"))


def _by_namespace(found: Iterator[Item]) -> Mapping[str, tuple[Fields, ...]]:
    grouped: dict[str, list[Fields]] = {}
    for item in found:
        grouped.setdefault(text(item, "metadata", "namespace"), []).append(item)
    return {namespace: tuple(some) for namespace, some in grouped.items()}

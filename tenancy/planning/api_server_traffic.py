"""
Connections between pods and the API server, which network policies would stop.

Pods use it with the token of a service account that has rights. It calls Services of webhooks
and of aggregated APIs.
"""

from collections.abc import Collection, Iterator, Mapping

from tenancy.kubernetes.pods import Fields, items, mapping
from tenancy.model import LiveWorkloads, Namespace, Workload
from tenancy.planning.named_ends import pods_behind
from tenancy.planning.reachability import PodNetwork, Pods, Port
from tenancy.planning.stopped_connection import StoppedConnection, single_address

__all__ = ["api_server_connections"]

Account = tuple[str, str]
"""A service account: its namespace and its name."""


def api_server_connections(
    before: PodNetwork,
    after: PodNetwork,
    live: LiveWorkloads,
    ours: Mapping[str, Namespace],
    accounts: Collection[Account],
) -> Iterator[StoppedConnection]:
    """
    Yield the connections of *ours* with the API server that *after* does not allow.

    Args:
        before: The network now.
        after: The network when *ours* are enforced.
        accounts: Service accounts with rights.
    """
    ends = live.endpoints.get("default", {}).get("kubernetes", ())
    for name in ours:
        for workload in live.workloads.get(name, ()):
            yield from _to_it(before, after, workload, ends, accounts)
    for client in live.service_clients:
        if client.namespace not in ours:
            continue
        for target, port in pods_behind(live, client.namespace, client.service, client.port):
            addresses = [
                address
                for address, _, _ in ends
                if before.is_reached_from(address, target, port)
                and not after.is_reached_from(address, target, port)
            ]
            if addresses:
                cidrs = ", ".join(map(single_address, addresses))
                yield StoppedConnection(
                    namespace=client.namespace,
                    object=client.object,
                    what=f"the API server to {client.service} on {port}",
                    remedy=f"write {{cidrs: [{cidrs}], ports: [{port.number}]}} under"
                    " network.ingress of the namespace",
                )


def _to_it(
    before: PodNetwork,
    after: PodNetwork,
    workload: Workload,
    ends: Collection[tuple[str, str, int]],
    accounts: Collection[Account],
) -> Iterator[StoppedConnection]:
    spec = workload.spec
    account = str(spec.get("serviceAccountName") or spec.get("serviceAccount") or "default")
    if (workload.namespace, account) not in accounts or not _has_token(spec):
        return
    pods = Pods.of(workload.namespace, mapping(workload.metadata.get("labels")))
    stopped = [
        (address, number)
        for address, protocol, number in ends
        if before.reaches_address(pods, address, Port(protocol, number))
        and not after.reaches_address(pods, address, Port(protocol, number))
    ]
    if stopped:
        cidrs = ", ".join(dict.fromkeys(single_address(address) for address, _ in stopped))
        ports = ", ".join(dict.fromkeys(str(number) for _, number in stopped))
        yield StoppedConnection(
            namespace=workload.namespace,
            object=workload.name,
            what=f"{workload.name} to the API server, in which its service account {account}"
            " has rights,",
            remedy=f"write {{cidrs: [{cidrs}], ports: [{ports}]}} under network.egress of the"
            " namespace",
        )


def _has_token(spec: Fields) -> bool:
    """Return whether a pod mounts a token, by the account or by a volume of its own."""
    if spec.get("automountServiceAccountToken") is not False:
        return True
    return any(
        "serviceAccountToken" in source
        for volume in items(spec.get("volumes"))
        for source in items(mapping(volume.get("projected")).get("sources"))
    )

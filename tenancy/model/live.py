"""The state of a cluster, as far as `tenancy.cluster.live_reads` could read it."""

from collections.abc import Mapping

import attrs

from tenancy.kubernetes.pods import Fields
from tenancy.model.live_access import LiveAccess
from tenancy.model.live_waiting import WaitingJobs, WaitingPods
from tenancy.model.live_workloads import LiveWorkloads

__all__ = ["Live", "LiveNamespace", "LiveQuota", "Unread"]


@attrs.frozen(kw_only=True, slots=True)
class LiveNamespace:
    """
    A namespace that exists.

    Attributes:
        labels: Its current labels.
        deleted_since: When its deletion began, if it is being deleted; else empty.
        held_by: What its conditions report and which objects hold it, if that was read.
        field_manager: The field manager that its stack recorded; empty if none.
    """

    name: str
    labels: Mapping[str, str] = attrs.field(factory=dict)
    deleted_since: str = ""
    held_by: str = ""
    field_manager: str = ""

    @property
    def is_being_deleted(self) -> bool:
        """Whether its deletion has begun."""
        return bool(self.deleted_since)


@attrs.frozen(kw_only=True, slots=True)
class LiveQuota:
    """
    A ResourceQuota that exists, its amounts as the API server writes them.

    Attributes:
        hard: The limits of its spec, by key.
        used: The use, by key; empty until the server has counted.
        managed: Its metadata with `managedFields`, which has who wrote which limit.
    """

    hard: Mapping[str, str] = attrs.field(factory=dict)
    used: Mapping[str, str] = attrs.field(factory=dict)
    managed: Mapping[str, object] = attrs.field(factory=dict, eq=False, repr=False)


@attrs.frozen(kw_only=True, slots=True)
class Unread:
    """
    A part of the state that could not be read.

    Attributes:
        part: Its name in the plural: `quotas`.
        why: The cluster's answer.
    """

    part: str
    why: str


@attrs.frozen(kw_only=True)
class Live:
    """
    The state of a cluster. A part that is None was not read; it does not count as empty.

    Attributes:
        namespaces: The namespaces that exist, by name.
        quotas: By namespace, then by name. A namespace without quotas is missing.
        bindings: The subjects of our role bindings, by namespace, then by role as written.
        pods: How many exist, by namespace; a missing namespace has 0.
        claims: How many volume claims exist; a missing namespace has 0.
        config_maps: The names of ConfigMaps by namespace, without those that Kubernetes makes.
        secrets: The names of Secrets by namespace, without those that Kubernetes makes.
        access: Every binding and role, also those that Tenancy did not create.
        limit_ranges: By namespace, then by name, if the stack has adopted namespaces.
        workloads: The workloads, if namespaces are in audit or change to enforced.
        waiting: The pods without a node, if namespaces have grants of GPUs.
        waiting_jobs: The jobs that Kueue does not admit, if namespaces have queues.
        is_whole: Whether all namespaces were read. On a large cluster, only the namespaces of
            one stack are read, with what is in them.
        unread: The parts that could not be read.
    """

    namespaces: Mapping[str, LiveNamespace] | None = None
    quotas: Mapping[str, Mapping[str, LiveQuota]] | None = None
    bindings: Mapping[str, Mapping[str, frozenset[str]]] | None = None
    pods: Mapping[str, int] | None = None
    claims: Mapping[str, int] | None = None
    config_maps: Mapping[str, tuple[str, ...]] | None = None
    secrets: Mapping[str, tuple[str, ...]] | None = None
    access: LiveAccess = attrs.field(factory=LiveAccess)
    limit_ranges: Mapping[str, Mapping[str, Fields]] | None = None
    workloads: LiveWorkloads | None = None
    waiting: tuple[WaitingPods, ...] | None = None
    waiting_jobs: tuple[WaitingJobs, ...] | None = None
    is_whole: bool = True
    unread: tuple[Unread, ...] = ()

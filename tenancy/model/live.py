"""What a cluster says is there, as far as `tenancy.cluster.live_reads` could read it."""

from collections.abc import Mapping

import attrs

from tenancy.model.live_access import LiveAccess
from tenancy.model.live_workloads import LiveWorkloads

__all__ = ["Live", "LiveNamespace", "LiveQuota", "Unread"]


@attrs.frozen(kw_only=True, slots=True)
class LiveNamespace:
    """
    A namespace that exists.

    Attributes:
        labels: As they are now.
        is_going: Whether it is being deleted.
    """

    name: str
    labels: Mapping[str, str] = attrs.field(factory=dict)
    is_going: bool = False


@attrs.frozen(kw_only=True, slots=True)
class LiveQuota:
    """
    A ResourceQuota that exists, its amounts as the API server writes them.

    Attributes:
        hard: What its spec says, by key.
        used: What is used, by key; empty until the server has counted.
    """

    hard: Mapping[str, str] = attrs.field(factory=dict)
    used: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, slots=True)
class Unread:
    """
    A part that the cluster did not give.

    Attributes:
        part: What, in the plural: `quotas`.
        why: What it answered.
    """

    part: str
    why: str


@attrs.frozen(kw_only=True)
class Live:
    """
    What is there. A part that is None was not read, and is never to be taken for empty.

    Attributes:
        namespaces: Every namespace of the cluster, by name.
        quotas: By namespace, then by name. A namespace without any is missing.
        bindings: The subjects of our role bindings, by namespace, then by role as written.
        pods: How many there are, by namespace; 0 where a namespace is missing.
        claims: How many volume claims there are, likewise.
        config_maps: The names of ConfigMaps by namespace, without those that Kubernetes makes.
        secrets: The names of Secrets by namespace, likewise.
        access: Every binding and role, also those that Tenancy did not create.
        workloads: What runs, where namespaces are in audit or begin to be enforced.
        unread: The parts that were asked for and not given.
    """

    namespaces: Mapping[str, LiveNamespace] | None = None
    quotas: Mapping[str, Mapping[str, LiveQuota]] | None = None
    bindings: Mapping[str, Mapping[str, frozenset[str]]] | None = None
    pods: Mapping[str, int] | None = None
    claims: Mapping[str, int] | None = None
    config_maps: Mapping[str, tuple[str, ...]] | None = None
    secrets: Mapping[str, tuple[str, ...]] | None = None
    access: LiveAccess = attrs.field(factory=LiveAccess)
    workloads: LiveWorkloads | None = None
    unread: tuple[Unread, ...] = ()

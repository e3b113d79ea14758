"""What `who-can`, `what-can` and `usage` write as JSON, in published shapes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.model import WaitingJobs, WaitingPods
from tenancy.output.documents import published
from tenancy.output.usage import QuotaUsage
from tenancy.planning import (
    CLOSED,
    AllowedData,
    LiveHolder,
    LivePermission,
    Permission,
    Place,
    RoleHolder,
    allowed_data,
)

__all__ = [
    "UsageData",
    "WhatCanData",
    "WhoCanData",
    "usage_data",
    "what_can_data",
    "who_can_data",
]


@with_config(CLOSED)
class HolderData(TypedDict):
    """A subject that has a role in a namespace of a cluster."""

    subject: str
    role: str
    namespace: str
    environment: str
    stack: str
    cluster: str


@with_config(CLOSED)
class LiveHolderData(TypedDict):
    """A subject that may do it by a binding on the cluster; group members are not checked."""

    subject: str
    role: str
    bindingKind: str
    binding: str
    namespace: str
    environment: str
    stack: str
    cluster: str


@with_config(CLOSED)
class LivePermissionData(TypedDict):
    """What a binding on the cluster lets a subject do in a namespace."""

    subject: str
    role: str
    bindingKind: str
    binding: str
    namespace: str
    environment: str
    stack: str
    cluster: str
    allowed: list[AllowedData]


@published("`tenancy who-can --json`", "who-can", "get", "secrets", "-n", "acme-dev", "--json")
@with_config(CLOSED)
class WhoCanData(TypedDict):
    """The subjects that may do it; notChecked: roles defined on the cluster."""

    version: Literal[1]
    kind: Literal["who-can"]
    verb: str
    resource: str
    namespace: str
    holders: list[HolderData]
    notChecked: list[HolderData]
    live: list[LiveHolderData] | None


@with_config(CLOSED)
class PermissionData(TypedDict):
    """What a subject may do in a namespace of a cluster; the widest access first."""

    subject: str
    namespace: str
    environment: str
    stack: str
    cluster: str
    roles: list[str]
    notChecked: list[str]
    allowed: list[AllowedData]


@published("`tenancy what-can --json`", "what-can", "acme-developers", "--json")
@with_config(CLOSED)
class WhatCanData(TypedDict):
    """What a subject may do in each namespace; live: null without --live."""

    version: Literal[1]
    kind: Literal["what-can"]
    permissions: list[PermissionData]
    live: list[LivePermissionData] | None


@with_config(CLOSED)
class QuotaUsageData(TypedDict):
    """One key of one quota; used is null if it could not be read."""

    organization: str
    namespace: str
    environment: str
    stack: str
    cluster: str
    quota: str
    key: str
    limit: str
    used: str | None
    full: bool


@with_config(CLOSED)
class WaitingAtPlaceData(TypedDict):
    """Pods of one namespace that have no node, for one reason."""

    namespace: str
    environment: str
    stack: str
    cluster: str
    pods: list[str]
    why: str


@with_config(CLOSED)
class WaitingJobsAtPlaceData(TypedDict):
    """Jobs of one namespace that Kueue does not admit, for one reason."""

    namespace: str
    environment: str
    stack: str
    cluster: str
    jobs: list[str]
    why: str


@published("`tenancy usage --json`", "usage", "--stack", "dev", "--json")
@with_config(CLOSED)
class UsageData(TypedDict):
    """The limits and the present use of each namespace."""

    version: Literal[1]
    kind: Literal["usage"]
    usage: list[QuotaUsageData]
    waiting: list[WaitingAtPlaceData]
    waitingJobs: list[WaitingJobsAtPlaceData]


def who_can_data(
    verb: str,
    resource: str,
    namespace: str,
    holders: Iterable[RoleHolder],
    live: Iterable[LiveHolder] | None = None,
) -> WhoCanData:
    """Return *holders*, separately those that are not checked, and those on the cluster."""
    holders = tuple(holders)
    return {
        "version": 1,
        "kind": "who-can",
        "verb": verb,
        "resource": resource,
        "namespace": namespace,
        "holders": [_holder(h) for h in holders if h.verbs is not None],
        "notChecked": [_holder(h) for h in holders if h.verbs is None],
        "live": None if live is None else [_live_holder(h) for h in live],
    }


def what_can_data(
    permissions: Iterable[Permission], live: Iterable[LivePermission] | None = None
) -> WhatCanData:
    """Return *permissions* in order, and those on the cluster."""
    return {
        "version": 1,
        "kind": "what-can",
        "permissions": [
            {
                "subject": one.subject,
                "namespace": one.place.namespace,
                "environment": one.place.environment,
                "stack": one.place.stack,
                "cluster": one.place.cluster,
                "roles": list(one.roles),
                "notChecked": list(one.unknown),
                "allowed": [allowed_data(a) for a in one.allowed],
            }
            for one in permissions
        ],
        "live": None
        if live is None
        else [
            {**_live_holder(one), "allowed": [allowed_data(a) for a in one.allowed]}
            for one in live
        ],
    }


def usage_data(
    rows: Iterable[QuotaUsage],
    waiting: Mapping[Place, Sequence[WaitingPods]] = {},
    jobs: Mapping[Place, Sequence[WaitingJobs]] = {},
) -> UsageData:
    """
    Return *rows* in order.

    Args:
        rows: The keys.
        waiting: The pods of namespaces that have no node. Default: none is known.
        jobs: The jobs that Kueue does not admit. Default: none is known.
    """
    return {
        "version": 1,
        "kind": "usage",
        "usage": [
            {
                "organization": row.organization,
                "namespace": row.place.namespace,
                "environment": row.place.environment,
                "stack": row.place.stack,
                "cluster": row.place.cluster,
                "quota": row.quota,
                "key": row.key,
                "limit": str(row.limit),
                "used": None if row.used is None else str(row.used),
                "full": row.is_full,
            }
            for row in rows
        ],
        "waiting": [
            {
                "namespace": place.namespace,
                "environment": place.environment,
                "stack": place.stack,
                "cluster": place.cluster,
                "pods": list(pods.pods),
                "why": pods.why,
            }
            for place, some in waiting.items()
            for pods in some
        ],
        "waitingJobs": [
            {
                "namespace": place.namespace,
                "environment": place.environment,
                "stack": place.stack,
                "cluster": place.cluster,
                "jobs": list(queued.jobs),
                "why": queued.why,
            }
            for place, queues in jobs.items()
            for queued in queues
        ],
    }


def _live_holder(one: LiveHolder | LivePermission) -> LiveHolderData:
    return {
        "subject": one.subject,
        "role": one.binding.role,
        "bindingKind": one.binding.kind,
        "binding": one.binding.name,
        "namespace": one.place.namespace,
        "environment": one.place.environment,
        "stack": one.place.stack,
        "cluster": one.place.cluster,
    }


def _holder(holder: RoleHolder) -> HolderData:
    return {
        "subject": holder.subject,
        "role": holder.role,
        "namespace": holder.place.namespace,
        "environment": holder.place.environment,
        "stack": holder.place.stack,
        "cluster": holder.place.cluster,
    }

"""What namespaces use of their quotas, as the cluster says."""

from collections.abc import Iterable, Mapping

import attrs
from kubernetes import client

from tenancy.cluster.connection import Connection

__all__ = ["Used", "quota_usage"]


@attrs.frozen(kw_only=True, slots=True)
class Used:
    """One key of a quota: the limit and what is used of it, as the API server writes them."""

    hard: str
    used: str


def quota_usage(
    connection: Connection, namespaces: Iterable[str]
) -> Mapping[str, Mapping[str, Mapping[str, Used]]]:
    """
    Return the status of every quota of *namespaces*, by namespace, quota and key.

    A namespace that does not exist has none; a quota whose status is not filled yet is empty.

    Raises:
        ClusterError: The cluster does not answer, or refuses.
    """
    api = client.CoreV1Api(connection.api)
    found: dict[str, Mapping[str, Mapping[str, Used]]] = {}
    for name in namespaces:
        with connection.errors(f"reading the quotas of {name}"):
            listed = api.list_namespaced_resource_quota(name, _request_timeout=30)
        found[name] = {
            str(quota.metadata.name): _used(quota.status)
            for quota in listed.items
            if quota.metadata is not None
        }
    return found


def _used(status: client.V1ResourceQuotaStatus | None) -> Mapping[str, Used]:
    if status is None:
        return {}
    used = status.used or {}
    return {
        key: Used(hard=hard, used=used.get(key, "0"))
        for key, hard in (status.hard or {}).items()
    }

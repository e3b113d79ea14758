"""What namespaces use of their quotas, as the cluster reports it."""

from collections.abc import Iterable, Mapping

import attrs

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import listed
from tenancy.config.document import JSON, mapping, text, texts

__all__ = ["Used", "quota_usage"]


@attrs.frozen(kw_only=True, slots=True)
class Used:
    """One key of a quota: the limit and the present use, as the API server writes them."""

    hard: str
    used: str


def quota_usage(
    connection: Connection, namespaces: Iterable[str]
) -> Mapping[str, Mapping[str, Mapping[str, Used]]]:
    """
    Return the status of every quota of *namespaces*, by namespace, quota and key.

    A missing namespace has no quotas; a quota without a status yet is empty.

    Raises:
        ClusterError: The cluster does not answer, or refuses.
    """
    found: dict[str, Mapping[str, Mapping[str, Used]]] = {}
    for name in namespaces:
        with connection.errors(f"reading the quotas of {name}"):
            found[name] = {
                text(quota, "metadata", "name"): _used(mapping(quota.get("status")))
                for quota in listed(connection, f"/api/v1/namespaces/{name}/resourcequotas")
            }
    return found


def _used(status: Mapping[str, JSON]) -> Mapping[str, Used]:
    used = texts(status.get("used"))
    return {
        key: Used(hard=hard, used=used.get(key, "0"))
        for key, hard in texts(status.get("hard")).items()
    }

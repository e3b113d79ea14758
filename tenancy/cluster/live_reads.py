"""Read what the plan needs from a cluster, with a few list requests in all."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, TypeVar

import attrs

from tenancy.cluster.access_reads import cluster_role_bindings, role_bindings, roles_of, tokens
from tenancy.cluster.connection import ClusterError, Connection
from tenancy.cluster.listing import METADATA
from tenancy.cluster.reading_scope import listed_within, namespaces_within, narrowed
from tenancy.config.document import JSON, mapping, text, texts
from tenancy.kubernetes import ANNOTATION
from tenancy.model import Live, LiveAccess, LiveBinding, LiveNamespace, LiveQuota, Unread

__all__ = ["read", "read_stack", "with_limit_ranges"]

_ROOT_CERTIFICATE: Final = "kube-root-ca.crt"
"""The ConfigMap that Kubernetes creates in each namespace."""

Item = Mapping[str, JSON]
T = TypeVar("T")


def read(
    connection: Connection,
    *,
    contents: bool = False,
    tokens_of: Collection[str] = (),
    namespaces: Collection[str] | None = None,
) -> Live:
    """
    Return the live objects. Parts that cannot be read are marked as not read, without an error.

    Args:
        connection: To a cluster that answered.
        contents: Whether pods, volume claims, ConfigMaps and Secrets are listed, which only
            deletions need.
        tokens_of: Namespaces whose service accounts, their pods and their token Secrets are
            listed, which only the removal of members needs.
        namespaces: The only namespaces that are read, with what is in them. Default: all.
    """
    unread: list[Unread] = []

    def part(name: str, make: Callable[[], T]) -> T | None:
        try:
            with connection.errors(f"listing {name}"):
                return make()
        except ClusterError as error:
            unread.append(Unread(part=name, why=error.found))
            return None

    bindings = part("role bindings", lambda: role_bindings(connection, namespaces))
    return Live(
        namespaces=part("namespaces", lambda: _namespaces(connection, namespaces)),
        quotas=part("quotas", lambda: _quotas(connection, namespaces)),
        bindings=None if bindings is None else _ours(bindings),
        pods=part("pods", lambda: _number(connection, "pods", namespaces))
        if contents
        else None,
        claims=part(
            "volume claims", lambda: _number(connection, "persistentvolumeclaims", namespaces)
        )
        if contents
        else None,
        config_maps=part("ConfigMaps", lambda: _names(connection, "configmaps", namespaces))
        if contents
        else None,
        access=LiveAccess(
            role_bindings=bindings,
            cluster_role_bindings=part(
                "cluster role bindings", lambda: cluster_role_bindings(connection)
            ),
            roles=part("roles", lambda: roles_of(connection, namespaces)),
            **tokens(connection, tokens_of, part) if tokens_of else {},
        ),
        secrets=part("Secrets", lambda: _names(connection, "secrets", namespaces))
        if contents
        else None,
        is_whole=namespaces is None,
        unread=tuple(unread),
    )


def read_stack(
    connection: Connection,
    *,
    contents: bool,
    tokens_of: Collection[str],
    namespaces: Collection[str] | None,
) -> Live:
    """Return as `read` the objects in *namespaces*, or all where that takes less time."""
    some = None if namespaces is None else narrowed(connection, namespaces)
    return read(connection, contents=contents, tokens_of=tokens_of, namespaces=some)


def _namespaces(
    connection: Connection, names: Collection[str] | None
) -> Mapping[str, LiveNamespace]:
    found = {}
    for item in namespaces_within(connection, names, accept=METADATA):
        metadata = mapping(item.get("metadata"))
        name = str(metadata.get("name"))
        found[name] = LiveNamespace(
            name=name,
            labels=texts(metadata.get("labels")),
            deleted_since=text(metadata, "deletionTimestamp"),
            field_manager=text(metadata, "annotations", ANNOTATION),
        )
    return found


def _quotas(
    connection: Connection, names: Collection[str] | None
) -> Mapping[str, Mapping[str, LiveQuota]]:
    found: dict[str, dict[str, LiveQuota]] = {}
    for item in listed_within(connection, "/api/v1", "resourcequotas", names):
        namespace, name = _place(item)
        spec, status = mapping(item.get("spec")), mapping(item.get("status"))
        found.setdefault(namespace, {})[name] = LiveQuota(
            hard=texts(spec.get("hard")),
            used=texts(status.get("used")),
            managed={"managedFields": mapping(item.get("metadata")).get("managedFields")},
        )
    return found


def _ours(
    bindings: Iterable[LiveBinding],
) -> Mapping[str, Mapping[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    for binding in bindings:
        if binding.is_managed:
            found.setdefault(binding.namespace, {})[binding.member_role] = frozenset(
                binding.subjects
            )
    return found


def _number(
    connection: Connection, plural: str, namespaces: Collection[str] | None
) -> Mapping[str, int]:
    """Return how many objects of the kind *plural* there are, by namespace."""
    found: dict[str, int] = {}
    for item in listed_within(connection, "/api/v1", plural, namespaces, accept=METADATA):
        namespace, _ = _place(item)
        found[namespace] = found.get(namespace, 0) + 1
    return found


def _names(
    connection: Connection, plural: str, namespaces: Collection[str] | None
) -> Mapping[str, tuple[str, ...]]:
    """Return the names of *plural* by namespace, without those that Kubernetes makes."""
    names: dict[str, list[str]] = {}
    for item in listed_within(connection, "/api/v1", plural, namespaces, accept=METADATA):
        namespace, name = _place(item)
        if name != _ROOT_CERTIFICATE:
            names.setdefault(namespace, []).append(name)
    return {namespace: tuple(sorted(some)) for namespace, some in names.items()}


def with_limit_ranges(
    connection: Connection, live: Live, namespaces: Collection[str] | None = None
) -> Live:
    """Return *live* with the LimitRanges in *namespaces*, or in all; else they are unread."""
    found: dict[str, dict[str, Item]] = {}
    try:
        with connection.errors("listing limit ranges"):
            for item in listed_within(connection, "/api/v1", "limitranges", namespaces):
                namespace, name = _place(item)
                found.setdefault(namespace, {})[name] = item
    except ClusterError as error:
        unread = Unread(part="limit ranges", why=error.found)
        return attrs.evolve(live, unread=(*live.unread, unread))
    return attrs.evolve(live, limit_ranges=found)


def _place(item: Item) -> tuple[str, str]:
    metadata = mapping(item.get("metadata"))
    return str(metadata.get("namespace")), str(metadata.get("name"))

"""What a cluster has in the place of the objects that a platform puts into namespaces."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import METADATA
from tenancy.cluster.managed_objects import kind_of, objects
from tenancy.cluster.reading_scope import listed_within, narrowed
from tenancy.cluster.transport import Request
from tenancy.config.document import JSON, mapping, texts
from tenancy.diagnostics import Finding, joined
from tenancy.drifting import Identity, differences
from tenancy.kubernetes import PREFIX, labels
from tenancy.manifests import Manifest, carried_objects
from tenancy.model import Environment, Namespace, ObjectTemplate, Platform, group_of

__all__ = ["existing_objects", "namespace_objects"]

_MOST_NAMES: Final = 10
"""If more names of a kind are wanted, the kind is listed once."""

Found = Mapping[Identity, Mapping[str, JSON]]


def namespace_objects(
    environment: Environment, platform: Platform, connection: Connection
) -> Iterator[Finding]:
    """
    Yield what refuses the objects that *platform* puts into namespaces of *environment*.

    Raises:
        ClusterError: The cluster cannot be read.
    """
    if not any(n.objects or n.image_pull_secrets for n in environment.namespaces):
        return
    missing = list(_not_served(platform, connection))
    yield from missing
    unserved = {finding.origin for finding in missing}
    wanted: dict[Identity, tuple[Namespace, Manifest]] = {
        Identity.of(manifest): (namespace, manifest)
        for namespace in environment.namespaces
        for found, manifest in zip(namespace.objects, carried_objects(namespace), strict=True)
        if found.origin not in unserved
    }
    there = existing_objects(connection, (manifest for _, manifest in wanted.values()))
    for identity, (namespace, manifest) in wanted.items():
        if identity in there and _is_other(manifest, identity, there[identity]):
            yield _taken(identity, namespace)
    yield from _replaced(environment, connection)


def existing_objects(connection: Connection, manifests: Iterable[Manifest]) -> Found:
    """
    Return the objects on the cluster in the place of *manifests* that Tenancy does not manage.

    Raises:
        ClusterError: The cluster cannot be read.
    """
    names: dict[str, dict[str, set[Identity]]] = {}
    for manifest in manifests:
        identity = Identity.of(manifest)
        by_name = names.setdefault(identity.listed_as, {})
        by_name.setdefault(identity.name, set()).add(identity)
    found: dict[Identity, Mapping[str, JSON]] = {}
    inside = {
        one.namespace for some in names.values() for ones in some.values() for one in ones
    }
    namespaces = narrowed(connection, inside) if inside else None
    for kind, by_name in names.items():
        for identity in _foreign(connection, kind, by_name, namespaces):
            path = kind_of(connection, kind).path(identity)
            with connection.errors(f"reading {identity}"):
                whole = connection.request(Request("GET", path))
            found[identity] = {**whole, "kind": identity.kind}
    return found


def _foreign(
    connection: Connection,
    kind: str,
    wanted: Mapping[str, set[Identity]],
    namespaces: frozenset[str] | None,
) -> Iterator[Identity]:
    """Yield those of *wanted*, by name, that exist in *namespaces* without our label."""
    requested = kind_of(connection, kind)
    queries: list[dict[str, str]] = [{}]
    if len(wanted) <= _MOST_NAMES:
        queries = [{"fieldSelector": f"metadata.name={name}"} for name in wanted]
    for query in queries:
        with connection.errors(f"listing {requested.plural}"):
            items = listed_within(
                connection, requested.base, requested.plural, namespaces, query, accept=METADATA
            )
            for item in items:
                metadata = mapping(item.get("metadata"))
                is_ours = texts(metadata.get("labels")).get(labels.MANAGED) == "true"
                for identity in wanted.get(str(metadata.get("name")), ()):
                    if identity.namespace == metadata.get("namespace") and not is_ours:
                        yield identity


def _is_other(manifest: Manifest, identity: Identity, live: Mapping[str, JSON]) -> bool:
    """Return whether *live* has other content than *manifest*; its labels do not count."""
    return any(
        difference.object == identity and difference.field[:1] != ("metadata",)
        for difference in differences([manifest], {identity: live})
    )


def _taken(identity: Identity, namespace: Namespace) -> Finding:
    origin = next(
        found.origin
        for found in namespace.objects
        if (found.kind, found.name) == (identity.kind, identity.name)
    )
    return Finding(
        code="namespace-object-exists",
        origin=origin,
        found=f"the {identity}, which exists with other content and which Tenancy did not"
        " create",
        allowed="objects that do not exist yet, or that have the same content",
        remedy="rename the object in the platform's file, or write"
        f" '{identity.kind}/{identity.name}'"
        f" under ignore of the namespace {namespace.name}",
        organization=namespace.organization,
    )


def _not_served(platform: Platform, connection: Connection) -> Iterator[Finding]:
    for template in platform.namespace_objects:
        if template.manifest is None or not group_of(template.api_version):
            continue
        group, _, version = template.api_version.partition("/")
        served = connection.served(group, version).get(template.kind)
        what = f"the kind {template.kind} of {template.api_version}"
        if served is None:
            yield _unusable(
                template,
                f"{what}, which the cluster does not serve",
                "install its custom resource definition first, or remove the entry",
            )
        elif not served.is_namespaced:
            yield _unusable(
                template, f"{what}, whose objects are cluster-wide", "remove the entry"
            )
        elif served.plural != template.plural:
            yield _unusable(
                template,
                f"{what}, which the cluster serves as {served.plural}, not as"
                f" {template.plural}",
                f"write resource: {served.plural} beside the manifest",
            )


def _unusable(template: ObjectTemplate, found: str, remedy: str) -> Finding:
    return Finding(
        code="namespace-object-not-served",
        origin=template.origin / "manifest",
        found=found,
        allowed="kinds that the cluster serves in namespaces, with the plural name that is"
        " written",
        remedy=remedy,
    )


def _replaced(environment: Environment, connection: Connection) -> Iterator[Finding]:
    """Refuse to take from an account `default` the image pull secrets that it has."""
    named = {
        namespace.name: namespace
        for namespace in environment.namespaces
        if namespace.image_pull_secrets and not namespace.enforcement.is_audit
    }
    if not named:
        return
    accounts = objects(connection, ("ServiceAccount",), namespaces=narrowed(connection, named))
    for identity, account in accounts.items():
        namespace = named.get(identity.namespace)
        secrets = account.get("imagePullSecrets")
        names = [
            str(mapping(one).get("name"))
            for one in (secrets if isinstance(secrets, list) else ())
        ]
        if namespace is None or _are_ours(account):
            continue
        lost = [name for name in names if name not in namespace.image_pull_secrets]
        if lost:
            yield Finding(
                code="image-pull-secrets-replaced",
                origin=namespace.origin,
                found=f"the service account default of {namespace.name}, which would lose"
                f" {joined(lost)}",
                allowed="service accounts that keep the Secrets with which they pull images",
                remedy=f"write imagePullSecrets: [{', '.join(lost)}] for the namespace, or"
                " remove them from the account",
                organization=namespace.organization,
            )


def _are_ours(account: Mapping[str, JSON]) -> bool:
    """Return whether the image pull secrets of *account* are those of an earlier update."""
    entries = mapping(account.get("metadata")).get("managedFields")
    return any(
        str(mapping(entry).get("manager")).startswith(PREFIX)
        and "f:imagePullSecrets" in mapping(mapping(entry).get("fieldsV1"))
        for entry in (entries if isinstance(entries, list) else ())
    )

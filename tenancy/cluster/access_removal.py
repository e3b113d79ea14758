"""Remove access that the files do not grant: subjects of bindings, token Secrets, tokens."""

from collections.abc import Collection, Mapping
from typing import Final

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.access_reads import subject_text
from tenancy.cluster.connection import Connection
from tenancy.cluster.transport import APPLY, MERGE, Request
from tenancy.config.document import JSON, mapping, text, texts
from tenancy.drifting import OURS
from tenancy.kubernetes import labels

__all__ = [
    "delete_secret",
    "renew_service_account",
    "take_out_of_managed",
    "take_out_subjects",
]

_RBAC: Final = "/apis/rbac.authorization.k8s.io/v1"
_TRIES: Final = 5
"""How often a write is repeated if another client changed the object in between."""
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def take_out_subjects(
    connection: Connection,
    namespace: str,
    name: str,
    subjects: Collection[str],
    *,
    dry_run: bool = False,
) -> bool:
    """
    Remove *subjects* from a RoleBinding, and delete it if no subject remains.

    Everything else in it stays unchanged. If another client changed it in between, it is read
    again.

    Args:
        subjects: As `Subject` is written: `User oidc:dana`.
        dry_run: Whether to send a dry run only. Default: the change is made.

    Returns:
        Whether it contained one of them.

    Raises:
        ClusterError: The cluster refused.
    """
    path = f"{_RBAC}/namespaces/{namespace}/rolebindings/{name}"
    with connection.errors(f"removing {', '.join(subjects)} from {namespace}/{name}"):
        for attempt in range(_TRIES):
            try:
                return _take_out(connection, path, subjects, dry_run=dry_run)
            except ApiException as error:
                if error.status == _NOT_FOUND:
                    return False
                if error.status != _CONFLICT or attempt == _TRIES - 1:
                    raise
    return False


def _take_out(
    connection: Connection, path: str, subjects: Collection[str], *, dry_run: bool
) -> bool:
    live = connection.request(Request("GET", path))
    left = _left(live, subjects)
    if left is None:
        return False
    metadata = mapping(live.get("metadata"))
    version, uid = metadata.get("resourceVersion"), metadata.get("uid")
    query = {"fieldManager": labels.MANAGER, **({"dryRun": "All"} if dry_run else {})}
    if left:
        change = {"metadata": {"resourceVersion": version}, "subjects": left}
        connection.request(Request("PATCH", path, change, query=query, content_type=MERGE))
    else:
        options = _delete_options(uid, version, dry_run=dry_run)
        connection.request(Request("DELETE", path, options))
    return True


def _left(live: Mapping[str, JSON], subjects: Collection[str]) -> list[JSON] | None:
    """Return the subjects of a binding without *subjects*; None if it has none of them."""
    held = live.get("subjects")
    there = held if isinstance(held, list) else []
    inside = text(live, "metadata", "namespace")
    left = [one for one in there if subject_text(mapping(one), inside) not in subjects]
    return None if len(left) == len(there) else left


def take_out_of_managed(
    connection: Connection, namespace: str, name: str, subjects: Collection[str]
) -> bool:
    """
    Remove *subjects* from a RoleBinding of Tenancy, which stays even if no subject remains.

    The engine owns the same fields as before, so that its next update has no conflict.

    Returns:
        Whether it contained one of them.

    Raises:
        ClusterError: The cluster refused.
    """
    path = f"{_RBAC}/namespaces/{namespace}/rolebindings/{name}"
    with connection.errors(f"removing {', '.join(subjects)} from {namespace}/{name}"):
        try:
            live = connection.request(Request("GET", path))
        except ApiException as error:
            if error.status == _NOT_FOUND:
                return False
            raise
        left = _left(live, subjects)
        if left is None:
            return False
        engine, applied = _applied(live)
        whole = {
            **applied,
            "apiVersion": live.get("apiVersion"),
            "kind": live.get("kind"),
            "metadata": {**mapping(applied.get("metadata")), "name": name},
            "roleRef": live.get("roleRef"),
            "subjects": left,
        }
        query = {"fieldManager": engine or labels.MANAGER, "force": "true"}
        connection.request(Request("PATCH", path, whole, query=query, content_type=APPLY))
    return True


def delete_secret(
    connection: Connection, namespace: str, name: str, *, dry_run: bool = False
) -> bool:
    """
    Delete a Secret; return whether it existed.

    Args:
        dry_run: Whether to send a dry run only. Default: it is deleted.

    Raises:
        ClusterError: The cluster refused.
    """
    path = f"/api/v1/namespaces/{namespace}/secrets/{name}"
    with connection.errors(f"deleting the Secret {namespace}/{name}"):
        return _deleted(connection, path, _delete_options(None, None, dry_run=dry_run))


def renew_service_account(
    connection: Connection, namespace: str, name: str, *, dry_run: bool = False
) -> bool:
    """
    Delete a service account and create it again, so that no earlier token is valid.

    Its labels, annotations and settings are kept. The engine owns the same fields as before.

    Args:
        dry_run: Whether to send a dry run of the deletion only. Default: both are done.

    Returns:
        Whether it existed.

    Raises:
        ClusterError: The cluster refused.
    """
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    path = f"{accounts}/{name}"
    with connection.errors(f"renewing the service account {namespace}/{name}"):
        try:
            live = connection.request(Request("GET", path))
        except ApiException as error:
            if error.status == _NOT_FOUND:
                return False
            raise
        uid = mapping(live.get("metadata")).get("uid")
        options = _delete_options(uid, None, dry_run=dry_run)
        if not _deleted(connection, path, options) or dry_run:
            return True
        _create_again(connection, accounts, name, live)
    return True


def _create_again(
    connection: Connection, accounts: str, name: str, live: Mapping[str, JSON]
) -> None:
    engine, applied = _applied(live)
    metadata = mapping(live.get("metadata"))
    kept: dict[str, JSON] = {
        field: {
            key: value
            for key, value in texts(metadata.get(field)).items()
            if key not in mapping(mapping(applied.get("metadata")).get(field))
            and key != _LAST_APPLIED
        }
        for field in ("labels", "annotations")
    }
    settings = {
        key: live[key]
        for key in ("automountServiceAccountToken", "imagePullSecrets")
        if key in live and key not in applied
    }
    if engine:
        query = {"fieldManager": engine, "force": "true"}
        whole = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            **applied,
            "metadata": {**mapping(applied.get("metadata")), "name": name},
        }
        connection.request(
            Request("PATCH", f"{accounts}/{name}", whole, query=query, content_type=APPLY)
        )
    body = {"metadata": {"name": name, **kept}, **settings}
    query = {"fieldManager": labels.MANAGER}
    if not engine:
        try:
            connection.request(Request("POST", accounts, body, query=query))
        except ApiException as error:
            # A controller recreates the account `default` as soon as it is missing.
            if error.status != _CONFLICT:
                raise
        else:
            return
    if settings or any(kept.values()):
        connection.request(
            Request("PATCH", f"{accounts}/{name}", body, query=query, content_type=MERGE)
        )


def _applied(live: Mapping[str, JSON]) -> tuple[str, dict[str, JSON]]:
    """Return the engine's field manager, if it applied the account, and what it applied."""
    fields = mapping(live.get("metadata")).get("managedFields")
    for entry in fields if isinstance(fields, list) else ():
        manager = text(entry, "manager")
        if text(entry, "operation") == "Apply" and manager.startswith(OURS):
            owned = mapping(mapping(entry).get("fieldsV1"))
            return manager, _of_fields(owned, live)
    return "", {}


def _of_fields(owned: Mapping[str, JSON], live: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return those values of *live* whose fields are *owned*."""
    found: dict[str, JSON] = {}
    for key, inner in owned.items():
        name = key.removeprefix("f:")
        if not key.startswith("f:") or name not in live:
            continue
        value, deeper = live[name], mapping(inner)
        if any(one.startswith("f:") for one in deeper) and isinstance(value, dict):
            found[name] = _of_fields(deeper, value)
        else:
            found[name] = value
    return found


def _delete_options(uid: JSON, version: JSON, *, dry_run: bool) -> Mapping[str, object]:
    """
    Return the options of a deletion; only the object with *uid* and *version* is deleted.

    The dry run is an option too: if a deletion has a body, the server ignores its query.
    """
    wanted = {key: v for key, v in (("uid", uid), ("resourceVersion", version)) if v}
    return {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        **({"preconditions": wanted} if wanted else {}),
        **({"dryRun": ["All"]} if dry_run else {}),
    }


def _deleted(connection: Connection, path: str, body: Mapping[str, object]) -> bool:
    try:
        connection.request(Request("DELETE", path, body))
    except ApiException as error:
        if error.status == _NOT_FOUND:
            return False
        raise
    return True

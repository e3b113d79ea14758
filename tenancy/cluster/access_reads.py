"""All bindings, roles, service accounts and tokens of a cluster."""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypedDict, TypeVar

from kubernetes.client.exceptions import ApiException

from tenancy.cluster.connection import Connection
from tenancy.cluster.listing import METADATA, listed
from tenancy.cluster.reading_scope import listed_within
from tenancy.cluster.transport import Request
from tenancy.config.document import JSON, mapping, text, texts
from tenancy.kubernetes import labels
from tenancy.model import LiveAccess, LiveBinding, Rule, ServiceAccountPods, TokenSecret, roles

__all__ = [
    "PartialRead",
    "cluster_role_bindings",
    "read_access",
    "role_bindings",
    "roles_of",
    "tokens",
]

T = TypeVar("T")

_RBAC: Final = "/apis/rbac.authorization.k8s.io/v1"
_MOST: Final = 100_000
"""The largest number of bindings or roles that are read: ten in each of 10,000 namespaces."""
_MOST_NAMESPACES: Final = 100
"""The largest number of namespaces in which service accounts and pods are listed."""
_BUILT_IN: Final = "kubernetes.io/bootstrapping"
_TOKEN_SECRET: Final = "kubernetes.io/service-account-token"  # noqa: S105
_ACCOUNT_OF_TOKEN: Final = "kubernetes.io/service-account.name"  # noqa: S105
_POLICY: Final = (
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/tenancy-token-requests"
)


class PartialRead(Protocol):
    """Runs a read; returns None if the cluster refuses it, and records that."""

    def __call__(self, name: str, make: Callable[[], T]) -> T | None:
        """Return what *make* reads."""


class Tokens(TypedDict, total=False):
    """What `tokens` reads, by the attributes of `LiveAccess`."""

    token_secrets: tuple[TokenSecret, ...] | None
    service_accounts: tuple[ServiceAccountPods, ...] | None
    tokens_bounded_since: str | None


def read_access(
    connection: Connection, namespaces: Collection[str] | None = None
) -> LiveAccess:
    """
    Return the bindings and roles in *namespaces* and of the cluster; by default, every one.

    Raises:
        ClusterError: The cluster refuses a list.
    """
    with connection.errors("listing bindings and roles"):
        return LiveAccess(
            role_bindings=role_bindings(connection, namespaces),
            cluster_role_bindings=cluster_role_bindings(connection),
            roles=roles_of(connection, namespaces),
        )


def role_bindings(
    connection: Connection, namespaces: Collection[str] | None = None
) -> tuple[LiveBinding, ...]:
    """Return every RoleBinding in *namespaces*; by default, of the cluster."""
    found = listed_within(connection, _RBAC, "rolebindings", namespaces, most=_MOST)
    return tuple(_binding(item) for item in found)


def cluster_role_bindings(connection: Connection) -> tuple[LiveBinding, ...]:
    """Return every ClusterRoleBinding."""
    found = listed(connection, f"{_RBAC}/clusterrolebindings", most=_MOST)
    return tuple(_binding(item) for item in found)


def roles_of(
    connection: Connection, namespaces: Collection[str] | None = None
) -> Mapping[tuple[str, str], tuple[Rule, ...]]:
    """Return the rules of every ClusterRole, and of Roles as `role_bindings`, by name."""
    return {
        (text(item, "metadata", "namespace"), text(item, "metadata", "name")): tuple(
            _rules(item.get("rules"))
        )
        for item in itertools.chain(
            listed(connection, f"{_RBAC}/clusterroles", most=_MOST),
            listed_within(connection, _RBAC, "roles", namespaces, most=_MOST),
        )
    }


def tokens(connection: Connection, namespaces: Collection[str], part: PartialRead) -> Tokens:
    """
    Return the service accounts of *namespaces*, their pods and their token Secrets.

    Only the name of each Secret and of its service account is read, never its content.
    """
    asked = sorted(namespaces)[:_MOST_NAMESPACES]
    pods = part("pods of service accounts", lambda: _pods(connection, asked))
    return {
        "token_secrets": part("token Secrets", lambda: _token_secrets(connection, asked)),
        "service_accounts": part(
            "service accounts", lambda: _service_accounts(connection, asked, pods)
        ),
        "tokens_bounded_since": part("policies on tokens", lambda: _bounded_since(connection)),
    }


def _token_secrets(
    connection: Connection, namespaces: Sequence[str]
) -> tuple[TokenSecret, ...]:
    query = {"fieldSelector": f"type={_TOKEN_SECRET}"}
    return tuple(
        TokenSecret(
            namespace=namespace,
            name=text(item, "metadata", "name"),
            service_account=text(item, "metadata", "annotations", _ACCOUNT_OF_TOKEN),
        )
        for namespace in namespaces
        for item in listed(
            connection, f"/api/v1/namespaces/{namespace}/secrets", query, accept=METADATA
        )
    )


def _service_accounts(
    connection: Connection,
    namespaces: Sequence[str],
    pods: Mapping[tuple[str, str], Sequence[str]] | None,
) -> tuple[ServiceAccountPods, ...]:
    return tuple(
        ServiceAccountPods(
            namespace=namespace,
            name=(name := text(item, "metadata", "name")),
            pods=None if pods is None else tuple(pods.get((namespace, name), ())),
        )
        for namespace in namespaces
        for item in listed(
            connection, f"/api/v1/namespaces/{namespace}/serviceaccounts", accept=METADATA
        )
    )


def _pods(
    connection: Connection, namespaces: Sequence[str]
) -> Mapping[tuple[str, str], Sequence[str]]:
    """Return the names of pods by namespace and service account."""
    found: dict[tuple[str, str], list[str]] = {}
    for namespace in namespaces:
        for item in listed(connection, f"/api/v1/namespaces/{namespace}/pods", most=_MOST):
            account = text(item, "spec", "serviceAccountName") or "default"
            found.setdefault((namespace, account), []).append(text(item, "metadata", "name"))
    return {key: sorted(names) for key, names in found.items()}


def _bounded_since(connection: Connection) -> str:
    try:
        found = connection.request(Request("GET", _POLICY))
    except ApiException as error:
        if error.status == 404:
            return ""
        raise
    return text(found, "metadata", "creationTimestamp")


def _binding(item: Mapping[str, JSON]) -> LiveBinding:
    metadata, reference = mapping(item.get("metadata")), mapping(item.get("roleRef"))
    name, labelled = text(metadata, "name"), texts(metadata.get("labels"))
    subjects = item.get("subjects")
    is_managed = labelled.get(labels.MANAGED) == "true"
    return LiveBinding(
        namespace=text(metadata, "namespace"),
        name=name,
        role_kind=text(reference, "kind"),
        role=text(reference, "name"),
        subjects=tuple(
            dict.fromkeys(
                subject_text(mapping(one), text(metadata, "namespace"))
                for one in (subjects if isinstance(subjects, list) else ())
            )
        ),
        is_managed=is_managed,
        member_role=roles.of_binding(name, labelled) if is_managed else "",
        is_built_in=_BUILT_IN in labelled,
    )


def subject_text(subject: Mapping[str, JSON], inside: str) -> str:
    """
    Return *subject* of a binding in the form in which `Subject` is written.

    Args:
        inside: The namespace of the binding, which RBAC takes for a service account without
            one.

    >>> subject_text({"kind": "ServiceAccount", "name": "runner"}, "acme-dev")
    'ServiceAccount acme-dev/runner'
    """
    namespace = subject.get("namespace") or inside
    where = f"{namespace}/" if namespace and subject.get("kind") == "ServiceAccount" else ""
    return f"{subject.get('kind')} {where}{subject.get('name')}"


def _rules(rules: JSON) -> Iterator[Rule]:
    for rule in rules if isinstance(rules, list) else ():
        given = mapping(rule)
        if given.get("resources"):
            yield Rule(
                api_groups=_words(given.get("apiGroups")),
                resources=_words(given.get("resources")),
                verbs=_words(given.get("verbs")),
                resource_names=_words(given.get("resourceNames")),
            )


def _words(value: JSON) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()

"""The permissions on a cluster, by all of its bindings and roles."""

from collections.abc import Iterator, Mapping

import attrs

from tenancy.model.platform import Rule

__all__ = [
    "LiveAccess",
    "LiveBinding",
    "ServiceAccountPods",
    "TokenSecret",
    "groups_of",
    "names_of",
]


@attrs.frozen(kw_only=True, slots=True)
class LiveBinding:
    """
    A RoleBinding or a ClusterRoleBinding that exists.

    Attributes:
        namespace: Empty for a ClusterRoleBinding.
        role_kind: `ClusterRole` or `Role`.
        subjects: As `Subject` is written: `Group oidc:acme-leads`,
            `ServiceAccount acme-dev/runner`.
        is_managed: Whether it carries our label.
        member_role: The role as in the config, if the binding is managed.
        is_built_in: Whether Kubernetes creates it at every start of an API server.
    """

    namespace: str
    name: str
    role_kind: str
    role: str
    subjects: tuple[str, ...]
    is_managed: bool = False
    member_role: str = ""
    is_built_in: bool = False

    @property
    def kind(self) -> str:
        """`RoleBinding`, or `ClusterRoleBinding` if it is cluster-wide."""
        return "RoleBinding" if self.namespace else "ClusterRoleBinding"

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


@attrs.frozen(kw_only=True, slots=True)
class TokenSecret:
    """A Secret that contains a token of a service account; such a token never expires."""

    namespace: str
    name: str
    service_account: str


@attrs.frozen(kw_only=True, slots=True)
class ServiceAccountPods:
    """A service account, and the pods that run with it; None if they were not listed."""

    namespace: str
    name: str
    pods: tuple[str, ...] | None = None


@attrs.frozen(kw_only=True)
class LiveAccess:
    """
    The bindings and roles of a cluster.

    A part that is None was not read; it does not count as empty.

    Attributes:
        role_bindings: The role bindings of every namespace.
        cluster_role_bindings: The cluster role bindings that apply in every namespace.
        roles: The rules of ClusterRoles by `("", name)` and of Roles by `(namespace, name)`.
        token_secrets: The token secrets of the requested namespaces.
        service_accounts: The service accounts of the requested namespaces.
        tokens_bounded_since: When the policy on requests for tokens was created; empty if
            there is none.
    """

    role_bindings: tuple[LiveBinding, ...] | None = None
    cluster_role_bindings: tuple[LiveBinding, ...] | None = None
    roles: Mapping[tuple[str, str], tuple[Rule, ...]] | None = None
    token_secrets: tuple[TokenSecret, ...] | None = None
    service_accounts: tuple[ServiceAccountPods, ...] | None = None
    tokens_bounded_since: str | None = None

    @property
    def bindings(self) -> Iterator[LiveBinding]:
        """Each binding that was read; those of Kubernetes itself are left out."""
        for binding in (*(self.cluster_role_bindings or ()), *(self.role_bindings or ())):
            if not binding.is_built_in:
                yield binding

    def rules(self, binding: LiveBinding) -> tuple[Rule, ...] | None:
        """Return the rules that *binding* grants; None if the roles were not read."""
        if self.roles is None:
            return None
        where = binding.namespace if binding.role_kind == "Role" else ""
        return self.roles.get((where, binding.role), ())


def groups_of(subject: str) -> frozenset[str]:
    """
    Return the groups that Kubernetes itself puts *subject* in.

    >>> sorted(groups_of("ServiceAccount acme-dev/runner"))[1:]
    ['Group system:serviceaccounts', 'Group system:serviceaccounts:acme-dev']
    """
    kind, _, name = subject.partition(" ")
    found = {"Group system:authenticated"}
    if kind == "ServiceAccount":
        namespace = name.partition("/")[0]
        found |= {"Group system:serviceaccounts", f"Group system:serviceaccounts:{namespace}"}
    return frozenset(found)


def names_of(subject: str) -> frozenset[str]:
    """
    Return every form in which a binding may name *subject* itself.

    >>> sorted(names_of("ServiceAccount acme-dev/runner"))
    ['ServiceAccount acme-dev/runner', 'User system:serviceaccount:acme-dev:runner']
    """
    kind, _, name = subject.partition(" ")
    if kind != "ServiceAccount":
        return frozenset({subject})
    namespace, _, account = name.partition("/")
    return frozenset({subject, f"User system:serviceaccount:{namespace}:{account}"})

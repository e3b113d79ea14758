"""Queries on the files: which subjects may do something, and what a subject may do."""

from collections.abc import Iterable, Iterator

import attrs

from tenancy.model import Environment, Namespace, Platform, Subject, SubjectKind, Tenancy, roles
from tenancy.planning.permissions import Allowed, Verbs, expanded

__all__ = [
    "Permission",
    "Place",
    "RoleHolder",
    "resources_of",
    "verbs_on",
    "what_can",
    "who_can",
]


@attrs.frozen(kw_only=True, slots=True)
class Place:
    """A namespace with its stack and cluster: two clusters may have the same name."""

    namespace: str
    environment: str
    stack: str
    cluster: str

    @classmethod
    def of(cls, namespace: Namespace, environment: Environment) -> "Place":
        """Return the place of *namespace* of *environment*."""
        return cls(
            namespace=namespace.name,
            environment=environment.name,
            stack=environment.stack,
            cluster=environment.cluster.name,
        )

    def __str__(self) -> str:
        return f"{self.namespace} (stack {self.stack}, cluster {self.cluster})"


@attrs.frozen(kw_only=True, slots=True)
class RoleHolder:
    """
    A subject that has a role in one namespace.

    Attributes:
        verbs: What the role allows on the requested resource; None if the role is defined on
            the cluster, so that it is not checked.
    """

    subject: str
    role: str
    place: Place
    verbs: tuple[str, ...] | None


@attrs.frozen(kw_only=True, slots=True)
class Permission:
    """
    What a subject may do in one namespace; the most powerful first.

    Attributes:
        unknown: Roles that are defined on the cluster, which are not expanded.
    """

    subject: str
    place: Place
    roles: tuple[str, ...]
    allowed: tuple[Allowed, ...]
    unknown: tuple[str, ...] = ()


def who_can(
    verb: str, resource: str, namespace: str, tenancy: Tenancy, *, stack: str | None = None
) -> tuple[RoleHolder, ...]:
    """
    Return which subjects may do *verb* on *resource* in *namespace*, or have an unknown role.

    Args:
        verb: The RBAC verb: `get`, `delete`.
        resource: With its subresource, and its group if the name is ambiguous: `pods/exec`,
            `deployments.apps`.
        namespace: Its name in the cluster.
        stack: The stack of its environment. Default: every environment with such a namespace.
    """
    holders: list[RoleHolder] = []
    for environment, here in _namespaces(tenancy, stack):
        if here.name != namespace:
            continue
        platform = tenancy.platform_of(environment)
        for binding in here.bindings:
            verbs: tuple[str, ...] | None = None
            if not roles.is_kubernetes(binding.role):
                verbs = tuple(sorted(verbs_on(resource, expanded(platform)(binding.role))))
                if not {verb, "*"}.intersection(verbs):
                    continue
            holders += [
                RoleHolder(
                    subject=str(subject),
                    role=binding.role,
                    place=Place.of(here, environment),
                    verbs=verbs,
                )
                for subject in binding.subjects
            ]
    return tuple(holders)


def what_can(
    name: str, tenancy: Tenancy, groups: Iterable[str] = (), *, stack: str | None = None
) -> Iterator[Permission]:
    """
    Yield what the subject called *name* may do, namespace by namespace.

    Args:
        name: As it is written in the config, with or without the identity provider's prefix;
            `<namespace>/<name>` for a service account.
        groups: Groups that the subject is in; only the identity provider knows them.
        stack: One environment's. Default: every environment.
    """
    wanted = frozenset((name, *groups))
    for environment, namespace in _namespaces(tenancy, stack):
        platform = tenancy.platform_of(environment)
        by_subject: dict[str, list[str]] = {}
        for binding in namespace.bindings:
            for subject in binding.subjects:
                if _is_called(subject, wanted, platform):
                    by_subject.setdefault(str(subject), []).append(binding.role)
        for subject_name, names in by_subject.items():
            yield Permission(
                subject=subject_name,
                place=Place.of(namespace, environment),
                roles=tuple(names),
                allowed=_allowed(names, platform),
                unknown=tuple(role for role in names if roles.is_kubernetes(role)),
            )


def resources_of(tenancy: Tenancy) -> frozenset[str]:
    """Return every resource that a role names, for messages about a misspelled one."""
    return frozenset(
        resource
        for platform in tenancy.platforms.values()
        for role in roles.of(platform)
        for _, resource in expanded(platform)(role)
    )


def _namespaces(tenancy: Tenancy, stack: str | None) -> Iterator[tuple[Environment, Namespace]]:
    for environment, namespace in tenancy.namespaces:
        if stack in (None, environment.stack):
            yield environment, namespace


def verbs_on(resource: str, given: Verbs) -> frozenset[str]:
    """Return the verbs of *given* on *resource*, in any API group unless one is named."""
    name, _, group = resource.partition(".")
    name, slash, sub = name.partition("/")
    if not slash and "/" in group:
        group, slash, sub = group.partition("/")
    wanted = f"{name}/{sub}" if slash else name
    found: frozenset[str] = frozenset()
    for (api_group, there), verbs in given.items():
        if there in {wanted, "*"} and (not group or api_group in {group, "*"}):
            found |= verbs
    return found


def _allowed(names: Iterable[str], platform: Platform) -> tuple[Allowed, ...]:
    expand = expanded(platform)
    together: dict[tuple[str, str], frozenset[str]] = {}
    for name in names:
        for key, verbs in expand(name).items():
            together[key] = together.get(key, frozenset()) | verbs
    found = (
        Allowed(
            api_group=group,
            resource=resource,
            verbs=tuple(v for v in (*roles.ALL_VERBS, *sorted(verbs)) if v in verbs),
        )
        for (group, resource), verbs in together.items()
    )
    unique = (attrs.evolve(a, verbs=tuple(dict.fromkeys(a.verbs))) for a in found)
    return tuple(sorted(unique, key=lambda a: (a.weight, a.api_group, a.resource)))


def _is_called(subject: Subject, wanted: frozenset[str], platform: Platform) -> bool:
    if subject.kind is SubjectKind.SERVICE_ACCOUNT:
        return not {f"{subject.namespace}/{subject.name}", str(subject)}.isdisjoint(wanted)
    is_user = subject.kind is SubjectKind.USER
    prefix = platform.username_prefix if is_user else platform.groups_prefix
    called = {subject.name, subject.name.removeprefix(prefix), str(subject)}
    return not called.isdisjoint(wanted)

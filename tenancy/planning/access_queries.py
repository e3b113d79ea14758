"""Questions to the model: who may do what where, and what somebody may do."""

from collections.abc import Iterable, Iterator

import attrs

from tenancy.model import Platform, Subject, SubjectKind, Tenancy, roles
from tenancy.planning.sections.access import Allowed, expanded

__all__ = ["Holder", "Right", "UnnamedRole", "resources_of", "what_can", "who_can"]


@attrs.frozen(kw_only=True, slots=True)
class Holder:
    """Somebody who may, and by which role."""

    subject: str
    role: str
    namespace: str
    verbs: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=True)
class UnnamedRole:
    """Somebody whose role only the cluster can expand: whether they may is not checked."""

    subject: str
    role: str
    namespace: str


@attrs.frozen(kw_only=True, slots=True)
class Right:
    """What a subject may do in one namespace; the heaviest first."""

    subject: str
    namespace: str
    environment: str
    roles: tuple[str, ...]
    allowed: tuple[Allowed, ...]
    unknown: tuple[str, ...] = ()


def who_can(
    verb: str, resource: str, namespace: str, tenancy: Tenancy
) -> tuple[tuple[Holder, ...], tuple[UnnamedRole, ...]]:
    """
    Return who may do *verb* on *resource* in *namespace*, and of whom that is not known.

    Operators of the platform may do everything that is managed; they are among the holders.

    Args:
        verb: As RBAC has it: `get`, `delete`.
        resource: With its subresource, and its group where two have the name: `pods/exec`,
            `deployments.apps`.
        namespace: Its name in the cluster.
    """
    found: list[Holder] = []
    unknown: list[UnnamedRole] = []
    for environment, here in tenancy.namespaces:
        if here.name != namespace:
            continue
        platform = tenancy.platform_of(environment)
        for binding in here.bindings:
            verbs = _verbs_on(resource, binding.role, platform)
            for subject in binding.subjects:
                if roles.is_kubernetes(binding.role):
                    unknown.append(
                        UnnamedRole(
                            subject=str(subject), role=binding.role, namespace=namespace
                        )
                    )
                elif verb in verbs or "*" in verbs:
                    found.append(
                        Holder(
                            subject=str(subject),
                            role=binding.role,
                            namespace=namespace,
                            verbs=tuple(sorted(verbs)),
                        )
                    )
    return tuple(found), tuple(unknown)


def what_can(name: str, tenancy: Tenancy, groups: Iterable[str] = ()) -> Iterator[Right]:
    """
    Yield what the subject called *name* may do, namespace by namespace.

    Args:
        name: As it is written in the config, with or without the identity provider's prefix;
            `<namespace>/<name>` for a service account.
        groups: Groups that the subject is in, which the identity provider alone knows.
    """
    wanted = frozenset((name, *groups))
    for environment, namespace in tenancy.namespaces:
        platform = tenancy.platform_of(environment)
        held: dict[str, list[str]] = {}
        for binding in namespace.bindings:
            for subject in binding.subjects:
                if _is_called(subject, wanted, platform):
                    held.setdefault(str(subject), []).append(binding.role)
        for subject_name, names in held.items():
            yield Right(
                subject=subject_name,
                namespace=namespace.name,
                environment=environment.name,
                roles=tuple(names),
                allowed=_allowed(names, platform),
                unknown=tuple(role for role in names if roles.is_kubernetes(role)),
            )


def resources_of(tenancy: Tenancy) -> frozenset[str]:
    """Return every resource that some role names, for messages about a misspelt one."""
    return frozenset(
        resource
        for platform in tenancy.platforms.values()
        for role in (*roles.BUILT_IN, *platform.roles)
        for _, resource in expanded(platform)(role)
    )


def _verbs_on(resource: str, role: str, platform: Platform) -> frozenset[str]:
    """Return the verbs of *role* on *resource*, of whichever group unless one is named."""
    name, _, group = resource.partition(".")
    name, slash, sub = name.partition("/")
    if not slash and "/" in group:
        group, slash, sub = group.partition("/")
    wanted = f"{name}/{sub}" if slash else name
    found: frozenset[str] = frozenset()
    for (api_group, there), verbs in expanded(platform)(role).items():
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

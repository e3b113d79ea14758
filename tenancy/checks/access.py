"""Access: unambiguous subjects, existing roles, and no duplicate members."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tenancy.config.spec import MemberSpec
from tenancy.diagnostics import Finding, Origin, Severity, joined, misnamed, nearest, quoted
from tenancy.kubernetes.names import (
    InvalidNameError,
    parse_group,
    parse_oidc_prefix,
    parse_service_account,
    parse_user,
)
from tenancy.model import (
    Namespace,
    Organization,
    Platform,
    RoleBinding,
    Subject,
    SubjectKind,
    roles,
)

__all__ = ["members", "platform_subjects"]

EVERYBODY: Final = "system:authenticated"
"""Every authenticated user of the cluster; may only read, and only the public namespace."""


def members(organizations: Iterable[Organization], platform: Platform) -> Iterator[Finding]:
    """
    Yield findings about the members and roles in the namespaces of *organizations*.

    A member of a whole organization is checked once.
    """
    looked_at: set[tuple[str, Origin]] = set()
    known = frozenset(roles.names(platform))
    for organization in organizations:
        yield from _said_twice(organization)
        for namespace in organization.namespaces:
            for binding in namespace.bindings:
                for subject, origin in zip(binding.subjects, binding.origins, strict=True):
                    if (binding.role, origin) in looked_at:
                        continue
                    looked_at.add((binding.role, origin))
                    yield from _subject(subject, origin, platform, namespace.organization)
                    yield from _role(binding, origin, platform, known, namespace)
            if len(namespace.bindings) > 1 or any(
                len(binding.subjects) > 1 for binding in namespace.bindings
            ):
                yield from _look_alikes(namespace)


def _subject(
    subject: Subject,
    origin: Origin,
    platform: Platform,
    organization: str | None = None,
    system_groups: Sequence[str] = (),
) -> Iterator[Finding]:
    written = subject.written
    step = _STEPS[subject.kind]
    try:
        match subject.kind:
            case SubjectKind.USER:
                parse_user(written, oidc_prefix=_prefix(platform.username_prefix))
            case SubjectKind.GROUP:
                prefix = _prefix(platform.groups_prefix)
                parse_group(written, oidc_prefix=prefix, system_groups=system_groups)
            case SubjectKind.SERVICE_ACCOUNT:
                parse_service_account(written)
    except InvalidNameError as error:
        yield misnamed(
            error,
            code="subject-name",
            origin=origin / step,
            what=f"the {_WORDS[subject.kind]}",
            organization=organization,
        )


_STEPS: Final = {
    SubjectKind.USER: "user",
    SubjectKind.GROUP: "group",
    SubjectKind.SERVICE_ACCOUNT: "serviceAccount",
}
_WORDS: Final = {
    SubjectKind.USER: "user",
    SubjectKind.GROUP: "group",
    SubjectKind.SERVICE_ACCOUNT: "service account",
}


def _prefix(prefix: str) -> str:
    """Return *prefix*, or none if it is invalid, which is a finding of its own."""
    try:
        return parse_oidc_prefix(prefix)
    except InvalidNameError:
        return ""


def _role(
    binding: RoleBinding,
    origin: Origin,
    platform: Platform,
    known: frozenset[str],
    namespace: Namespace,
) -> Iterator[Finding]:
    role = binding.role
    if role in known:
        if roles.is_kubernetes(role):
            yield Finding(
                code="role-aggregated",
                origin=origin / "role",
                found=f"Kubernetes' own role {role.removeprefix(roles.KUBERNETES_PREFIX)}",
                allowed="viewer, developer and admin, whose rules are fixed; other software "
                "may widen Kubernetes' own roles",
                remedy="use a built-in role, or a role of the platform",
                severity=Severity.WARNING,
                organization=namespace.organization,
            )
        return
    guess = nearest(role, known)
    yield Finding(
        code="role-unknown",
        origin=origin / "role",
        found=f"the role {quoted(role)}",
        allowed=joined(roles.names(platform), last="or"),
        remedy=f"did you mean {guess!r}?" if guess else "name one of these roles",
        # A component without a platform has the built-in roles alone.
        severity=Severity.NOT_CHECKED
        if platform.stack and not platform.is_written
        else Severity.ERROR,
        organization=namespace.organization,
    )


def _said_twice(organization: Organization) -> Iterator[Finding]:
    seen: dict[MemberSpec, Origin] = {}
    for member in organization.members:
        first = seen.setdefault(member.spec, member.origin)
        # Two namespaces may have the same member; one list may not contain it twice.
        if first != member.origin and first.path[:-1] == member.origin.path[:-1]:
            yield Finding(
                code="member-twice",
                origin=member.origin,
                found=f"{_words(member.spec)} a second time",
                allowed="each member once with a role",
                remedy=f"remove this entry; the first is {first}",
                severity=Severity.WARNING,
                organization=organization.name,
            )


def _words(spec: MemberSpec) -> str:
    who = spec.user or spec.group or spec.service_account
    return f"{quoted(who)} as {spec.role}"


def _look_alikes(namespace: Namespace) -> Iterator[Finding]:
    """Warn of two subjects that differ only in case, which RBAC treats as different."""
    seen: dict[tuple[SubjectKind, str], Subject] = {}
    for binding in namespace.bindings:
        for subject, origin in zip(binding.subjects, binding.origins, strict=True):
            first = seen.setdefault((subject.kind, subject.name.casefold()), subject)
            if first.name != subject.name:
                yield Finding(
                    code="subject-look-alike",
                    origin=origin,
                    found=f"{quoted(subject.written)} beside {quoted(first.written)}",
                    allowed="one spelling; for Kubernetes these are two subjects",
                    remedy="write the name as the identity provider spells it",
                    severity=Severity.WARNING,
                    organization=namespace.organization,
                )


def platform_subjects(platform: Platform) -> Iterator[Finding]:
    """Yield findings about subjects of *platform*: operators, bindable subjects, readers."""
    if not platform.is_written:
        return
    for key, prefix in (
        ("usernamePrefix", platform.username_prefix),
        ("groupsPrefix", platform.groups_prefix),
    ):
        try:
            parse_oidc_prefix(prefix)
        except InvalidNameError as error:
            yield misnamed(
                error,
                code="oidc-prefix",
                origin=platform.origin / "oidc" / key,
                what="the prefix",
            )
    if not platform.operators:
        yield Finding(
            code="operators-missing",
            origin=platform.origin / "operators",
            found="no operator",
            allowed="at least one user or group; the guards refuse everyone else",
            remedy="write the group of the people who run the platform",
        )
    for operator in platform.operators:
        yield from _subject(operator, platform.origin / "operators", platform)
    for subject in platform.bindable:
        yield from _subject(subject, platform.origin / "bindableSubjects", platform)
    if (public := platform.public) is not None:
        for reader in public.readers:
            place = public.origin / "readers"
            yield from _subject(reader, place, platform, system_groups=(EVERYBODY,))

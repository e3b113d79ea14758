"""Role bindings of namespaces: subjects with their full names, one binding for each role."""

from collections.abc import Callable, Iterable, Mapping

import attrs

from tenancy.config.spec import MemberSpec, SubjectSpec
from tenancy.diagnostics import Finding, Origin
from tenancy.model.platform import Platform
from tenancy.model.values import Member, Namespace, RoleBinding, Subject, SubjectKind

__all__ = ["Member", "bindings", "knowing_each_other", "members", "subject"]


def members(specs: Iterable[MemberSpec] | None, origin: Origin) -> tuple[Member, ...]:
    """Return *specs*, written as the list at *origin*, each with its place."""
    return tuple(
        Member(spec=spec, origin=origin / index) for index, spec in enumerate(specs or ())
    )


def subject(
    spec: SubjectSpec,
    origin: Origin,
    platform: Platform,
    namespaces: Mapping[str, str] = {},
) -> Subject | Finding:
    """
    Return *spec* as the API server knows it.

    Users and groups get the platform's prefix, once; `system:` names do not, because no
    identity provider issues them. A service account is named by a namespace's id, or by the
    namespace itself if the platform lists it among its bindable subjects.

    Args:
        namespaces: Final names by id of those namespaces whose service accounts may be named.
    """
    written = [
        (kind, value)
        for kind, value in (
            ("user", spec.user),
            ("group", spec.group),
            ("serviceAccount", spec.service_account),
        )
        if value is not None
    ]
    if len(written) != 1:
        return Finding(
            code="subject-not-one",
            origin=origin,
            found=" and ".join(kind for kind, _ in written) or "nobody",
            allowed="exactly one of user, group and serviceAccount",
            remedy="write one entry for each subject",
        )
    kind, value = written[0]
    if kind == "user":
        return Subject(
            kind=SubjectKind.USER,
            name=_prefixed(value, platform.username_prefix),
            written=value,
        )
    if kind == "group":
        return Subject(
            kind=SubjectKind.GROUP, name=_prefixed(value, platform.groups_prefix), written=value
        )
    identifier, _, name = value.partition("/")
    if identifier not in namespaces:
        for listed in platform.bindable:
            if (listed.kind, listed.namespace, listed.name) == (
                SubjectKind.SERVICE_ACCOUNT,
                identifier,
                name,
            ):
                return listed
    if not name or identifier not in namespaces:
        return Finding(
            code="foreign-service-account",
            origin=origin / "serviceAccount",
            found=f"the service account {value!r}",
            allowed="<namespace id>/<name> in a namespace of the same organization"
            + (f" ({', '.join(sorted(namespaces))})" if namespaces else "")
            + ", or one that the platform lists under bindableSubjects",
            remedy="name a service account of this organization, or use a user or a group",
        )
    return Subject(
        kind=SubjectKind.SERVICE_ACCOUNT,
        name=name,
        namespace=namespaces[identifier],
        written=value,
    )


def _prefixed(name: str, prefix: str) -> str:
    return name if name.startswith("system:") else prefix + name


def bindings(
    applicable: Iterable[Member],
    to_subject: Callable[[SubjectSpec, Origin], Subject | Finding],
) -> tuple[tuple[RoleBinding, ...], list[Finding]]:
    """Return one binding for each role of *applicable*, sorted, and what was wrong."""
    findings: list[Finding] = []
    by_role: dict[str, dict[Subject, Origin]] = {}
    for member in applicable:
        found = to_subject(member.spec, member.origin)
        if isinstance(found, Finding):
            findings.append(found)
        else:
            by_role.setdefault(member.spec.role, {}).setdefault(found, member.origin)
    return (
        tuple(
            RoleBinding(
                role=role,
                subjects=tuple(subjects := sorted(held, key=lambda s: s.key)),
                origins=tuple(held[s] for s in subjects),
            )
            for role, held in sorted(by_role.items())
        ),
        findings,
    )


def knowing_each_other(namespaces: Iterable[Namespace]) -> tuple[Namespace, ...]:
    """Return an organization's *namespaces*, each with the members and names of all of them."""
    namespaces = tuple(namespaces)
    members = {
        subject.key: subject
        for namespace in namespaces
        for binding in namespace.bindings
        for subject in binding.subjects
    }
    subjects = tuple(members[key] for key in sorted(members))
    names = tuple(sorted(namespace.name for namespace in namespaces))
    return tuple(
        attrs.evolve(namespace, organization_members=subjects, organization_namespaces=names)
        for namespace in namespaces
    )

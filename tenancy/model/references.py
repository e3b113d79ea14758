"""References of organizations to environments, and to namespaces by id."""

from collections.abc import Iterable, Iterator

import attrs

from tenancy.config.spec import OrganizationSpec
from tenancy.diagnostics import Finding, Origin
from tenancy.model.values import Member

__all__ = ["References", "references"]


@attrs.frozen(kw_only=True, slots=True)
class References:
    """
    The references, and the findings about those that do not exist.

    Attributes:
        members: Every member that was written, those of single namespaces last.
        environments: Every environment that is named, and where.
    """

    members: tuple[Member, ...]
    environments: tuple[tuple[str, Origin], ...]
    findings: tuple[Finding, ...]


def references(
    organization: str,
    members: Iterable[Member],
    own_members: Iterable[Member],
    spec: OrganizationSpec,
    origin: Origin,
) -> References:
    """
    Return what *organization* names.

    Args:
        organization: Its name.
        members: The organization's.
        own_members: The members of single namespaces.
        spec: The organization as written.
        origin: Where it is written.
    """
    members, own_members = tuple(members), tuple(own_members)
    everybody = (*members, *own_members)
    return References(
        members=everybody,
        environments=tuple(_environments(everybody, spec, origin)),
        findings=(
            *_unknown(organization, members, [n.id for n in spec.namespaces]),
            *_listed_again(organization, own_members),
        ),
    )


def _environments(
    members: Iterable[Member], spec: OrganizationSpec, origin: Origin
) -> Iterator[tuple[str, Origin]]:
    for index, namespace in enumerate(spec.namespaces):
        place = origin / "namespaces" / index / "environments"
        for i, name in enumerate(namespace.environments or ()):
            yield name, place / i
    for member in members:
        for i, name in enumerate(member.spec.environments or ()):
            yield name, member.origin / "environments" / i


def _unknown(
    organization: str, members: Iterable[Member], ids: Iterable[str]
) -> Iterator[Finding]:
    known = sorted(set(ids))
    for member in members:
        for i, identifier in enumerate(member.spec.namespaces or ()):
            if identifier not in known:
                yield Finding(
                    code="member-namespace-unknown",
                    origin=member.origin / "namespaces" / i,
                    found=f"the id {identifier!r}, which is not a namespace of the"
                    " organization",
                    allowed=f"ids of its namespaces ({', '.join(known)})",
                    remedy="name one of these ids, or remove the key namespaces: the role then"
                    " applies in every namespace",
                    organization=organization,
                )


def _listed_again(organization: str, own_members: Iterable[Member]) -> Iterator[Finding]:
    for member in own_members:
        if member.spec.namespaces is not None:
            yield Finding(
                code="member-namespaces-in-namespace",
                origin=member.origin / "namespaces",
                found="a list of namespaces for a member of one namespace",
                allowed=(
                    "no namespaces, because members of a namespace have their roles only there"
                ),
                remedy="remove the list, or write the member under the organization's members",
                organization=organization,
            )

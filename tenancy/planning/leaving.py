"""Which subjects lose a role in which namespace; other access of theirs is removed too."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.model import Namespace

__all__ = ["REMOVES_ACCESS", "Leaver", "leavers"]

REMOVES_ACCESS: Final = "TENANCY_REMOVES_ACCESS"
"""The variable by which `tenancy up` tells the program that it removes access itself."""


@attrs.frozen(kw_only=True, slots=True)
class Leaver:
    """
    A subject that loses a role in a kept namespace.

    Attributes:
        subject: As `Subject` is written: `User oidc:dana`.
        roles_before: Every role that it had in the organization, if it leaves the organization;
            otherwise those in this namespace.
        roles_after: The roles that it keeps in this namespace; empty if it loses all access.
    """

    subject: str
    organization: str
    namespace: str
    roles_before: tuple[str, ...]
    roles_after: tuple[str, ...]

    @property
    def loses_everything(self) -> bool:
        """Whether it no longer has any role in the namespace."""
        return not self.roles_after


def leavers(before: Iterable[Namespace], after: Iterable[Namespace]) -> tuple[Leaver, ...]:
    """
    Return which subjects lose a role in which of the kept namespaces.

    A subject that leaves its organization leaves each of the organization's namespaces, even
    those in which it had no role: admins may have given it access there.

    Args:
        before: The namespaces as the last update left them.
        after: The namespaces as they will be.
    """
    old, new = _Roles.of(before), _Roles.of(after)
    return tuple(
        leaver
        for namespace, organization in new.organizations.items()
        for leaver in _of_namespace(namespace, organization, old, new)
    )


def _of_namespace(
    namespace: str, organization: str, old: "_Roles", new: "_Roles"
) -> Iterator[Leaver]:
    for subject in old.subjects(organization):
        had = old.here.get((namespace, subject), ())
        if subject not in new.subjects(organization):
            had = old.anywhere(organization, subject)
        has = new.here.get((namespace, subject), ())
        if set(had) - set(has):
            yield Leaver(
                subject=subject,
                organization=organization,
                namespace=namespace,
                roles_before=tuple(sorted(had)),
                roles_after=tuple(sorted(has)),
            )


@attrs.frozen
class _Roles:
    """The roles of every subject, and the organization of each namespace."""

    organizations: Mapping[str, str]
    here: Mapping[tuple[str, str], tuple[str, ...]]

    @classmethod
    def of(cls, namespaces: Iterable[Namespace]) -> "_Roles":
        found: dict[tuple[str, str], list[str]] = {}
        organizations: dict[str, str] = {}
        for namespace in namespaces:
            organizations[namespace.name] = namespace.organization
            for binding in namespace.bindings:
                for subject in binding.subjects:
                    found.setdefault((namespace.name, str(subject)), []).append(binding.role)
        return cls(organizations, {key: tuple(roles) for key, roles in found.items()})

    def subjects(self, organization: str) -> Mapping[str, None]:
        """Return every member of *organization*, in order."""
        return dict.fromkeys(
            subject
            for namespace, subject in self.here
            if self.organizations[namespace] == organization
        )

    def anywhere(self, organization: str, subject: str) -> tuple[str, ...]:
        """Return the roles of *subject* in all namespaces of *organization*."""
        return tuple(
            dict.fromkeys(
                role
                for (namespace, name), roles in self.here.items()
                if name == subject and self.organizations[namespace] == organization
                for role in roles
            )
        )

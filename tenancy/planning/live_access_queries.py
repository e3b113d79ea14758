"""Queries on a cluster: which subjects may do something in a namespace, by which binding."""

from collections.abc import Collection, Iterable, Iterator

import attrs

from tenancy.model import LiveAccess, LiveBinding, Platform, groups_of, names_of
from tenancy.planning.access_queries import Place, verbs_on
from tenancy.planning.permissions import Allowed, ordered, verbs_of

__all__ = ["LiveHolder", "LivePermission", "live_what_can", "live_who_can", "possible_names"]


@attrs.frozen(kw_only=True, slots=True)
class LiveHolder:
    """
    A subject that a binding on the cluster lets do something in a namespace.

    Attributes:
        verbs: What the binding allows on the requested resource.
    """

    subject: str
    binding: LiveBinding
    place: Place
    verbs: tuple[str, ...]


@attrs.frozen(kw_only=True, slots=True)
class LivePermission:
    """
    What a binding on the cluster lets a subject do in a namespace.

    Attributes:
        subject: As the binding names it.
        allowed: The widest access first.
    """

    subject: str
    binding: LiveBinding
    place: Place
    allowed: tuple[Allowed, ...]


def live_who_can(
    verb: str, resource: str, place: Place, access: LiveAccess
) -> Iterator[LiveHolder]:
    """
    Yield which subjects may do *verb* on *resource* at *place*, and by which binding.

    Args:
        verb: The RBAC verb: `get`, `delete`.
        resource: With its subresource, and its group if the name is ambiguous.
        place: The namespace.
        access: What is on its cluster, bindings and roles.
    """
    for binding in _bindings(place, access):
        verbs = tuple(sorted(verbs_on(resource, verbs_of(access.rules(binding) or ()))))
        if {verb, "*"}.intersection(verbs):
            for subject in binding.subjects:
                yield LiveHolder(subject=subject, binding=binding, place=place, verbs=verbs)


def live_what_can(
    names: Collection[str], place: Place, access: LiveAccess
) -> Iterator[LivePermission]:
    """
    Yield what each binding lets one of the subjects *names* do at *place*.

    Args:
        names: Subjects as bindings name them, such as `User oidc:dana`.
        place: The namespace.
        access: What is on its cluster, bindings and roles.
    """
    for binding in _bindings(place, access):
        allowed = ordered(verbs_of(access.rules(binding) or ()))
        for subject in binding.subjects:
            if subject in names and allowed:
                yield LivePermission(
                    subject=subject, binding=binding, place=place, allowed=allowed
                )


def possible_names(name: str, groups: Iterable[str], platform: Platform) -> frozenset[str]:
    """
    Return every subject that *name* can mean, with the groups that it is in.

    Args:
        name: With or without the prefix of the identity provider; `<namespace>/<name>` for a
            service account.
        groups: Groups that the subject is in.
        platform: Whose prefixes apply.
    """
    if "/" in name and " " not in name:
        subject = f"ServiceAccount {name}"
        return names_of(subject) | groups_of(subject)
    found = {f"User {name}", f"User {platform.username_prefix}{name}"}
    found |= {
        f"Group {prefix}{g}" for g in (name, *groups) for prefix in ("", platform.groups_prefix)
    }
    return frozenset({name, *found})


def _bindings(place: Place, access: LiveAccess) -> Iterator[LiveBinding]:
    yield from access.cluster_role_bindings or ()
    for binding in access.role_bindings or ():
        if binding.namespace == place.namespace:
            yield binding

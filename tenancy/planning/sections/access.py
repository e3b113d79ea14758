"""Who gains and who loses what, where: role bindings expanded to verbs on resources."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from tenancy.model import Namespace, Platform, Rule, roles
from tenancy.planning.previous import Before

__all__ = ["AccessChange", "Allowed", "access_changes", "expanded", "operator_changes"]

_TOKENS: Final = frozenset({"serviceaccounts/token", "rolebindings", "roles", "impersonate"})
_SHELLS: Final = frozenset({"pods/exec", "pods/attach", "pods/portforward"})
_DELETE: Final = frozenset({"delete", "deletecollection", "*"})

Verbs = Mapping[tuple[str, str], frozenset[str]]
"""Verbs by API group and resource."""


@attrs.frozen(kw_only=True, slots=True)
class Allowed:
    """
    Verbs on one resource.

    Attributes:
        api_group: Empty for the core group.
        resource: With its subresource: `pods/exec`.
        verbs: Sorted as roles write them.
    """

    api_group: str
    resource: str
    verbs: tuple[str, ...]

    @property
    def weight(self) -> int:
        """How much it can do, 0 the most: secrets, shells, rights, deletion, the rest."""
        if self.resource in {"secrets", "*"}:
            return 0
        if self.resource in _SHELLS:
            return 1
        if self.resource in _TOKENS and set(self.verbs) - set(roles.READ):
            return 2
        return 3 if _DELETE.intersection(self.verbs) else 4


@attrs.frozen(kw_only=True, slots=True)
class AccessChange:
    """
    What one subject may do in some namespaces that it may not do now, and the other way round.

    Attributes:
        subject: As the API server knows it: `Group oidc:acme-developers`. Who is in a group,
            the identity provider alone knows.
        namespaces: Those where the same holds.
        is_production: Whether they are in the last environment of the environment order.
        roles_before: Sorted; nothing where the subject held none.
        gained: The heaviest first.
        unknown: Roles whose rules only the cluster knows, so that they are not expanded.
    """

    organization: str | None
    subject: str
    environment: str
    namespaces: tuple[str, ...]
    is_production: bool
    roles_before: tuple[str, ...]
    roles_after: tuple[str, ...]
    gained: tuple[Allowed, ...]
    lost: tuple[Allowed, ...]
    unknown: tuple[str, ...] = ()


def access_changes(
    before: Iterable[Namespace],
    after: Iterable[Namespace],
    platform: Platform,
    rules_before: Mapping[str, tuple[Rule, ...]] | None = None,
) -> tuple[AccessChange, ...]:
    """
    Return who gains and loses what; production and secrets, exec and delete come first.

    Args:
        before: The namespaces as the last update left them.
        after: The namespaces as they will be.
        platform: Whose roles hold.
        rules_before: The rules of the platform's own roles before. Default: as they are.
    """
    now = expanded(platform)
    then = now if rules_before is None else _expand(rules_before.get)
    held_before, held_after = _held(before), _held(after)
    facts = {**held_before.places, **held_after.places}
    found: dict[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for key in dict.fromkeys((*held_before.roles, *held_after.roles)):
        was = tuple(sorted(held_before.roles.get(key, ())))
        will = tuple(sorted(held_after.roles.get(key, ())))
        if was == will and then is now:
            continue
        subject, namespace = key
        organization, environment = facts[namespace]
        found.setdefault((organization, environment, subject, was, will), []).append(namespace)
    changes = [
        AccessChange(
            organization=organization,
            subject=subject,
            environment=environment,
            namespaces=tuple(names),
            is_production=bool(platform.environment_order)
            and environment == platform.environment_order[-1],
            roles_before=was,
            roles_after=will,
            gained=_without(_together(will, now), _together(was, then)),
            lost=_without(_together(was, then), _together(will, now)),
            unknown=tuple(r for r in dict.fromkeys((*was, *will)) if roles.is_kubernetes(r)),
        )
        for (organization, environment, subject, was, will), names in found.items()
    ]
    told = [c for c in changes if c.gained or c.lost or c.roles_before != c.roles_after]
    return tuple(sorted(told, key=_order))


def operator_changes(before: Before, after: Platform) -> tuple[AccessChange, ...]:
    """Return who becomes an operator of the platform, and who ceases to be one."""
    now = {str(subject) for subject in after.operators}
    then = set(before.operators)
    everything = (Allowed(api_group="tenancy", resource="everything managed", verbs=("*",)),)
    return tuple(
        AccessChange(
            organization=None,
            subject=subject,
            environment="",
            namespaces=(),
            is_production=True,
            roles_before=("operator",) if subject in then else (),
            roles_after=("operator",) if subject in now else (),
            gained=everything if subject in now else (),
            lost=everything if subject in then else (),
        )
        for subject in sorted(now ^ then)
    )


def expanded(platform: Platform) -> Callable[[str], Verbs]:
    """Return what a role may do, for those whose rules are known here."""

    def own(role: str) -> tuple[Rule, ...] | None:
        found = platform.roles.get(role)
        return None if found is None else found.rules

    return _expand(own)


def _expand(own: Callable[[str], tuple[Rule, ...] | None]) -> Callable[[str], Verbs]:
    known: dict[str, Verbs] = {}

    def of(role: str) -> Verbs:
        if role not in known:
            rules = own(role)
            if rules is None:
                built_in = roles.BUILT_IN.get(role)
                rules = () if built_in is None else built_in.rules
            known[role] = _verbs(rules)
        return known[role]

    return of


def _verbs(rules: Iterable[Rule]) -> Verbs:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for rule in rules:
        only = f" ({', '.join(rule.resource_names)})" if rule.resource_names else ""
        for group in rule.api_groups:
            for resource in rule.resources:
                key = (group, resource + only)
                found[key] = found.get(key, frozenset()) | frozenset(rule.verbs)
    return found


@attrs.frozen
class _Held:
    """The roles of each subject in each namespace, and where each namespace is."""

    roles: Mapping[tuple[str, str], set[str]]
    places: Mapping[str, tuple[str, str]]


def _held(namespaces: Iterable[Namespace]) -> _Held:
    found: dict[tuple[str, str], set[str]] = {}
    places: dict[str, tuple[str, str]] = {}
    for namespace in namespaces:
        places[namespace.name] = (namespace.organization, namespace.environment)
        for binding in namespace.bindings:
            for subject in binding.subjects:
                found.setdefault((str(subject), namespace.name), set()).add(binding.role)
    return _Held(found, places)


def _together(names: Iterable[str], expand: Callable[[str], Verbs]) -> Verbs:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for name in names:
        for key, verbs in expand(name).items():
            found[key] = found.get(key, frozenset()) | verbs
    return found


def _without(those: Verbs, others: Verbs) -> tuple[Allowed, ...]:
    return tuple(
        sorted(_left(those, others), key=lambda a: (a.weight, a.api_group, a.resource))
    )


def _left(those: Verbs, others: Verbs) -> Iterator[Allowed]:
    for (group, resource), verbs in those.items():
        left = verbs - others.get((group, resource), frozenset())
        if left:
            ordered = [v for v in (*roles.ALL_VERBS, *sorted(left)) if v in left]
            yield Allowed(
                api_group=group, resource=resource, verbs=tuple(dict.fromkeys(ordered))
            )


def _order(change: AccessChange) -> tuple[bool, int, str, str, tuple[str, ...]]:
    heaviest = min((a.weight for a in (*change.gained, *change.lost)), default=9)
    return (
        not change.is_production,
        heaviest,
        change.organization or "",
        change.subject,
        change.namespaces,
    )

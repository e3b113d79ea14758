"""Roles expanded to verbs on resources, sorted by power."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics import joined
from tenancy.model import Platform, Rule, roles
from tenancy.planning.facts import shortened
from tenancy.planning.shapes import CLOSED

__all__ = [
    "Allowed",
    "AllowedData",
    "Verbs",
    "allowed_data",
    "described",
    "expanded",
    "expansion",
    "ordered",
    "role_names",
    "together",
    "verbs_of",
    "without",
]

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
        """Its power, 0 the greatest: secrets, shells, permissions, deletion, others."""
        if self.resource in {"secrets", "*"}:
            return 0
        if self.resource in _SHELLS:
            return 1
        if self.resource in _TOKENS and set(self.verbs) - set(roles.READ):
            return 2
        return 3 if _DELETE.intersection(self.verbs) else 4


@with_config(CLOSED)
class AllowedData(TypedDict):
    """Verbs on one resource."""

    apiGroup: str
    resource: str
    verbs: list[str]


def allowed_data(allowed: Allowed) -> AllowedData:
    """Return *allowed* as plain data."""
    return {
        "apiGroup": allowed.api_group,
        "resource": allowed.resource,
        "verbs": list(allowed.verbs),
    }


def described(allowed: Sequence[Allowed], role_names: Iterable[str]) -> str:
    """Return verbs and resources in a few words, the widest access first."""
    parts = [f"{a.resource} ({_verbs_text(a.verbs)})" for a in allowed if a.weight in {0, 2}]
    shells = [a.resource for a in allowed if a.weight == 1]
    if shells:
        parts.insert(1 if parts else 0, joined(shells))
    deleting = [a for a in allowed if a.weight == 3]
    rest = [a for a in allowed if a.weight == 4]
    writing = [a for a in rest if set(a.verbs) - set(roles.READ)]
    for verb, some in (("delete", deleting), ("change", writing)):
        if some:
            parts.append(f"{verb} {shortened([a.resource for a in some])}")
    if len(rest) > len(writing):
        parts.append(f"read {shortened([a.resource for a in rest if a not in writing])}")
    unknown = sorted(role for role in role_names if roles.is_kubernetes(role))
    if unknown:
        parts.append(f"the permissions of {joined(unknown)}, defined on the cluster")
    return ", ".join(parts) or "no permission that another role does not give"


def _verbs_text(verbs: Sequence[str]) -> str:
    if set(verbs) >= set(roles.ALL_VERBS):
        return "every verb"
    if set(verbs) == set(roles.READ):
        return "read"
    return ", ".join(verbs)


def expanded(platform: Platform) -> Callable[[str], Verbs]:
    """Return what each role with known rules allows."""

    def own(role: str) -> tuple[Rule, ...] | None:
        found = roles.find(role, platform)
        return None if found is None else found.rules

    return expansion(own)


def expansion(own: Callable[[str], tuple[Rule, ...] | None]) -> Callable[[str], Verbs]:
    """Return what a role allows, from the rules in *own*, else those of the built-in roles."""
    known: dict[str, Verbs] = {}

    def of(role: str) -> Verbs:
        if role not in known:
            rules = own(role)
            if rules is None:
                built_in = roles.BUILT_IN.get(role)
                rules = () if built_in is None else built_in.rules
            known[role] = verbs_of(rules)
        return known[role]

    return of


def verbs_of(rules: Iterable[Rule]) -> Verbs:
    """Return the verbs of *rules* by API group and resource."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for rule in rules:
        only = f" ({', '.join(rule.resource_names)})" if rule.resource_names else ""
        for group in rule.api_groups:
            for resource in rule.resources:
                key = (group, resource + only)
                found[key] = found.get(key, frozenset()) | frozenset(rule.verbs)
    return found


def together(names: Iterable[str], expand: Callable[[str], Verbs]) -> Verbs:
    """Return what all roles *names* allow."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for name in names:
        for key, verbs in expand(name).items():
            found[key] = found.get(key, frozenset()) | verbs
    return found


def ordered(verbs: Verbs) -> tuple[Allowed, ...]:
    """Return *verbs* on each resource, the widest access first."""
    return without(verbs, {})


def without(those: Verbs, others: Verbs) -> tuple[Allowed, ...]:
    """Return what *those* allow and *others* do not, the widest access first."""
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


def role_names(names: Sequence[str]) -> str:
    """
    Return *names* of roles in words.

    >>> role_names(())
    'no role'
    """
    return joined(names) or "no role"

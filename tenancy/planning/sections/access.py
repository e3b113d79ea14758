"""Who gains and who loses access, and where: roles expanded to verbs on resources."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.diagnostics.wording import joined
from tenancy.model import Namespace, Platform, Rule, roles
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.previous import Before
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["Access", "AccessChange", "Allowed", "AllowedData", "allowed_data", "expanded"]

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
    What one subject would be allowed and no longer be allowed in some namespaces.

    Attributes:
        organization: None for an operator of the platform.
        subject: As the API server names it: `Group oidc:acme-developers`. Only the identity
            provider knows who is in a group.
        namespaces: Those with the same change; empty for an operator of the platform.
        is_production: Whether they are in the last environment of the environment order.
        roles_before: Sorted; empty where the subject had no role.
        gained: The most powerful first.
        unknown: Roles that the cluster defines, so that they are not expanded.
    """

    organization: str | None
    subject: str
    environment: str | None
    stack: str
    namespaces: tuple[str, ...]
    is_production: bool
    roles_before: tuple[str, ...]
    roles_after: tuple[str, ...]
    gained: tuple[Allowed, ...]
    lost: tuple[Allowed, ...]
    unknown: tuple[str, ...] = ()


@with_config(CLOSED)
class AllowedData(TypedDict):
    """Verbs on one resource."""

    apiGroup: str
    resource: str
    verbs: list[str]


@with_config(CLOSED)
class AccessData(TypedDict):
    """What a subject gains and loses in some namespaces; the most powerful first."""

    organization: str | None
    subject: str
    environment: str | None
    stack: str
    namespaces: list[str]
    production: bool
    rolesBefore: list[str]
    rolesAfter: list[str]
    gained: list[AllowedData]
    lost: list[AllowedData]
    notExpanded: list[str]


@attrs.frozen
class Access(Section):
    """
    Every subject whose access changes; production first, then by what it may do.

    Attributes:
        removed: Names of namespaces that would be deleted; the loss of all access to them
            follows and is not repeated in facts.
    """

    name = "access"
    shape = list[AccessData]

    changes: Sequence[AccessChange]
    removed: frozenset[str] = frozenset()

    @classmethod
    def compute(cls, comparison: Comparison) -> "Access":
        """Return whose access changes; the first update of a platform changes nobody's."""
        platform, before = comparison.platform, comparison.before
        if comparison.environment is not None:
            changes = _access_changes(
                comparison.namespaces_before, comparison.namespaces_after, platform
            )
            return cls(changes, comparison.removed)
        if before is None:
            return cls(())
        namespaces = comparison.others_on_platform
        return cls(
            (
                *_operator_changes(before, platform),
                *_access_changes(namespaces, namespaces, platform, before.rules),
            )
        )

    def facts(self) -> Iterator[Fact]:
        """Yield what each subject gains and what it loses."""
        for change in self.changes:
            names = tuple(n for n in change.namespaces if n not in self.removed)
            if names or not change.namespaces:
                yield from self._facts_of(change, names)

    def data(self) -> list[AccessData]:
        """Return the changes in order."""
        return [
            {
                "organization": change.organization,
                "subject": change.subject,
                "environment": change.environment,
                "stack": change.stack,
                "namespaces": list(change.namespaces),
                "production": change.is_production,
                "rolesBefore": list(change.roles_before),
                "rolesAfter": list(change.roles_after),
                "gained": [allowed_data(a) for a in change.gained],
                "lost": [allowed_data(a) for a in change.lost],
                "notExpanded": list(change.unknown),
            }
            for change in self.changes
        ]

    def _facts_of(self, change: AccessChange, names: Sequence[str]) -> Iterator[Fact]:
        where = shortened(names) if names else "the whole platform"
        if change.is_production and names:
            where += " (PRODUCTION)"
        roles_text = f"{_roles(change.roles_before)} → {_roles(change.roles_after)}"
        if change.roles_before == change.roles_after:
            roles_text = f"{_roles(change.roles_after)}, whose rules change"
        head = f"{change.subject} in {where}: {roles_text}"
        new, old = set(change.roles_after), set(change.roles_before)
        if change.gained or new - old:
            text = f"{head}; gains {_described(change.gained, new - old)}"
            yield self.fact(text, Importance.MORE, change.organization)
        if change.lost or (not change.gained and old - new):
            text = f"{head}; loses {_described(change.lost, old - new)}"
            yield self.fact(text, Importance.LESS, change.organization)


def allowed_data(allowed: Allowed) -> AllowedData:
    """Return *allowed* as plain data."""
    return {
        "apiGroup": allowed.api_group,
        "resource": allowed.resource,
        "verbs": list(allowed.verbs),
    }


def _roles(names: Sequence[str]) -> str:
    return joined(names) or "no role"


def _described(allowed: Sequence[Allowed], role_names: Iterable[str]) -> str:
    """Return verbs and resources in a few words, the most powerful first."""
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
        parts.append(f"the permissions of {joined(unknown)}, which the cluster defines")
    return ", ".join(parts) or "no permission that another role does not give"


def _verbs_text(verbs: Sequence[str]) -> str:
    if set(verbs) >= set(roles.ALL_VERBS):
        return "every verb"
    if set(verbs) == set(roles.READ):
        return "read"
    return ", ".join(verbs)


def _access_changes(
    before: Iterable[Namespace],
    after: Iterable[Namespace],
    platform: Platform,
    rules_before: Mapping[str, tuple[Rule, ...]] | None = None,
) -> tuple[AccessChange, ...]:
    """
    Return whose access changes; production comes first, then secrets, exec and delete.

    Args:
        before: The namespaces as the last update left them.
        after: The namespaces as they will be.
        platform: Whose roles apply.
        rules_before: The rules of the platform's own roles before. Default: unchanged.
    """
    now = expanded(platform)
    then = now if rules_before is None else _expand(rules_before.get)
    roles_before, roles_after = _roles_of(before), _roles_of(after)
    groups: dict[
        tuple[str, str, str, str, tuple[str, ...], tuple[str, ...]], dict[str, None]
    ] = {}
    for binding in dict.fromkeys((*roles_before, *roles_after)):
        was = tuple(sorted(roles_before.get(binding, ())))
        will = tuple(sorted(roles_after.get(binding, ())))
        if was != will or then is not now:
            key = binding.organization, binding.environment, binding.stack, binding.subject
            groups.setdefault((*key, was, will), {})[binding.namespace] = None
    last = platform.environment_order[-1] if platform.environment_order else None
    changes = [
        AccessChange(
            organization=organization,
            subject=subject,
            environment=environment,
            stack=stack,
            namespaces=tuple(names),
            is_production=environment == last,
            roles_before=was,
            roles_after=will,
            gained=_without(_together(will, now), _together(was, then)),
            lost=_without(_together(was, then), _together(will, now)),
            unknown=tuple(r for r in dict.fromkeys((*was, *will)) if roles.is_kubernetes(r)),
        )
        for (organization, environment, stack, subject, was, will), names in groups.items()
    ]
    differing = [c for c in changes if c.gained or c.lost or c.roles_before != c.roles_after]
    return tuple(sorted(differing, key=_order))


def _operator_changes(before: Before, after: Platform) -> tuple[AccessChange, ...]:
    """Return who becomes an operator of the platform, and who is no longer one."""
    now = {str(subject) for subject in after.operators}
    then = set(before.operators)
    everything = (Allowed(api_group="tenancy", resource="everything managed", verbs=("*",)),)
    return tuple(
        AccessChange(
            organization=None,
            subject=subject,
            environment=None,
            stack=after.stack,
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
class _Member:
    """A subject that has roles in one namespace."""

    organization: str
    environment: str
    stack: str
    namespace: str
    subject: str


def _roles_of(namespaces: Iterable[Namespace]) -> Mapping[_Member, set[str]]:
    members: dict[_Member, set[str]] = {}
    for namespace in namespaces:
        for binding in namespace.bindings:
            for subject in binding.subjects:
                member = _Member(
                    namespace.organization,
                    namespace.environment,
                    namespace.stack,
                    namespace.name,
                    str(subject),
                )
                members.setdefault(member, set()).add(binding.role)
    return members


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
    most_powerful = min((a.weight for a in (*change.gained, *change.lost)), default=9)
    return (
        not change.is_production,
        most_powerful,
        change.organization or "",
        change.subject,
        change.namespaces,
    )

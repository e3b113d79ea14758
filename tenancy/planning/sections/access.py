"""Which subjects gain and lose access, and where: roles expanded to verbs on resources."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs
from pydantic import with_config
from typing_extensions import TypedDict

from tenancy.model import Namespace, Platform, Rule, roles
from tenancy.planning.comparison import Comparison
from tenancy.planning.facts import Fact, Importance, shortened
from tenancy.planning.permissions import (
    Allowed,
    AllowedData,
    allowed_data,
    described,
    expanded,
    expansion,
    role_names,
    together,
    without,
)
from tenancy.planning.previous import Before
from tenancy.planning.section import Section
from tenancy.planning.shapes import CLOSED

__all__ = ["Access", "AccessChange"]


@attrs.frozen(kw_only=True, slots=True)
class AccessChange:
    """
    What one subject gains and loses in some namespaces.

    Attributes:
        organization: None for an operator of the platform.
        subject: As the API server names it: `Group oidc:acme-developers`. The memberships of
            groups are known to the identity provider only.
        namespaces: The namespaces with the same change; empty for an operator of the platform.
        is_production: Whether they are in the last environment of the environment order.
        roles_before: Sorted; empty if the subject had no role.
        gained: The widest access first.
        unknown: Roles that are defined on the cluster and not expanded.
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
class AccessData(TypedDict):
    """What a subject gains and loses in some namespaces; the widest access first."""

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
    Every subject whose access changes; production first, then by power.

    Attributes:
        removed: Names of namespaces that would be deleted; facts do not repeat that all access
            to them is lost.
    """

    name = "access"
    shape = list[AccessData]

    changes: Sequence[AccessChange]
    removed: frozenset[str] = frozenset()

    @classmethod
    def compute(cls, comparison: Comparison) -> "Access":
        """Return the changes of access; the first update of a platform has none."""
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
        """Yield what each subject gains and loses."""
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
        roles_text = f"{role_names(change.roles_before)} → {role_names(change.roles_after)}"
        if change.roles_before == change.roles_after:
            roles_text = f"{role_names(change.roles_after)}, whose rules change"
        head = f"{change.subject} in {where}: {roles_text}"
        new, old = set(change.roles_after), set(change.roles_before)
        if change.gained or new - old:
            text = f"{head}; gains {described(change.gained, new - old)}"
            yield self.fact(text, Importance.MORE, change.organization)
        if change.lost or (not change.gained and old - new):
            text = f"{head}; loses {described(change.lost, old - new)}"
            yield self.fact(text, Importance.LESS, change.organization)


def _access_changes(
    before: Iterable[Namespace],
    after: Iterable[Namespace],
    platform: Platform,
    rules_before: Mapping[str, tuple[Rule, ...]] | None = None,
) -> tuple[AccessChange, ...]:
    """
    Return the changes of access; production comes first, then secrets, exec and delete.

    Args:
        before: The namespaces as the last update left them.
        after: The namespaces as they will be.
        platform: Its roles apply.
        rules_before: The rules of the platform's own roles before. Default: unchanged.
    """
    now = expanded(platform)
    then = now if rules_before is None else expansion(rules_before.get)
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
            gained=without(together(will, now), together(was, then)),
            lost=without(together(was, then), together(will, now)),
            unknown=tuple(r for r in dict.fromkeys((*was, *will)) if roles.is_kubernetes(r)),
        )
        for (organization, environment, stack, subject, was, will), names in groups.items()
    ]
    differing = [c for c in changes if c.gained or c.lost or c.roles_before != c.roles_after]
    return tuple(sorted(differing, key=_order))


def _operator_changes(before: Before, after: Platform) -> tuple[AccessChange, ...]:
    """Return the subjects that become or stop being operators of the platform."""
    now = {str(subject) for subject in after.operators}
    then = set(before.operators)
    everything = (
        Allowed(
            api_group="tenancy", resource="every object that Tenancy manages", verbs=("*",)
        ),
    )
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


def _order(change: AccessChange) -> tuple[bool, int, str, str, tuple[str, ...]]:
    most_powerful = min((a.weight for a in (*change.gained, *change.lost)), default=9)
    return (
        not change.is_production,
        most_powerful,
        change.organization or "",
        change.subject,
        change.namespaces,
    )

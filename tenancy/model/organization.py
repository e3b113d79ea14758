"""An organization in one environment: final names, and tiers after inheritance."""

from collections.abc import Iterator

import attrs

from tenancy.config.spec import (
    NamespaceSpec,
    NetworkSpec,
    OrganizationOverrideSpec,
    OrganizationSpec,
    PodSecuritySpec,
    SubjectSpec,
)
from tenancy.diagnostics.finding import Finding
from tenancy.diagnostics.origin import Origin
from tenancy.model.access import Member, bindings, members, subject
from tenancy.model.adoption import adopted, named_bindings, named_limit_range
from tenancy.model.entitlements import Entitlements, Profiles, limits, network, pod_security
from tenancy.model.grants import grants
from tenancy.model.platform import Platform
from tenancy.model.references import mentioned
from tenancy.model.values import Billing, Namespace, Organization, Subject

__all__ = ["EnvironmentContext", "OrganizationInput", "organization"]

_NO_OVERRIDE = OrganizationOverrideSpec()


@attrs.frozen(kw_only=True, slots=True)
class EnvironmentContext:
    """
    Where organizations stand: one environment's stack, and what it says for all of them.

    Attributes:
        environment: The environment's name; None where a program names none, so that every
            namespace of an organization exists.
        deletable: Exact names of namespaces that may be deleted.
    """

    stack: str
    environment: str | None
    platform: Platform
    profiles: Profiles
    name_template: str = "{prefix}-{id}"
    network: tuple[NetworkSpec, Origin] | None = None
    pod_security: tuple[PodSecuritySpec, Origin] | None = None
    deletable: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True, slots=True)
class OrganizationInput:
    """An organization that an environment holds, and what differs for it there."""

    name: str
    spec: OrganizationSpec
    origin: Origin
    override: OrganizationOverrideSpec = _NO_OVERRIDE
    override_origin: Origin | None = None


def organization(
    held: OrganizationInput, setting: EnvironmentContext
) -> tuple[Organization, list[Finding]]:
    """Return *held* as it is in *setting*, and what could not be resolved."""
    resolver = _Resolver(held, setting)
    resolved = resolver.organization()
    return resolved, resolver.findings


class _Resolver:
    """Resolves the namespaces of one organization in one environment."""

    def __init__(self, held: OrganizationInput, setting: EnvironmentContext) -> None:
        self.held = held
        self.setting = setting
        self.findings: list[Finding] = []
        self.present = {
            spec.id: (spec, held.origin / "namespaces" / index)
            for index, spec in enumerate(held.spec.namespaces)
            if setting.environment is None
            or spec.environments is None
            or setting.environment in spec.environments
        }
        self.names = {spec.id: self._name(spec) for spec, _ in self.present.values()}
        self.own_profiles = Profiles(held.spec.profiles, held.origin / "profiles")
        self.tiers: dict[str, tuple[Entitlements, tuple[str, ...]]] = {}
        self.members = (
            *members(held.spec.members, held.origin / "members"),
            *(
                members(held.override.members, held.override_origin / "members")
                if held.override_origin
                else ()
            ),
        )
        self.default = self._default()
        self.billing = self._billing()

    def organization(self) -> Organization:
        spec, held, setting = self.held.spec, self.held, self.setting
        namespaces = tuple(self._namespaces())
        self._unknown_overrides()
        mentions = mentioned(held.name, self.members, self._own_members(), spec, held.origin)
        self.findings.extend(mentions.findings)
        return Organization(
            name=held.name,
            prefix=spec.prefix,
            environment=setting.environment or "",
            stack=setting.stack,
            origin=held.origin,
            namespaces=namespaces,
            ceiling=None
            if spec.ceiling is None
            else limits(spec.ceiling, held.origin / "ceiling"),
            billing=self.billing,
            display_name=spec.display_name,
            owner=spec.owner,
            default_namespace=self.default,
            written_namespaces=len(spec.namespaces),
            members=mentions.members,
            named_environments=mentions.environments,
        )

    def _own_members(self) -> Iterator[Member]:
        """Yield the members that namespaces have beside the organization's."""
        held = self.held
        for index, spec in enumerate(held.spec.namespaces):
            yield from members(spec.members, held.origin / "namespaces" / index / "members")
        if (place := held.override_origin) is not None:
            for identifier, override in held.override.namespaces.items():
                yield from members(
                    override.members, place / "namespaces" / identifier / "members"
                )

    def _namespaces(self) -> Iterator[Namespace]:
        seen: set[str] = set()
        for index, spec in enumerate(self.held.spec.namespaces):
            origin = self.held.origin / "namespaces" / index
            if spec.id in seen:
                self._finding(
                    "duplicate-id",
                    origin / "id",
                    f"a second namespace with the id {spec.id!r}",
                    "each id once in an organization",
                    "give it an id of its own, or remove it",
                )
            elif spec.id in self.present:
                yield self._namespace(spec, origin)
            seen.add(spec.id)

    def _namespace(self, spec: NamespaceSpec, origin: Origin) -> Namespace:
        held, setting = self.held, self.setting
        tier, lineage = self._tier(spec.id, ())
        if not tier.quotas:
            self._finding(
                "namespace-without-quota",
                origin,
                f"the namespace {spec.id!r} has no profile, no quota and nothing to inherit",
                "a profile, a quota, inheritFrom, or a defaultNamespace that has them",
                "write one of them",
            )
        found, findings = bindings(self._applicable(spec, tier), self._subject)
        self.findings.extend(findings)
        granted, findings = grants(tier.grants or (), setting.platform, held.name)
        self.findings.extend(findings)
        name = self.names[spec.id]
        kept = adopted(spec.adopted)
        written_network = tier.network
        if written_network is None and setting.network is not None:
            written_network = network(*setting.network)
        return Namespace(
            name=name,
            id=spec.id,
            organization=held.name,
            environment=setting.environment or "",
            stack=setting.stack,
            origin=origin,
            quotas=tier.quotas,
            limit_range=named_limit_range(tier.limit_range, kept),
            bindings=named_bindings(found, kept),
            grants=granted,
            network=written_network or network(NetworkSpec(), origin),
            pod_security=pod_security(
                tier.pod_security or setting.pod_security,
                setting.platform.pod_security_version,
            ),
            billing=self.billing,
            subscription=spec.subscription,
            display_name=held.spec.display_name,
            owner=held.spec.owner,
            workload=spec.workload,
            labels=spec.labels,
            annotations=spec.annotations,
            lineage=lineage,
            storage_classes=tier.storage_classes,
            priority_classes=tuple(sorted(set(tier.priority_classes or ()))),
            adopted=kept,
            protect=name not in setting.deletable,
        )

    def _tier(
        self, identifier: str, heirs: tuple[str, ...]
    ) -> tuple[Entitlements, tuple[str, ...]]:
        """Return the tier of a namespace and its lineage; *heirs* are those that ask for it."""
        if identifier in self.tiers:
            return self.tiers[identifier]
        spec, origin = self.present[identifier]
        base, lineage = self._inherited(spec, origin, (*heirs, identifier))
        tier = base.with_own(spec, origin, self._profile(spec.profile, origin))
        override = self.held.override.namespaces.get(identifier)
        if override is not None and self.held.override_origin is not None:
            place = self.held.override_origin / "namespaces" / identifier
            tier = tier.with_own(override, place, self._profile(override.profile, place))
        self.tiers[identifier] = (tier, lineage)
        return tier, lineage

    def _inherited(
        self, spec: NamespaceSpec, origin: Origin, heirs: tuple[str, ...]
    ) -> tuple[Entitlements, tuple[str, ...]]:
        source = spec.inherit_from or self._implied_source(spec.id)
        if source is None:
            return Entitlements(), ()
        place = origin / "inheritFrom"
        if source in heirs:
            self._finding(
                "inheritance-cycle",
                place,
                " inherits from ".join([*heirs[heirs.index(source) :], source]),
                "a source that does not inherit from its heir",
                "give one of them a profile of its own",
            )
            return Entitlements(), ()
        if source not in self.present:
            if spec.inherit_from is not None:
                self._finding(
                    "inherit-from-unknown",
                    place,
                    f"{source!r}, which {self._absence(source)}",
                    f"a namespace of the organization in the same environment"
                    f" ({', '.join(sorted(self.present))})",
                    "name one of them, or give the namespace a profile of its own",
                )
            return Entitlements(), ()
        tier, lineage = self._tier(source, heirs)
        return tier, (source, *lineage)

    def _implied_source(self, identifier: str) -> str | None:
        """Return the default namespace, unless it is *identifier* or an heir of it."""
        at, seen = self.default, set[str]()
        while at is not None and at in self.present and at not in seen:
            if at == identifier:
                return None
            seen.add(at)
            at = self.present[at][0].inherit_from
        return None if at == identifier else self.default

    def _absence(self, identifier: str) -> str:
        known = any(spec.id == identifier for spec in self.held.spec.namespaces)
        where = self.setting.environment or "this program"
        return f"does not exist in {where}" if known else "is no namespace of the organization"

    def _profile(self, name: str | None, origin: Origin) -> Entitlements | None:
        if name is None:
            return None
        tier = self.own_profiles.get(name) or self.setting.profiles.get(name)
        if tier is None:
            known = (*self.own_profiles.names, *self.setting.profiles.names)
            self._finding(
                "unknown-profile",
                origin / "profile",
                f"the profile {name!r}",
                f"a profile of the environment ({', '.join(known) or 'it has none'})",
                "name one of them, or describe it under profiles",
            )
        return tier

    def _default(self) -> str | None:
        """Return the default namespace here; where there are several, one must be named."""
        held = self.held
        name = held.override.default_namespace or held.spec.default_namespace
        if name is not None:
            if not any(spec.id == name for spec in held.spec.namespaces):
                overridden = held.override.default_namespace is not None
                place = held.override_origin if overridden else held.origin
                self._finding(
                    "default-namespace-unknown",
                    (place or held.origin) / "defaultNamespace",
                    f"{name!r}, which is no namespace of the organization",
                    ", ".join(spec.id for spec in held.spec.namespaces),
                    "name one of them",
                )
            if name in self.present:
                return name
        elif len(self.present) > 1:
            self._finding(
                "default-namespace-missing",
                held.origin,
                f"{len(self.present)} namespaces and no defaultNamespace",
                "a defaultNamespace where an organization has several",
                "name the one that new namespaces inherit from: "
                + ", ".join(sorted(self.present)),
            )
            return None
        return next(iter(self.present)) if len(self.present) == 1 else None

    def _applicable(self, spec: NamespaceSpec, tier: Entitlements) -> Iterator[Member]:
        for member in self.members:
            where, when = member.spec.namespaces, member.spec.environments
            if (where is None or spec.id in where) and self._is_now(when):
                yield member
        for member in tier.members or ():
            if self._is_now(member.spec.environments):
                yield member

    def _is_now(self, environments: tuple[str, ...] | None) -> bool:
        here = self.setting.environment
        return environments is None or here is None or here in environments

    def _subject(self, spec: SubjectSpec, origin: Origin) -> Subject | Finding:
        return subject(spec, origin, self.setting.platform, self.names)

    def _name(self, spec: NamespaceSpec) -> str:
        if spec.adopted is not None and spec.adopted.name is not None:
            return spec.adopted.name
        return (
            self.setting.name_template.replace("{prefix}", self.held.spec.prefix)
            .replace("{environment}", self.setting.environment or "")
            .replace("{id}", spec.id)
        )

    def _billing(self) -> Billing | None:
        billing = self.held.spec.billing
        if billing is None:
            return None
        return Billing(
            subscription_group=billing.subscription_group,
            cost_center=billing.cost_center,
            origin=self.held.origin / "billing",
        )

    def _unknown_overrides(self) -> None:
        place = self.held.override_origin
        for identifier in self.held.override.namespaces if place is not None else ():
            if identifier not in self.present and place is not None:
                self._finding(
                    "override-unknown",
                    place / "namespaces" / identifier,
                    f"{identifier!r}, which {self._absence(identifier)}",
                    ", ".join(sorted(self.present)) or "no namespace exists here",
                    "name one of them, or remove the entry",
                )

    def _finding(
        self, code: str, origin: Origin, found: str, allowed: str, remedy: str
    ) -> None:
        self.findings.append(
            Finding(
                code=code,
                origin=origin,
                found=found,
                allowed=allowed,
                remedy=remedy,
                organization=self.held.name,
            )
        )

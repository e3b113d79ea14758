"""An organization in one environment: final names, and entitlements after inheritance."""

from collections.abc import Iterator

from tenancy.config.spec import (
    NamespaceSpec,
    NetworkSpec,
    SubjectSpec,
)
from tenancy.diagnostics import Finding, Origin
from tenancy.model.access import Member, bindings, knowing_each_other, members, subject
from tenancy.model.adoption import adopted, enforcement, named_bindings, named_limit_range
from tenancy.model.carried_objects import carrying
from tenancy.model.entitlements import Entitlements, Profiles, limits
from tenancy.model.grants import grants
from tenancy.model.metadata import billing, metadata
from tenancy.model.namespace_names import namespace_name
from tenancy.model.network import Network, network
from tenancy.model.organization_input import EnvironmentContext, OrganizationInput
from tenancy.model.pod_security import pod_security
from tenancy.model.references import references
from tenancy.model.values import Namespace, Organization, Subject

__all__ = ["organization"]

_NO_NETWORK = NetworkSpec()


def organization(
    source: OrganizationInput, context: EnvironmentContext
) -> tuple[Organization, list[Finding]]:
    """Return *source* resolved in *context*, and the findings."""
    resolver = _Resolver(source, context)
    resolved = resolver.organization()
    return resolved, resolver.findings


class _Resolver:
    """Resolves the namespaces of one organization in one environment."""

    def __init__(self, source: OrganizationInput, context: EnvironmentContext) -> None:
        self.source = source
        self.context = context
        self.findings: list[Finding] = []
        self.present = {
            spec.id: (spec, origin)
            for spec, origin in source.namespaces
            if context.environment is None
            or spec.environments is None
            or context.environment in spec.environments
        }
        self.names = {spec.id: self._name(spec) for spec, _ in self.present.values()}
        own = source.spec.profiles
        self.profiles = Profiles(own, source.origin / "profiles", context.profiles)
        self.entitlements: dict[str, tuple[Entitlements, tuple[str, ...]]] = {}
        self.members = (
            *members(source.spec.members, source.origin / "members"),
            *(
                members(source.override.members, source.override_origin / "members")
                if source.override_origin
                else ()
            ),
        )
        self.default = self._default()
        self.network = self._network()
        self.billing = billing(source.spec.billing, source.origin / "billing")

    def organization(self) -> Organization:
        spec, source, context = self.source.spec, self.source, self.context
        namespaces = knowing_each_other(self._namespaces())
        self._unknown_overrides()
        named = references(source.name, self.members, self._own_members(), spec, source.origin)
        self.findings.extend(named.findings)
        return Organization(
            name=source.name,
            prefix=spec.prefix,
            environment=context.environment or "",
            stack=context.stack,
            origin=source.origin,
            namespaces=namespaces,
            ceiling=None
            if spec.ceiling is None
            else limits(spec.ceiling, source.origin / "ceiling"),
            billing=self.billing,
            display_name=spec.display_name,
            owner=spec.owner,
            default_namespace=self.default,
            written_namespaces=len(spec.namespaces),
            members=named.members,
            hosts=spec.hosts,
            queue_weight=spec.queue_weight,
            named_environments=named.environments,
        )

    def _own_members(self) -> Iterator[Member]:
        """Yield the members that namespaces have in addition to the organization's."""
        source = self.source
        for spec, origin in source.namespaces:
            yield from members(spec.members, origin / "members")
        if (place := source.override_origin) is not None:
            for identifier, override in source.override.namespaces.items():
                yield from members(
                    override.members, place / "namespaces" / identifier / "members"
                )

    def _namespaces(self) -> Iterator[Namespace]:
        seen: set[str] = set()
        for spec, origin in self.source.namespaces:
            if spec.id in seen:
                self._finding(
                    "duplicate-id",
                    origin / "id",
                    f"a second namespace with the id {spec.id!r}",
                    "each id once in an organization",
                    "give it another id, or remove it",
                )
            elif spec.id in self.present:
                yield self._namespace(spec, origin)
            seen.add(spec.id)

    def _namespace(self, spec: NamespaceSpec, origin: Origin) -> Namespace:
        source, context = self.source, self.context
        entitlements, lineage = self._entitlements(spec.id, ())
        if not entitlements.quotas and not entitlements.without_quota:
            self._finding(
                "namespace-without-quota",
                origin,
                f"the namespace {spec.id!r} has no profile and no quota, and inherits none",
                "a profile, a quota, inheritFrom, or a defaultNamespace that has them;"
                " `quota: {}` for a namespace without a quota",
                "write a profile, a quota or inheritFrom",
            )
        role_bindings, findings = bindings(self._applicable(spec, entitlements), self._subject)
        self.findings.extend(findings)
        granted, findings = grants(entitlements.grants or (), context.platform, source.name)
        self.findings.extend(findings)
        name = self.names[spec.id]
        kept = adopted(spec.adopted)
        described = metadata(spec, source.spec, source.origin)
        resolved = Namespace(
            name=name,
            id=spec.id,
            organization=source.name,
            environment=context.environment or "",
            stack=context.stack,
            origin=origin,
            quotas=entitlements.quotas,
            limit_range=named_limit_range(entitlements.limit_range, kept),
            bindings=named_bindings(role_bindings, kept),
            grants=granted,
            network=entitlements.network or self.network or network(_NO_NETWORK, origin),
            pod_security=pod_security(
                entitlements.pod_security or context.pod_security,
                context.platform.pod_security_version,
                context.platform.pod_security_exceptions,
            ),
            billing=self.billing,
            subscription=spec.subscription,
            display_name=source.spec.display_name,
            owner=source.spec.owner,
            workload=spec.workload,
            labels=described.labels,
            annotations=described.annotations,
            organization_metadata=described.of_organization,
            lineage=lineage,
            inherits_grants=self._inherits_grants(spec),
            storage_classes=entitlements.storage_classes,
            priority_classes=tuple(sorted(set(entitlements.priority_classes or ()))),
            load_balancers=entitlements.load_balancers,
            hosts=tuple(sorted(set(source.spec.hosts))),
            adopted=kept,
            protect=name not in context.deletable,
            without_quota=entitlements.without_quota and not entitlements.quotas,
            further_limit_ranges=entitlements.limit_ranges,
            enforcement=enforcement(spec, origin, source.override, source.override_origin),
            ignored=spec.ignore,
            image_pull_secrets=spec.image_pull_secrets,
        )
        whole, findings = carrying(resolved, context.platform.namespace_objects)
        self.findings.extend(findings)
        return whole

    def _entitlements(
        self, identifier: str, children: tuple[str, ...]
    ) -> tuple[Entitlements, tuple[str, ...]]:
        """Return a namespace's entitlements and its lineage; *children* inherit from it."""
        if identifier in self.entitlements:
            return self.entitlements[identifier]
        spec, origin = self.present[identifier]
        base, lineage = self._inherited(spec, origin, (*children, identifier))
        entitlements = base.with_own(spec, origin, self._profile(spec.profile, origin))
        override = self.source.override.namespaces.get(identifier)
        if override is not None and self.source.override_origin is not None:
            place = self.source.override_origin / "namespaces" / identifier
            entitlements = entitlements.with_own(
                override, place, self._profile(override.profile, place)
            )
        self.entitlements[identifier] = (entitlements, lineage)
        return entitlements, lineage

    def _inherits_grants(self, spec: NamespaceSpec) -> bool:
        override = self.source.override.namespaces.get(spec.id)
        return spec.gpus is None and (override is None or override.gpus is None)

    def _inherited(
        self, spec: NamespaceSpec, origin: Origin, children: tuple[str, ...]
    ) -> tuple[Entitlements, tuple[str, ...]]:
        parent = spec.inherit_from or self._implied_source(spec.id)
        if parent is None:
            return Entitlements(), ()
        place = origin / "inheritFrom"
        if parent in children:
            self._finding(
                "inheritance-cycle",
                place,
                " inherits from ".join([*children[children.index(parent) :], parent]),
                "a namespace that does not inherit, directly or indirectly, from this one",
                "give one of them its own profile",
            )
            return Entitlements(), ()
        if parent not in self.present:
            if spec.inherit_from is not None:
                self._finding(
                    "inherit-from-unknown",
                    place,
                    f"the namespace {parent!r}, which {self._absence(parent)}",
                    f"a namespace of the organization in the same environment"
                    f" ({', '.join(sorted(self.present))})",
                    "name one of these namespaces, or give the namespace its own profile",
                )
            return Entitlements(), ()
        entitlements, lineage = self._entitlements(parent, children)
        return entitlements, (parent, *lineage)

    def _implied_source(self, identifier: str) -> str | None:
        """Return the default namespace, unless it is *identifier* or inherits from it."""
        at, seen = self.default, set[str]()
        while at is not None and at in self.present and at not in seen:
            if at == identifier:
                return None
            seen.add(at)
            at = self.present[at][0].inherit_from
        return None if at == identifier else self.default

    def _absence(self, identifier: str) -> str:
        known = any(spec.id == identifier for spec in self.source.spec.namespaces)
        where = self.context.environment or "this program"
        return (
            f"does not exist in {where}" if known else "is not a namespace of the organization"
        )

    def _profile(self, name: str | None, origin: Origin) -> Entitlements | None:
        if name is None:
            return None
        entitlements = self.profiles.get(name)
        if entitlements is None:
            self._finding(
                "unknown-profile",
                origin / "profile",
                f"the profile {name!r}",
                "a profile of the organization, the environment or the platform"
                f" ({', '.join(self.profiles.names) or 'they have none'})",
                "name one of these profiles, or describe it under profiles",
            )
        return entitlements

    def _default(self) -> str | None:
        """Return the default namespace here; one of several namespaces must be named."""
        source = self.source
        name = source.override.default_namespace or source.spec.default_namespace
        if name is not None:
            if not any(spec.id == name for spec in source.spec.namespaces):
                overridden = source.override.default_namespace is not None
                place = source.override_origin if overridden else source.origin
                self._finding(
                    "default-namespace-unknown",
                    (place or source.origin) / "defaultNamespace",
                    f"the id {name!r}, which is not a namespace of the organization",
                    ", ".join(spec.id for spec in source.spec.namespaces),
                    "name one of these namespaces",
                )
            if name in self.present:
                return name
        elif len(self.present) > 1:
            self._finding(
                "default-namespace-missing",
                source.origin,
                f"{len(self.present)} namespaces and no defaultNamespace",
                "a defaultNamespace where an organization has several",
                "name the namespace that others inherit from: "
                + ", ".join(sorted(self.present)),
            )
            return None
        return next(iter(self.present)) if len(self.present) == 1 else None

    def _applicable(self, spec: NamespaceSpec, entitlements: Entitlements) -> Iterator[Member]:
        for member in self.members:
            where, when = member.spec.namespaces, member.spec.environments
            if (where is None or spec.id in where) and self._is_now(when):
                yield member
        for member in entitlements.members or ():
            if self._is_now(member.spec.environments):
                yield member

    def _is_now(self, environments: tuple[str, ...] | None) -> bool:
        here = self.context.environment
        return environments is None or here is None or here in environments

    def _subject(self, spec: SubjectSpec, origin: Origin) -> Subject | Finding:
        return subject(spec, origin, self.context.platform, self.names)

    def _name(self, spec: NamespaceSpec) -> str:
        if spec.adopted is not None and spec.adopted.name is not None:
            return spec.adopted.name
        template, prefix = self.context.name_template, self.source.spec.prefix
        environment = self.context.environment or ""
        return namespace_name(
            template, prefix=prefix, environment=environment, identifier=spec.id
        )

    def _network(self) -> Network | None:
        """Return the allowed traffic of namespaces that do not set it; None if not set."""
        if (own := self.source.spec.network) is not None:
            return network(own, self.source.origin / "network")
        return None if self.context.network is None else network(*self.context.network)

    def _unknown_overrides(self) -> None:
        place = self.source.override_origin
        for identifier in self.source.override.namespaces if place is not None else ():
            if identifier not in self.present and place is not None:
                self._finding(
                    "override-unknown",
                    place / "namespaces" / identifier,
                    f"the namespace {identifier!r}, which {self._absence(identifier)}",
                    ", ".join(sorted(self.present)) or "no namespace exists here",
                    "name one of these namespaces, or remove the entry",
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
                organization=self.source.name,
            )
        )

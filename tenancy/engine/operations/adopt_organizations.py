"""Existing namespaces that become those of organizations."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment
from tenancy.config import organization_file
from tenancy.diagnostics import Finding, RefusedError
from tenancy.drifting import Identity, adoption
from tenancy.drifting.adoption import Proposal
from tenancy.engine.adoption_files import AdoptionFiles
from tenancy.engine.operations.adopt_selection import Selection, grouped, unfinished
from tenancy.engine.proposed_adoption import Live, ProposedAdoption
from tenancy.manifests import Manifest
from tenancy.model import Environment, Namespace, Organization, Platform

__all__ = ["ProposedOrganizations", "organizations_of"]


def organizations_of(
    selection: Selection, live: Live, environment: Environment, platform: Platform
) -> Mapping[str, Sequence[str]]:
    """
    Return the names of the selected namespaces by organization.

    Raises:
        RefusedError: Nothing is selected, or one has no organization.
    """
    begun = unfinished(environment, platform, live)
    return grouped(selection, live, _described(environment), begun)


@attrs.frozen(kw_only=True)
class ProposedOrganizations(ProposedAdoption):
    """The namespaces of one adoption by organization, and what is on the cluster."""

    environment: Environment
    prefix: str | None
    by_organization: Mapping[str, Sequence[str]]

    @property
    def names(self) -> list[str]:
        """The names of the namespaces."""
        return [name for names in self.by_organization.values() for name in names]

    def write(self, files: AdoptionFiles) -> None:
        """Write every organization into *files*."""
        held = {found.name: found for found in self.environment.organizations}
        described = _described(self.environment)
        new: list[str] = []
        for name, chosen in self.by_organization.items():
            known = held.get(name)
            names = [one for one in chosen if one not in described]
            if not names:
                continue
            if known is None and (files.root / organization_file(name)).exists():
                raise RefusedError(
                    reason=f"organization {name}: its file exists, and stack"
                    f" {self.start.stack} does not name it; write its name under organizations"
                    " of the stack first"
                )
            if known is None:
                prefix = self.prefix or name
                files.write(name, prefix, self._propose(names, prefix, ()))
                new.append(name)
            else:
                taken = tuple(namespace.id for namespace in known.namespaces)
                files.add(known, self._propose(names, known.prefix, taken))
        files.hold(new)

    def _propose(self, names: Sequence[str], prefix: str, taken: Sequence[str]) -> Proposal:
        return adoption.propose(
            names,
            self.start.live,
            self.start.platform,
            environment=self.environment.name,
            prefix=prefix,
            reason=self.reason,
            until=self.start.until,
            taken=taken,
        )

    def adopted(self, after: Assessment) -> tuple[Namespace, ...]:
        """Return the namespaces as the files of *after* describe them."""
        return tuple(n for o in self._organizations(after) for n in o.namespaces)

    def desired(self, after: Assessment) -> tuple[Manifest, ...]:
        """Return their objects; empty if the files of *after* do not describe them."""
        if self.start.stack not in after.tenancy.environments:
            return ()
        only = attrs.evolve(
            after.tenancy.environments[self.start.stack],
            organizations=self._organizations(after),
        )
        return tuple(manifests.environment(only, after.tenancy.platform_of(only)))

    def components(self) -> tuple[str, ...]:
        """Return the names of the organizations."""
        return tuple(self.by_organization)

    def logical_names(self, after: Assessment) -> Mapping[str, str]:
        """Return the logical name of each namespace by its name in the cluster."""
        return {
            n.name: f"{o.name}-{n.id}" for o in self._organizations(after) for n in o.namespaces
        }

    def left(self) -> Mapping[Identity, str]:
        """Return why objects stay unchanged that the files cannot describe."""
        return {
            one.object: one.why
            for name, names in self.by_organization.items()
            for one in self._propose(names, self.prefix or name, ()).left
        }

    def notes(self) -> Iterator[str]:
        """Yield which prefix of names the bindings seem to have."""
        yield from adoption.unprefixed(self.names, self.start.live, self.start.platform)

    def is_about(self, finding: Finding) -> bool:
        """Return whether *finding* is about one of the organizations, or about none."""
        return finding.organization in (None, *self.by_organization)

    def require_gpus(self, after: Assessment) -> None:
        """
        Refuse where pods have GPUs that the namespace would not be granted.

        Raises:
            RefusedError: One has fewer than its pods use.
        """
        spaces = adoption.by_namespace(self.start.live)
        for namespace in self.adopted(after):
            there = spaces.get(namespace.name, {})
            used = adoption.gpus_in_use(namespace.name, there, self.start.platform)
            for resource, count in used.items():
                granted = sum(g.gpus for g in namespace.grants if g.resource == resource)
                if granted < count:
                    raise RefusedError(
                        reason=f"namespace {namespace.name}: its pods use {count}"
                        f" {resource}, and it would be granted {granted}; describe a GPU"
                        " node pool with that resource on the platform, or write the grant"
                        " under gpus after `tenancy adopt --write`"
                    )

    def _organizations(self, after: Assessment) -> tuple[Organization, ...]:
        """Return the organizations of *after* with only the adopted namespaces."""
        wanted = frozenset(self.names)
        return tuple(
            attrs.evolve(
                found, namespaces=tuple(n for n in found.namespaces if n.name in wanted)
            )
            for found in after.tenancy.environments[self.start.stack].organizations
            if found.name in self.by_organization
        )


def _described(environment: Environment) -> Mapping[str, str]:
    return {namespace.name: namespace.organization for namespace in environment.namespaces}

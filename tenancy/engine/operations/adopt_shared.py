"""Existing namespaces that become shared ones of a platform."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment
from tenancy.config.document import mapping, texts
from tenancy.diagnostics import Finding, RefusedError
from tenancy.drifting import Identity, adoption
from tenancy.engine.adoption_files import AdoptionFiles
from tenancy.engine.operations.adopt_selection import Selection, selected
from tenancy.engine.proposed_adoption import Live, ProposedAdoption
from tenancy.kubernetes import labels
from tenancy.manifests import Manifest
from tenancy.model import Platform, SharedNamespace

__all__ = ["ProposedShared", "shared_names"]


def shared_names(selection: Selection, live: Live, platform: Platform) -> tuple[str, ...]:
    """
    Return the selected namespaces; those that an interrupted adoption began are among them.

    Raises:
        RefusedError: Nothing is selected, or one cannot be a shared namespace.
    """
    if selection.organization is not None or selection.group_by is not None:
        raise RefusedError(
            reason="a shared namespace is the platform's; --organization and --group-by are"
            " for namespaces of organizations"
        )
    begun = [
        shared.name
        for shared in platform.shared
        if shared.is_managed
        and texts(
            mapping(
                live.get(Identity(kind="Namespace", name=shared.name), {}).get("metadata")
            ).get("labels")
        ).get(labels.STACK)
        == platform.stack
    ]
    return tuple(selected(selection, live, begun))


@attrs.frozen(kw_only=True)
class ProposedShared(ProposedAdoption):
    """
    The namespaces of one adoption that become shared ones.

    Attributes:
        chosen: Their names.
        purpose: `observability` or `services`, of those that the platform does not list yet.
    """

    chosen: Sequence[str]
    purpose: str

    @property
    def names(self) -> Sequence[str]:
        """The names of the namespaces."""
        return self.chosen

    def write(self, files: AdoptionFiles) -> None:
        """Write every namespace into the platform's file."""
        spaces = adoption.by_namespace(self.start.live)
        known = {shared.name: shared for shared in self.start.platform.shared}
        for name in self.chosen:
            shared = known.get(name)
            if shared is not None and shared.is_managed:
                continue
            entry = adoption.propose_shared(
                name,
                spaces[name],
                purpose=self.purpose,
                reason=self.reason,
                until=self.start.until,
            )
            files.share(shared, entry)

    def adopted(self, after: Assessment) -> tuple[SharedNamespace, ...]:
        """Return the namespaces as the files of *after* describe them."""
        there = after.tenancy.platforms[self.start.stack].shared
        return tuple(shared for shared in there if shared.name in self.chosen)

    def desired(self, after: Assessment) -> tuple[Manifest, ...]:
        """Return their objects; empty if the files of *after* do not describe them."""
        if self.start.stack not in after.tenancy.platforms:
            return ()
        platform = after.tenancy.platforms[self.start.stack]
        rendered = [manifests.shared_namespace(one, platform) for one in self.adopted(after)]
        return tuple(
            manifest
            for found in rendered
            for manifest in (found.namespace, *found.patches, *found.guardrails)
        )

    def components(self) -> tuple[str, ...]:
        """Return the name of the platform."""
        return (self.start.stack,)

    def logical_names(self, after: Assessment) -> Mapping[str, str]:
        """Return the logical name of each namespace by its name in the cluster."""
        return {name: f"{self.start.stack}-{name}" for name in self.chosen}

    def left(self) -> Mapping[Identity, str]:
        """Return that the platform describes no objects of people in a shared namespace."""
        why = (
            "the platform's file does not describe objects that people create in a shared"
            " namespace"
        )
        return {
            identity: why for identity in self.start.live if identity.namespace in self.chosen
        }

    def notes(self) -> Iterator[str]:
        """Yield no further lines."""
        return iter(())

    def is_about(self, finding: Finding) -> bool:
        """Return whether *finding* is about the platform."""
        return finding.organization is None

    def require_gpus(self, after: Assessment) -> None:
        """
        Refuse where pods have GPUs; shared namespaces have none.

        Raises:
            RefusedError: One has some.
        """
        spaces = adoption.by_namespace(self.start.live)
        for name in self.chosen:
            used = adoption.gpus_in_use(name, spaces.get(name, {}), self.start.platform)
            for resource, count in used.items():
                raise RefusedError(
                    reason=f"namespace {name}: its pods use {count} {resource}, and shared"
                    " namespaces have no GPUs; adopt it into an organization, which can be"
                    " granted some"
                )

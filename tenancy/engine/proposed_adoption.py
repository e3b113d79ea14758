"""What an adoption takes over: the files that describe it, and what is on the cluster."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import attrs

from tenancy.assessment import Assessment
from tenancy.cluster import Connection, existing_objects
from tenancy.config.document import JSON
from tenancy.diagnostics import Finding, RefusedError, report
from tenancy.drifting import Identity, adoption
from tenancy.drifting.adoption import Action
from tenancy.engine.adoption_files import AdoptionFiles
from tenancy.engine.adoption_plan import AdoptionPlan, adoption_plan, subject_changes
from tenancy.engine.interaction import Interaction
from tenancy.manifests import Manifest
from tenancy.model import Namespace, Platform, SharedNamespace
from tenancy.planning import unnamed, weakened_objects

__all__ = ["AdoptionStart", "Live", "ProposedAdoption"]

Live = Mapping[Identity, Mapping[str, JSON]]


@attrs.frozen(kw_only=True)
class AdoptionStart:
    """
    What an adoption begins with: the project, the cluster, and what the person allows.

    Attributes:
        assessment: The project before it.
        stack: The stack that will manage them.
        platform: The platform of the cluster.
        live: What is on the cluster.
        until: The last day of the audit.
        allow_weaker: Whether what they have may become looser.
    """

    assessment: Assessment
    connection: Connection
    stack: str
    platform: Platform
    live: Live
    until: date | None
    allow_weaker: bool


@attrs.frozen(kw_only=True)
class ProposedAdoption(ABC):
    """
    The namespaces of one adoption.

    Attributes:
        start: What it begins with.
    """

    start: AdoptionStart

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """The names of the namespaces."""

    @abstractmethod
    def write(self, files: AdoptionFiles) -> None:
        """Write the entries of the namespaces into *files*."""

    @abstractmethod
    def adopted(self, after: Assessment) -> Sequence[Namespace | SharedNamespace]:
        """Return the namespaces as the files of *after* describe them."""

    @abstractmethod
    def desired(self, after: Assessment) -> tuple[Manifest, ...]:
        """Return their objects; empty if the files of *after* do not describe them."""

    @abstractmethod
    def components(self) -> Iterable[str]:
        """Return the logical names of the components that contain them."""

    @abstractmethod
    def logical_names(self, after: Assessment) -> Mapping[str, str]:
        """Return the logical name of each namespace by its name in the cluster."""

    @abstractmethod
    def left(self) -> Mapping[Identity, str]:
        """Return why objects stay unchanged that the files cannot describe."""

    @abstractmethod
    def notes(self) -> Iterator[str]:
        """Yield further lines about the adoption."""

    @abstractmethod
    def is_about(self, finding: Finding) -> bool:
        """Return whether *finding* can be about the adopted namespaces."""

    @abstractmethod
    def require_gpus(self, after: Assessment) -> None:
        """
        Refuse where pods have GPUs that the namespace would not be granted.

        Raises:
            RefusedError: One has fewer than its pods use.
        """

    @property
    def reason(self) -> str:
        """Why the namespaces are in audit."""
        return f"adopted on {datetime.now(UTC).date()}"

    def there(self, desired: Sequence[Manifest]) -> Live:
        """Return what is on the cluster, also in the place of the platform's objects."""
        carried = [
            manifest
            for manifest in desired
            if manifest["kind"] == "ConfigMap" or Identity.of(manifest).api_version
        ]
        return {**self.start.live, **existing_objects(self.start.connection, carried)}

    def require_no_weaker(self, desired: Sequence[Manifest], after: Assessment) -> None:
        """
        Refuse where something that the namespaces have would allow more.

        Raises:
            RefusedError: It would, and neither `allow_weaker` nor the file allows it.
        """
        found = tuple(unnamed(weakened_objects(desired, self.start.live), self.adopted(after)))
        if found and not self.start.allow_weaker:
            raise RefusedError(
                reason="\n".join(f"{one.object}: weakened: {one.what}" for one in found)
                + "\nThe files allow more than the namespaces do now. Nothing was changed;"
                " write the values that are there, name the objects under"
                " enforcement.mayWeaken, or give --allow-weaker."
            )

    def show(self, after: Assessment, interaction: Interaction) -> tuple[Manifest, ...]:
        """Show what the adoption does to each object, and return what it describes."""
        desired = self.desired(after)
        interaction.show_lines(tuple(self._lines(desired)))
        if found := tuple(self._findings(after)):
            interaction.show_lines((report.text(found, after.documents),))
        return desired

    def plan(
        self, after: Assessment, desired: Sequence[Manifest], interaction: Interaction
    ) -> AdoptionPlan:
        """Show what the adoption means for people and for what runs, and return it."""
        # The report's files are a copy; the kubeconfig of the cluster is not.
        there = attrs.evolve(after, root=self.start.assessment.root)
        planned = adoption_plan(there, self.start.stack, self.names)
        changes = tuple(subject_changes(desired, self.start.live))
        interaction.show_lines((*changes, *planned.lines))
        if others := tuple(f for f in planned.findings if f not in planned.errors):
            interaction.show_lines((report.text(others, after.documents),))
        return planned

    def _findings(self, after: Assessment) -> Iterator[Finding]:
        before = set(map(str, self.start.assessment.findings))
        for finding in after.findings:
            if self.is_about(finding) and str(finding) not in before:
                yield finding

    def _lines(self, desired: Sequence[Manifest]) -> Iterator[str]:
        steps = tuple(adoption.steps(desired, self.there(desired)))
        left = self.left()
        for action in Action:
            for step in steps:
                if step.action is action:
                    why = (*step.reasons, *filter(None, (left.get(step.object),)))
                    reasons = f": {'; '.join(why)}" if why else ""
                    yield f"  {action.value:<8} {step.object}{reasons}"
        counts = {a: sum(step.action is a for step in steps) for a in Action}
        yield ", ".join(f"{count} {a.value}" for a, count in counts.items() if count)
        for one in weakened_objects(desired, self.start.live):
            yield f"  weakened {one.object}: {one.what}"
        yield from self.notes()
        yield (
            "in audit: nothing of Tenancy refuses or changes a pod there"
            + (
                f" until you enforce it; the last day is {self.start.until}"
                if self.start.until
                else ""
            )
        )

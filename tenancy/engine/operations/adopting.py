"""Adopt namespaces that exist: nothing is recreated, and at first nothing is enforced."""

import enum
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import attrs

from tenancy import manifests
from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cluster import (
    Connection,
    connect,
    existing_objects,
    hand_over,
    objects,
    require_same,
)
from tenancy.config import organization_file
from tenancy.config.document import JSON
from tenancy.diagnostics import Finding, RefusedError, errors_in, report
from tenancy.drifting import KINDS, Identity, adoption
from tenancy.drifting.adoption import Action, Proposal
from tenancy.engine.adoption_files import AdoptionFiles, copied
from tenancy.engine.adoption_plan import AdoptionPlan, adoption_plan, subject_changes
from tenancy.engine.adoption_result import TakenOver, targets
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.operations.adopt_selection import Selection, grouped, unfinished
from tenancy.engine.results import Result
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.manifests import Manifest
from tenancy.model import Environment, Organization, Platform
from tenancy.planning import ONLY_VARIABLE, unnamed, weakened_objects

__all__ = ["Adoption", "adopt"]

_CREATE_EXISTING = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"}
"""From 4.29 on the provider refuses to create an object that exists; adopting means to."""
_AUDIT_DAYS = 90

Live = Mapping[Identity, Mapping[str, JSON]]


class Adoption(enum.Enum):
    """The last step of an adoption."""

    REPORT = "report"
    """Show what it would be; write nothing."""
    WRITE = "write"
    """Write the files, to be edited and reviewed; apply nothing."""
    APPLY = "apply"
    """Write the files, and take the objects over."""


def adopt(
    assessment: Assessment,
    stack: str,
    namespaces: Sequence[str] | Selection,
    *,
    organization: str | None = None,
    prefix: str | None = None,
    until: date | None = None,
    how_far: Adoption = Adoption.APPLY,
    allow_weaker: bool = False,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Result | None:
    """
    Take over *namespaces* with their quotas, limit ranges and role bindings, in audit.

    A new organization gets a file, and is named in the stack's file; one that the environment
    holds gets further namespaces. Only what is adopted is applied. After a refusal or a no, all
    files are as before; with `Adoption.WRITE` they stay, so that they can be corrected.

    Args:
        assessment: The project.
        stack: The environment's stack.
        namespaces: Their names in the cluster, or what selects them.
        organization: The organization, new or not. Default: *namespaces* gives it.
        prefix: What the names of a new one's further namespaces begin with. Default: its name.
        until: The last day of the audit. Default: in 90 days, or what the platform allows.
        how_far: Default: everything.
        allow_weaker: Whether limits, levels and network policies that the namespaces have may
            become looser. Default: what would is named, and refuses the adoption.
        open_stack: Returns a stack with an engine. Default: the engine of its cluster.
        interaction: Who confirms, and what is shown. Default: no confirmation.

    Returns:
        What the engine did; None if nothing was applied.

    Raises:
        RefusedError: They cannot be adopted, or the answer was no.
        ClusterError: The cluster cannot be reached or read.
        EngineError: The engine refused or failed.
        NotFoundError: No file describes the stack.
    """
    assessment = require_valid(assessment.of(stack))
    environment = assessment.tenancy.environments.get(assessment.require(stack))
    if environment is None:
        raise RefusedError(reason=f"stack {stack}: it is a platform; name an environment")
    selection = (
        namespaces
        if isinstance(namespaces, Selection)
        else Selection(names=namespaces, organization=organization)
    )
    connection = connect(environment.cluster, assessment.root)
    live = objects(connection, (*KINDS, "Pod", "ServiceAccount"))
    platform = assessment.tenancy.platform_of(environment)
    proposed = _Proposed(
        assessment=assessment,
        connection=connection,
        stack=stack,
        environment=environment,
        platform=platform,
        live=live,
        prefix=prefix,
        until=until or _last_day(platform),
        allow_weaker=allow_weaker,
        by_organization=grouped(
            selection, live, _described(environment), unfinished(environment, platform, live)
        ),
    )
    if how_far is Adoption.REPORT:
        _report(proposed, interaction)
        return None
    return _written(proposed, how_far, open_stack, interaction)


def _report(proposed: "_Proposed", interaction: Interaction) -> None:
    """Show what an adoption would do, judged in a copy of the files."""
    with tempfile.TemporaryDirectory() as folder:
        files = AdoptionFiles.of(copied(proposed.assessment, Path(folder)), proposed.stack)
        proposed.write(files)
        after = assess(files.root, proposed.stack)
        desired = proposed.show(after, interaction)
        if not after.is_refused:
            proposed.plan(after, desired, interaction)


def _written(
    proposed: "_Proposed",
    how_far: Adoption,
    open_stack: OpenStack | None,
    interaction: Interaction,
) -> Result | None:
    """Write the files and apply them; they are restored where nothing was applied."""
    files = AdoptionFiles.of(proposed.assessment, proposed.stack)
    try:
        proposed.write(files)
        after = assess(files.root, proposed.stack)
        if how_far is Adoption.WRITE:
            desired = proposed.show(after, interaction)
            if not after.is_refused:
                proposed.plan(after, desired, interaction)
            for path in files.written:
                interaction.note(f"wrote {path}")
            return None
        takes_over = _confirmed(proposed, _require_accepted(after), open_stack, interaction)
    except BaseException:
        if how_far is not Adoption.WRITE:
            files.restore()
        raise
    # From here on the cluster is changed; the files stay, and `adopt` continues with them.
    return takes_over()


def _confirmed(
    proposed: "_Proposed",
    after: Assessment,
    open_stack: OpenStack | None,
    interaction: Interaction,
) -> Callable[[], Result]:
    """Show and confirm the adoption; return what takes the objects over."""
    stack, connection = proposed.stack, proposed.connection
    proposed.require_gpus(after)
    desired = proposed.show(after, interaction)
    proposed.require_no_weaker(desired, after)
    _require_planned(proposed.plan(after, desired, interaction), after)
    only = {ONLY_VARIABLE: ",".join(proposed.names)}
    variables = {**_CREATE_EXISTING, **only}
    opens = open_stack or opener(after, interaction.note, variables)
    session = resumed(after, opens, interaction.note)(stack)
    require_same(connection, session.previous_update().cluster_uid)
    interaction.confirm(f"adopt this into stack {stack}?")
    adopted = proposed.adopted(after)
    live = proposed.there(desired)
    taken = TakenOver.of(adopted, desired, live)

    def take_over() -> Result:
        hand_over(connection, desired, live)
        with interaction.progress(f"applying stack {stack}") as on_step:
            done = session.up(on_step=taken.watched(on_step), only=targets(adopted, desired))
        result = taken.result(done)
        interaction.show_result(result)
        return result

    return take_over


@attrs.frozen(kw_only=True)
class _Proposed:
    """The namespaces of one adoption by organization, and what is on the cluster."""

    assessment: Assessment
    connection: Connection
    stack: str
    environment: Environment
    platform: Platform
    live: Live
    prefix: str | None
    until: date | None
    allow_weaker: bool
    by_organization: Mapping[str, Sequence[str]]

    @property
    def names(self) -> list[str]:
        return [name for names in self.by_organization.values() for name in names]

    def write(self, files: AdoptionFiles) -> None:
        """Write every organization into *files*."""
        held = {found.name: found for found in self.environment.organizations}
        described = _described(self.environment)
        for name, chosen in self.by_organization.items():
            known = held.get(name)
            names = [one for one in chosen if one not in described]
            if not names:
                continue
            if known is None and (files.root / organization_file(name)).exists():
                raise RefusedError(
                    reason=f"organization {name}: its file exists, and stack {self.stack} does"
                    " not hold it; write its name under organizations of the stack first"
                )
            if known is None:
                prefix = self.prefix or name
                files.write(name, prefix, self._propose(names, prefix, ()))
            else:
                taken = tuple(namespace.id for namespace in known.namespaces)
                files.add(known, self._propose(names, known.prefix, taken))

    def _propose(self, names: Sequence[str], prefix: str, taken: Sequence[str]) -> Proposal:
        today = datetime.now(UTC).date()
        return adoption.propose(
            names,
            self.live,
            self.platform,
            environment=self.environment.name,
            prefix=prefix,
            reason=f"adopted on {today}",
            until=self.until,
            taken=taken,
        )

    def adopted(self, after: Assessment) -> tuple[Organization, ...]:
        """Return the organizations of *after* with only the adopted namespaces."""
        wanted = frozenset(self.names)
        return tuple(
            attrs.evolve(
                found, namespaces=tuple(n for n in found.namespaces if n.name in wanted)
            )
            for found in after.tenancy.environments[self.stack].organizations
            if found.name in self.by_organization
        )

    def there(self, desired: Sequence[Manifest]) -> Live:
        """Return what is on the cluster, also in the place of the platform's objects."""
        carried = [
            manifest
            for manifest in desired
            if manifest["kind"] == "ConfigMap" or Identity.of(manifest).api_version
        ]
        return {**self.live, **existing_objects(self.connection, carried)}

    def require_gpus(self, after: Assessment) -> None:
        """
        Refuse where pods have GPUs that the namespace would not be granted.

        Raises:
            RefusedError: One has fewer than its pods use.
        """
        spaces = adoption.by_namespace(self.live)
        for organization in self.adopted(after):
            for namespace in organization.namespaces:
                there = spaces.get(namespace.name, {})
                used = adoption.gpus_in_use(namespace.name, there, self.platform)
                for resource, count in used.items():
                    granted = sum(g.gpus for g in namespace.grants if g.resource == resource)
                    if granted < count:
                        raise RefusedError(
                            reason=f"namespace {namespace.name}: its pods use {count}"
                            f" {resource}, and it would be granted {granted}; describe a GPU"
                            " node pool with that resource on the platform, or write the grant"
                            " under gpus after `tenancy adopt --write`"
                        )

    def require_no_weaker(self, desired: Sequence[Manifest], after: Assessment) -> None:
        """
        Refuse where something that the namespaces have would allow more.

        Raises:
            RefusedError: It would, and neither `allow_weaker` nor the file allows it.
        """
        adopted = self.adopted(after)
        found = tuple(unnamed(weakened_objects(desired, self.live), adopted))
        if found and not self.allow_weaker:
            raise RefusedError(
                reason="\n".join(f"{one.object}: weakened: {one.what}" for one in found)
                + "\nThe files allow more than the namespaces do now. Nothing was changed;"
                " write the values that are there, name the objects under"
                " enforcement.mayWeaken, or give --allow-weaker."
            )

    def show(self, after: Assessment, interaction: Interaction) -> tuple[Manifest, ...]:
        """Show what the adoption does to each object, and return what it describes."""
        desired: tuple[Manifest, ...] = ()
        if self.stack in after.tenancy.environments:
            only = attrs.evolve(
                after.tenancy.environments[self.stack], organizations=self.adopted(after)
            )
            desired = tuple(manifests.environment(only, after.tenancy.platform_of(only)))
        interaction.show_lines(tuple(self._lines(desired)))
        if found := tuple(self._findings(after)):
            interaction.show_lines((report.text(found, after.documents),))
        return desired

    def plan(
        self, after: Assessment, desired: Sequence[Manifest], interaction: Interaction
    ) -> AdoptionPlan:
        """Show what the adoption means for people and for what runs, and return it."""
        # The report's files are a copy; the kubeconfig of the cluster is not.
        there = attrs.evolve(after, root=self.assessment.root)
        planned = adoption_plan(there, self.stack, self.names)
        changes = tuple(subject_changes(desired, self.live))
        interaction.show_lines((*changes, *planned.lines))
        if others := tuple(f for f in planned.findings if f not in planned.errors):
            interaction.show_lines((report.text(others, after.documents),))
        return planned

    def _findings(self, after: Assessment) -> Iterator[Finding]:
        before = set(map(str, self.assessment.findings))
        for finding in after.findings:
            is_about = finding.organization in (None, *self.by_organization)
            if is_about and str(finding) not in before:
                yield finding

    def _lines(self, desired: Sequence[Manifest]) -> Iterator[str]:
        steps = tuple(adoption.steps(desired, self.there(desired)))
        left = {
            one.object: one.why
            for name, names in self.by_organization.items()
            for one in self._propose(names, self.prefix or name, ()).left
        }
        for action in Action:
            for step in steps:
                if step.action is action:
                    why = (*step.reasons, *filter(None, (left.get(step.object),)))
                    reasons = f": {'; '.join(why)}" if why else ""
                    yield f"  {action.value:<8} {step.object}{reasons}"
        counts = {a: sum(step.action is a for step in steps) for a in Action}
        yield ", ".join(f"{count} {a.value}" for a, count in counts.items() if count)
        for one in weakened_objects(desired, self.live):
            yield f"  weakened {one.object}: {one.what}"
        yield from adoption.unprefixed(self.names, self.live, self.platform)
        yield (
            "in audit: nothing of Tenancy refuses or changes a pod there"
            + (f" until you enforce it; the last day is {self.until}" if self.until else "")
        )


def _described(environment: Environment) -> Mapping[str, str]:
    return {namespace.name: namespace.organization for namespace in environment.namespaces}


def _last_day(platform: Platform) -> date:
    days = min(_AUDIT_DAYS, platform.max_audit_days or _AUDIT_DAYS)
    return datetime.now(UTC).date() + timedelta(days=days)


def _require_accepted(after: Assessment) -> Assessment:
    if after.is_refused:
        raise RefusedError(
            reason=report.text(errors_in(after.findings), after.documents)
            + "\nThe checks refuse these namespaces as they are. Nothing was changed; with"
            " `tenancy adopt --write` the files are written, so that you can correct them."
        )
    return after


def _require_planned(planned: AdoptionPlan, after: Assessment) -> None:
    if planned.errors:
        raise RefusedError(
            reason=report.text(planned.errors, after.documents)
            + "\nThe plan refuses this adoption. Nothing was changed; with `tenancy adopt"
            " --write` the files are written, so that you can change them."
        )

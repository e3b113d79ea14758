"""Adopt namespaces that exist: nothing is recreated, and at first nothing is enforced."""

import enum
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tenancy.assessment import Assessment, assess, require_valid
from tenancy.cluster import connect, hand_over, objects, require_same
from tenancy.diagnostics import RefusedError, errors_in, report
from tenancy.drifting import KINDS
from tenancy.engine.adoption_files import AdoptionFiles, copied
from tenancy.engine.adoption_plan import AdoptionPlan
from tenancy.engine.adoption_result import TakenOver, targets
from tenancy.engine.interaction import AUTOMATIC, Interaction
from tenancy.engine.interrupted_updates import resumed
from tenancy.engine.operations.adopt_organizations import (
    ProposedOrganizations,
    organizations_of,
)
from tenancy.engine.operations.adopt_selection import Selection
from tenancy.engine.operations.adopt_shared import ProposedShared, shared_names
from tenancy.engine.pending_deletions import require_no_pending_deletion
from tenancy.engine.proposed_adoption import AdoptionStart, ProposedAdoption
from tenancy.engine.results import Result
from tenancy.engine.stack_opener import OpenStack, opener
from tenancy.engine.state_contents import pool_objects
from tenancy.model import Platform
from tenancy.planning import ONLY_VARIABLE, desired_manifests

__all__ = ["Adoption", "adopt"]

_CREATE_EXISTING = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"}
"""From 4.29 on the provider refuses to create an object that exists; adopting means to."""
_AUDIT_DAYS = 90


class Adoption(enum.Enum):
    """The last step of an adoption."""

    REPORT = "report"
    """Show what the adoption would do; write nothing."""
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
    shared: str | None = None,
    until: date | None = None,
    how_far: Adoption = Adoption.APPLY,
    allow_weaker: bool = False,
    open_stack: OpenStack | None = None,
    interaction: Interaction = AUTOMATIC,
) -> Result | None:
    """
    Take over *namespaces* with their quotas, limit ranges and role bindings, in audit.

    A new organization gets a file, and is named in the stack's file; one that the environment
    holds gets further namespaces. With *shared* they become shared namespaces of a
    platform. Only what is adopted is applied. After a refusal or a no, all files are as before;
    with `Adoption.WRITE` they stay, so that they can be corrected.

    Args:
        assessment: The project.
        stack: The environment's stack; with *shared*, the platform's.
        namespaces: Their names in the cluster, or what selects them.
        organization: The organization, new or not. Default: *namespaces* gives it.
        prefix: What the names of a new one's further namespaces begin with. Default: its name.
        shared: What they are for, as shared namespaces: `observability` or `services`. Default:
            they become an organization's.
        until: The last day of the audit. Default: in 90 days, or what the platform allows.
        how_far: Default: everything.
        allow_weaker: Whether limits, levels and network policies that the namespaces have may
            become looser. Default: what would become looser is named, and refuses the adoption.
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
    proposed = _proposed(
        require_valid(assessment.of(stack)),
        stack,
        namespaces
        if isinstance(namespaces, Selection)
        else Selection(names=namespaces, organization=organization),
        shared=shared,
        prefix=prefix,
        until=until,
        allow_weaker=allow_weaker,
    )
    if how_far is Adoption.REPORT:
        _report(proposed, interaction)
        return None
    return _written(proposed, how_far, open_stack, interaction)


def _proposed(
    assessment: Assessment,
    stack: str,
    selection: Selection,
    *,
    shared: str | None,
    prefix: str | None,
    until: date | None,
    allow_weaker: bool,
) -> ProposedAdoption:
    """Read the cluster, and return what is adopted."""
    environment = assessment.tenancy.environments.get(assessment.require(stack))
    if environment is None and shared is None:
        raise RefusedError(
            reason=f"stack {stack}: it is a platform; name an environment, or give --shared"
        )
    if environment is not None and shared is not None:
        raise RefusedError(
            reason=f"stack {stack}: it is an environment; shared namespaces are a platform's"
        )
    tenancy = assessment.tenancy
    platform = (
        tenancy.platforms[stack] if environment is None else tenancy.platform_of(environment)
    )
    connection = connect(assessment.cluster(stack), assessment.root)
    further = () if shared is None else ("Service",)
    live = objects(connection, (*KINDS, "Pod", "ServiceAccount", *further))
    start = AdoptionStart(
        assessment=assessment,
        connection=connection,
        stack=stack,
        platform=platform,
        live=live,
        until=until or _last_day(platform),
        allow_weaker=allow_weaker,
    )
    if environment is None:
        return ProposedShared(
            start=start,
            chosen=shared_names(selection, live, platform),
            purpose=shared or "services",
        )
    return ProposedOrganizations(
        start=start,
        environment=environment,
        prefix=prefix,
        by_organization=organizations_of(selection, live, environment, platform),
    )


def _report(proposed: ProposedAdoption, interaction: Interaction) -> None:
    """Show what an adoption would do, judged in a copy of the files."""
    with tempfile.TemporaryDirectory() as folder:
        files = AdoptionFiles.of(
            copied(proposed.start.assessment, Path(folder)), proposed.start.stack
        )
        proposed.write(files)
        after = assess(files.root, proposed.start.stack)
        desired = proposed.show(after, interaction)
        if not after.is_refused:
            proposed.plan(after, desired, interaction)


def _written(
    proposed: ProposedAdoption,
    how_far: Adoption,
    open_stack: OpenStack | None,
    interaction: Interaction,
) -> Result | None:
    """Write the files and apply them; they are restored where nothing was applied."""
    files = AdoptionFiles.of(proposed.start.assessment, proposed.start.stack)
    try:
        proposed.write(files)
        after = assess(files.root, proposed.start.stack)
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
    proposed: ProposedAdoption,
    after: Assessment,
    open_stack: OpenStack | None,
    interaction: Interaction,
) -> Callable[[], Result]:
    """Show and confirm the adoption; return what takes the objects over."""
    stack, connection = proposed.start.stack, proposed.start.connection
    proposed.require_gpus(after)
    desired = proposed.show(after, interaction)
    proposed.require_no_weaker(desired, after)
    _require_planned(proposed.plan(after, desired, interaction), after)
    only = {ONLY_VARIABLE: ",".join(proposed.names)}
    variables = {**_CREATE_EXISTING, **only}
    opens = open_stack or opener(after, interaction.note, variables)
    session = resumed(after, opens, interaction.note)(stack)
    require_same(connection, session.previous_update().cluster_uid)
    platform = after.tenancy.platforms.get(stack)
    described = (
        *desired_manifests(after, stack, connection),
        *(() if platform is None else pool_objects(platform)),
    )
    require_no_pending_deletion(stack, session.state(), described)
    interaction.confirm(f"adopt this into stack {stack}?")
    names = proposed.logical_names(after)
    live = proposed.there(desired)
    taken = TakenOver.of(names, desired, live)
    only_these = targets(proposed.components(), names, desired)

    def take_over() -> Result:
        hand_over(connection, desired, live)
        with interaction.progress(f"applying stack {stack}") as on_step:
            done = session.up(on_step=taken.watched(on_step), only=only_these)
        result = taken.result(done)
        interaction.show_result(result)
        return result

    return take_over


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

"""What the files of two revisions mean: a plan without a cluster, an engine or a state."""

from collections.abc import Collection, Iterable, Iterator

import attrs

from tenancy.assessment import Assessment
from tenancy.config import stack_file
from tenancy.config.document import JSON
from tenancy.diagnostics import Exit, Finding, Origin, Severity, errors_in, refusals
from tenancy.model import Tenancy
from tenancy.planning import snapshot
from tenancy.planning.build import Plan, plan

__all__ = ["RevisionsPlan", "compare_revisions", "only_together"]

_NOT_READ = "only the files of two revisions were compared"


@attrs.frozen(kw_only=True)
class RevisionsPlan:
    """
    What changes between the files of two revisions.

    Attributes:
        since: The older revision, as it was asked for.
        until: The newer one; None for the files as they are.
        together: A revision that was merged into the newer one; None without one.
        assessment: The project at the newer revision, merged with the other one.
        plans: One for each stack that changes.
        removed: Stacks that have no file any more.
        only_together: Errors that neither of the merged revisions has alone.
        findings: Everything that was found at the newer revision, each once.
        is_strict: Whether what was not checked refuses too. Default: only errors do.
    """

    since: str
    until: str | None
    together: str | None
    assessment: Assessment
    plans: tuple[Plan, ...]
    removed: tuple[str, ...]
    only_together: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    is_strict: bool = False

    @property
    def refusing(self) -> tuple[Finding, ...]:
        """The findings that refuse the change."""
        return tuple(refusals(self.findings, strict=self.is_strict))

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes for any organization."""
        return not self.removed and all(plan.is_empty for plan in self.plans)

    @property
    def exit(self) -> Exit:
        """Refused, or whether anything changes for any organization."""
        if self.refusing:
            return Exit.REFUSED
        return Exit.DONE if self.is_empty else Exit.CHANGES


def compare_revisions(
    before: Assessment | None,
    after: Assessment,
    *,
    since: str,
    until: str | None = None,
    together: str | None = None,
    alone: Iterable[Assessment] = (),
    stacks: Collection[str] | None = None,
    strict: bool = False,
) -> RevisionsPlan:
    """
    Return what changes from *before* to *after*.

    Args:
        before: The project at the older revision; None where it has no stack files.
        after: The project at the newer revision.
        since: What the older revision is called.
        until: What the newer one is called. Default: the files as they are.
        together: What the revision is called that was merged into the newer one. Default: none.
        alone: The merged revisions, each without the other. Default: none.
        stacks: Which stacks are compared. Default: all.
        strict: Whether what was not checked refuses too. Default: only errors do.
    """
    earlier = None if before is None else before.tenancy
    old = {} if earlier is None else _records(earlier)
    new = _records(after.tenancy)
    wanted = [name for name in after.stacks if stacks is None or name in stacks]
    unread = () if before is None else _unread(before, after, wanted, since)
    skipped = {finding.origin.source for finding in unread}
    plans = tuple(
        plan(
            old.get(name, {}),
            after.tenancy,
            name,
            None,
            earlier=earlier,
            why_not=_NOT_READ,
        )
        for name in wanted
        if name in new and old.get(name) != new[name] and stack_file(name) not in skipped
    )
    known = {*new, *(after.in_order() if after.project.documents else ())}
    found = (*after.findings, *unread, *(f for one in plans for f in one.findings))
    return RevisionsPlan(
        since=since,
        until=until,
        together=together,
        assessment=after,
        plans=plans,
        removed=tuple(n for n in old if n not in known and (stacks is None or n in stacks)),
        only_together=only_together(after, alone),
        findings=tuple(_each_once(found)),
        is_strict=strict,
    )


def only_together(merged: Assessment, alone: Iterable[Assessment]) -> tuple[Finding, ...]:
    """Return the errors of *merged* that none of *alone* has at the same place."""
    sides = list(alone)
    if not sides:
        return ()
    known = {_identity(finding) for side in sides for finding in errors_in(side.findings)}
    return tuple(f for f in errors_in(merged.findings) if _identity(f) not in known)


def _records(tenancy: Tenancy) -> dict[str, dict[str, JSON]]:
    """Return what an update of each stack would record."""
    platforms = {
        name: snapshot.platform(platform)
        for name, platform in tenancy.platforms.items()
        if platform.is_written
    }
    environments = {
        name: snapshot.environment(environment)
        for name, environment in tenancy.environments.items()
    }
    return {**platforms, **environments}


def _unread(
    before: Assessment, after: Assessment, stacks: Iterable[str], since: str
) -> tuple[Finding, ...]:
    """Return a finding for each stack whose files cannot be read at the older revision."""
    readable = {*before.tenancy.environments, *before.tenancy.platforms}
    return tuple(
        Finding(
            code="revision-not-read",
            origin=Origin(stack_file(stack)),
            found=f"errors in the files of stack {stack} at {since}: they were not compared",
            allowed="files without errors at both revisions",
            remedy="compare with a revision whose files have no errors",
            severity=Severity.NOT_CHECKED,
        )
        for stack in stacks
        if stack in before.in_order() and stack not in readable and stack in after.stacks
    )


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield *findings*, and one for each cluster that was not read."""
    seen: set[tuple[str, str]] = set()
    for finding in dict.fromkeys(findings):
        if finding.code == "cluster-not-asked":
            key = (finding.code, finding.found)
            if key in seen:
                continue
            seen.add(key)
        yield finding


def _identity(finding: Finding) -> tuple[str, Origin]:
    return finding.code, finding.origin

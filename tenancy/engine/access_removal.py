"""An update that also removes what still gives access to members who lost a role."""

from collections.abc import Callable, Iterator, Mapping

import attrs

from tenancy.assessment import Assessment
from tenancy.cluster import (
    ClusterError,
    Connection,
    delete_secret,
    renew_service_account,
    take_out_of_managed,
    take_out_subjects,
)
from tenancy.diagnostics import RefusedError
from tenancy.engine.results import Result
from tenancy.engine.saved_plan import SavedPlan
from tenancy.engine.session import Session
from tenancy.engine.stale_plan import stale
from tenancy.planning import (
    BindingRemoval,
    PreviousUpdate,
    RemainingAccess,
    lost_roles,
    outdated_bindings,
    plan_for,
    read_cluster,
    removes_members,
)
from tenancy.planning.sections import RemainingAccessSection

__all__ = ["update_and_remove_access"]

_PASSES = 3
"""How often bindings are read again: a leaving member may add one before the update ends."""

Note = Callable[[str], None]


def update_and_remove_access(
    assessment: Assessment,
    session: Session,
    update: Callable[[], Result],
    note: Note,
    *,
    saved: SavedPlan | None = None,
    renew_service_accounts: bool = False,
) -> Result:
    """
    Run *update*, and remove what else gives access to the members who lose a role by it.

    Subjects are taken out of bindings before the update and once more after it. A member whose
    role changes loses the old one before the update, and never has both. Token Secrets
    are deleted and service accounts renewed after it, when leaving members can no longer
    request new tokens.

    Args:
        assessment: The project.
        session: The stack.
        update: Applies it.
        note: Called with a line for each change.
        saved: The reviewed plan; what is removed must match it. Default: none.
        renew_service_accounts: Whether to recreate the service accounts whose tokens those
            members may have. Default: no.

    Raises:
        RefusedError: The cluster refuses a part, or it differs from the reviewed plan. Nothing
            was changed.
        ClusterError: The cluster refused a part after the update.
        EngineError: The update failed.
    """
    removal = _Removal.of(assessment, session)
    if removal is None:
        return update()
    if saved is not None and removal.section.data() != _reviewed(saved):
        changes = ["on the cluster, what still gives access to removed members changed"]
        raise stale(session.name, changes)
    removal.require_possible(renew=renew_service_accounts)
    for line in removal.take_out(removal.section.remaining):
        note(line)
    for line in removal.end_old_roles():
        note(line)
    result = update()
    for _ in range(_PASSES):
        again = tuple(removal.take_out(removal.now()))
        for line in again:
            note(line)
        if not again:
            break
    for line in removal.end_tokens(renew=renew_service_accounts):
        note(line)
    return result


def _reviewed(saved: SavedPlan) -> object:
    plan: Mapping[str, object] = saved.plan
    return plan.get(RemainingAccessSection.name)


@attrs.frozen(kw_only=True)
class _Removal:
    """What one update removes, computed from the record of the update before it."""

    assessment: Assessment
    stack: str
    previous: PreviousUpdate
    connection: Connection
    section: RemainingAccessSection
    outdated: tuple[BindingRemoval, ...]

    @classmethod
    def of(cls, assessment: Assessment, session: Session) -> "_Removal | None":
        """Return what the update removes; None if no member loses a role."""
        stack = session.name
        previous = session.previous_update()
        if not removes_members(previous.tenancy, assessment.tenancy, stack):
            return None
        reading = read_cluster(assessment, stack, previous, is_required=True)
        assert reading.connection is not None
        planned = plan_for(assessment, stack, previous, reading)
        access = None if reading.live is None else reading.live.access
        leaving = lost_roles(previous.tenancy, assessment.tenancy, stack)
        return cls(
            assessment=assessment,
            stack=stack,
            previous=previous,
            connection=reading.connection,
            section=planned.plan.section(RemainingAccessSection),
            outdated=() if access is None else outdated_bindings(leaving, access),
        )

    def now(self) -> RemainingAccess:
        """Return what still gives access now."""
        reading = read_cluster(self.assessment, self.stack, self.previous, is_required=True)
        planned = plan_for(self.assessment, self.stack, self.previous, reading)
        return planned.plan.section(RemainingAccessSection).remaining

    def require_possible(self, *, renew: bool) -> None:
        """
        Dry-run every removal on the cluster.

        Raises:
            RefusedError: The cluster would refuse a part.
        """
        remaining = self.section.remaining
        try:
            for removal in remaining.removals:
                take_out_subjects(
                    self.connection,
                    removal.namespace,
                    removal.name,
                    removal.subjects,
                    dry_run=True,
                )
            for secret in remaining.token_secrets:
                delete_secret(self.connection, secret.namespace, secret.name, dry_run=True)
            for account in remaining.accounts if renew else ():
                renew_service_account(
                    self.connection, account.namespace, account.name, dry_run=True
                )
        except ClusterError as error:
            raise RefusedError(
                reason=f"stack {self.stack}: {error}\nMembers who lose a role would keep that "
                "access. Apply as a user who has this permission. Nothing was changed."
            ) from error

    def take_out(self, remaining: RemainingAccess) -> Iterator[str]:
        """Take subjects out of bindings; yield a line for each binding that had one."""
        for one in remaining.removals:
            if take_out_subjects(self.connection, one.namespace, one.name, one.subjects):
                what = "deleted" if one.is_deleted else "changed"
                yield (
                    f"stack {self.stack}: RoleBinding {one.namespace}/{one.name} {what}:"
                    f" removed {', '.join(one.subjects)}"
                )

    def end_old_roles(self) -> Iterator[str]:
        """Take members out of the bindings of roles that they exchange; yield a line each."""
        for one in self.outdated:
            if take_out_of_managed(self.connection, one.namespace, one.name, one.subjects):
                yield (
                    f"stack {self.stack}: RoleBinding {one.namespace}/{one.name} changed:"
                    f" removed {', '.join(one.subjects)}, whose role changes"
                )

    def end_tokens(self, *, renew: bool) -> Iterator[str]:
        """Delete token Secrets and renew service accounts; yield a line for each."""
        # Access through a binding that was already changed counts too.
        before, now = self.section.remaining, self.now()
        accounts = {(a.namespace, a.name): a for a in (*before.accounts, *now.accounts)}
        for secret in dict.fromkeys((*before.token_secrets, *now.token_secrets)):
            if delete_secret(self.connection, secret.namespace, secret.name):
                yield f"stack {self.stack}: Secret {secret.namespace}/{secret.name} deleted"
        for account in accounts.values() if renew else ():
            if renew_service_account(self.connection, account.namespace, account.name):
                pods = f"; restart its pods: {', '.join(account.pods)}" if account.pods else ""
                yield (
                    f"stack {self.stack}: service account {account.namespace}/{account.name}"
                    f" renewed, its earlier tokens are no longer valid{pods}"
                )
